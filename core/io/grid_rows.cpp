#include <cstddef>

#include <fmt/format.h>

#include "core/io/grid_numbers.h"

namespace poolscope {
namespace {

constexpr std::string_view kRowEnds = "\n\r/";
constexpr std::string_view kBlanks = " \t\v\f";
constexpr std::string_view kSeparators = ",;";

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

/// Reads the cells of one row; `begin` is where it begins in the whole text. Gives their number.
Result<std::int64_t> parse_row(std::string_view row, std::size_t begin, std::int64_t index,
                               GridNumbers& numbers) {
  std::int64_t column = 0;
  bool after_separator = false;
  std::size_t at = row.find_first_not_of(kBlanks);
  while (at != std::string_view::npos) {
    TextCell cell{index, column, row.substr(at, 1), begin + at};
    if (is_one_of(row[at], kSeparators)) {
      if (after_separator || column == 0) return cell_failure(cell, "empty; a number is wanted");
      after_separator = true;
      ++at;
    } else {
      cell.text = row.substr(at, row.find_first_of(" \t\v\f,;", at) - at);
      if (auto added = numbers.add(cell); !added) return tl::unexpected(added.error());
      after_separator = false;
      ++column;
      at += cell.text.size();
    }
    at = row.find_first_not_of(kBlanks, at);
  }
  if (after_separator) {
    return cell_failure({index, column, {}, begin + row.size()}, "empty; a number is wanted");
  }
  return column;
}

}  // namespace

Result<GridNumbers> parse_rows(std::string_view text) {
  GridNumbers numbers;
  std::int64_t rows = 0, width = 0;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(kRowEnds, begin), text.size());
    const auto count = parse_row(text.substr(begin, end - begin), begin, rows, numbers);
    if (!count) return tl::unexpected(count.error());
    if (*count > 0) {
      if (rows++ == 0) width = *count;
      if (*count != width) {
        return text_failure(
            begin, fmt::format("row {} has {} numbers, row 0 has {}", rows - 1, *count, width));
      }
    }
    begin = end + 1;
  }
  if (rows == 0) return failure("no numbers; rows such as 1 2 / 3 4 are wanted");
  numbers.axes = {rows, width};
  return numbers;
}

}  // namespace poolscope
