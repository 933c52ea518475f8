#include "app/commands/usage.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "core/pooling/nearest.h"

namespace poolscope {
namespace {

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
    const bool space = (c >= 0 && c <= ' ') || c == 0x7f;
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

  if (word.find_first_of("./") != std::string_view::npos) {
    return failure(fmt::format("{}: no such file", word));
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  return usage_error(fmt::format("{} is neither a file nor a subcommand; did you mean {}?", word,
                                 nearest_name(word, views)));
}

}  // namespace poolscope
