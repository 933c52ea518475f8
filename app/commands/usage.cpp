#include "app/commands/usage.h"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <vector>

#include <fmt/format.h>

namespace poolscope {
namespace {

/// How many characters to add, drop or change to get from one word to the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t changed = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, diagonal + 1, changed});
    }
  }
  return row.back();
}

std::vector<std::string> subcommand_names(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* subcommand : program.get_subcommands({})) {
    names.push_back(subcommand->get_name());
  }
  return names;
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
    if (!space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

tl::unexpected<Error> usage_error(std::string_view message) {
  return tl::unexpected<Error>(Error{one_line(message), ErrorKind::usage, {}, {}});
}

Result<void> check_first_word(const CLI::App& program, std::string_view word) {
  const std::vector<std::string> names = subcommand_names(program);
  const bool known = std::find(names.begin(), names.end(), word) != names.end();
  std::error_code ignored;
  if (known || word.starts_with('-') || std::filesystem::exists(word, ignored)) return {};

  constexpr std::size_t typo = 2;
  for (const std::string& name : names) {
    if (edit_distance(word, name) <= typo) {
      return usage_error(
          fmt::format("{} is neither a file nor a subcommand; did you mean {}?", word, name));
    }
  }
  if (word.find_first_of("./") != std::string_view::npos) {
    return failure(fmt::format("{}: no such file", word));
  }
  return usage_error(
      fmt::format("{} is neither a file nor a subcommand ({})", word, fmt::join(names, ", ")));
}

}  // namespace poolscope
