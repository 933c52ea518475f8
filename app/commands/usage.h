#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace CLI {
class App;
}

namespace poolscope {

/// The text on one line: every run of spaces, line breaks and control characters as one space.
std::string one_line(std::string_view text);

/// An Error of kind usage: the command line, or a layer text, cannot be parsed.
tl::unexpected<Error> usage_error(std::string_view message);

/// Reads the command line into `program`'s options; false when help or the version was asked for
/// and printed. Errors: kind usage, but a first word that looks like a path is a missing file.
Result<bool> read_command_line(CLI::App& program, int argc, char** argv);

}  // namespace poolscope
