#include "core/io/grid_text.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include "core/io/grid_numbers.h"
#include "core/io/number_text.h"

namespace poolscope {
namespace {

/// The text with its byte order mark and its comments blanked out, so that positions stay.
std::string without_comments(std::string_view text) {
  std::string clean(text);
  if (text.starts_with("\xef\xbb\xbf")) std::fill_n(clean.begin(), 3, ' ');
  bool comment = false;
  for (char& c : clean) {
    if (c == '\n' || c == '\r') comment = false;
    comment |= c == '#';
    if (comment) c = ' ';
  }
  return clean;
}

/// True for `[`, `(` and `array(`; a text that begins otherwise holds rows.
bool begins_nested(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\n\r\v\f");
  if (first == std::string_view::npos) return false;
  if (text[first] == '[' || text[first] == '(') return true;
  return std::isalpha(static_cast<unsigned char>(text[first])) &&
         text.find_first_of("[(") != std::string_view::npos;
}

/// -nan and nan are one to a reader.
std::string number_text(float value) {
  return std::isnan(value) ? "nan" : fmt::format("{}", value);
}

std::string rows_text(std::span<const float> plane, std::int64_t width, std::string_view separator,
                      std::string_view row_begin, std::string_view row_end) {
  std::string text;
  for (std::size_t i = 0; i < plane.size(); ++i) {
    const auto column = static_cast<std::int64_t>(i) % width;
    text += column == 0 ? row_begin : separator;
    text += number_text(plane[i]);
    if (column == width - 1) text += i + 1 < plane.size() ? row_end : row_end.substr(0, 1);
  }
  return text;
}

}  // namespace

tl::unexpected<Error> text_failure(std::size_t position, std::string what) {
  auto error = failure(std::move(what));
  error.value().position = position;
  return error;
}

tl::unexpected<Error> cell_failure(const TextCell& cell, std::string_view what) {
  return text_failure(cell.position,
                      fmt::format("row {}, column {}: {}", cell.row, cell.column, what));
}

Result<void> GridNumbers::add(const TextCell& cell) {
  const auto value = parse_number(cell.text);
  if (!value) return cell_failure(cell, value.error().message);
  values.push_back(*value);
  if (std::abs(*value) >= 0x1p24F) rounded += !holds_integer(cell.text, *value);
  return {};
}

Result<LoadedArray> parse_grid(std::string_view text) {
  if (text.size() > kMaxGridText) {
    return failure(fmt::format("{} MiB of text; at most {} are read, more fits in .npy",
                               text.size() >> 20, kMaxGridText >> 20));
  }
  const std::string clean = without_comments(text);
  auto numbers = begins_nested(clean) ? parse_brackets(clean) : parse_rows(clean);
  if (!numbers) return tl::unexpected(numbers.error());
  const auto shape = shape_of_axes(numbers->axes, DataFormat::unspecified, "grid");
  if (!shape) return tl::unexpected(shape.error());
  auto tensor = Tensor::copy_of(*shape, numbers->values);
  if (!tensor) return tl::unexpected(tensor.error());
  LoadedArray array;
  array.tensor = std::move(*tensor);
  array.form.rank = static_cast<int>(numbers->axes.size());
  array.description = fmt::format("{} numbers", axes_text(numbers->axes));
  if (numbers->rounded > 0) {
    array.notes.push_back(fmt::format("{} integers beyond 2^24 rounded", numbers->rounded));
  }
  return array;
}

std::string grid_text(const Tensor& tensor, std::string_view separator) {
  const Shape& shape = tensor.shape();
  if (tensor.empty()) return {};
  if (shape.planes() == 1) return rows_text(tensor.values(), shape.w, separator, "", "\n");
  std::string text = shape.n > 1 ? "[[" : "[";
  for (std::int64_t plane = 0; plane < shape.planes(); ++plane) {
    if (plane > 0) text += plane % shape.c == 0 ? "],\n[" : ",\n";
    text += fmt::format("[{}]", rows_text(tensor.plane(plane), shape.w, ", ", "[", "],\n"));
  }
  return text + (shape.n > 1 ? "]]\n" : "]\n");
}

}  // namespace poolscope
