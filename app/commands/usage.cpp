#include "app/commands/usage.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include <CLI/CLI.hpp>
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

/// Errors: `word`, the first argument, is neither option nor subcommand nor file. As usage with the
/// nearest subcommand where it looks like one, as a missing file where it looks like a path.
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

Result<bool> read_command_line(CLI::App& program, int argc, char** argv) {
  if (argc > 1) {
    if (auto word = check_first_word(program, argv[1]); !word) return tl::unexpected(word.error());
  }
  try {
    program.parse(argc, argv);
    return true;
  } catch (const CLI::Success& asked) {
    program.exit(asked);
    return false;
  } catch (const CLI::ParseError& error) {
    return usage_error(error.what());
  }
}

}  // namespace poolscope
