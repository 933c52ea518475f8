#pragma once

#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "core/base/result.h"

namespace poolscope {

/// The text on one line: every run of spaces, line breaks and control characters as one space.
std::string one_line(std::string_view text);

/// An Error of kind usage: the command line, or a layer text, cannot be parsed.
tl::unexpected<Error> usage_error(std::string_view message);

/// Errors: `word`, the first argument, is neither option nor subcommand nor file. As usage with the
/// nearest subcommand where it looks like one, as a missing file where it looks like a path.
Result<void> check_first_word(const CLI::App& program, std::string_view word);

}  // namespace poolscope
