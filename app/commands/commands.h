#pragma once

#include <array>
#include <functional>

#include <CLI/CLI.hpp>

#include "core/base/result.h"

namespace poolscope {

/// A subcommand that has put its options and its help into the program's command line.
struct Command {
  CLI::App* options;                  ///< parsed() tells whether it was asked for.
  std::function<Result<void>()> run;  ///< What it does once the command line has been read.
};

using AddCommand = Command (*)(CLI::App& program);

/// Every subcommand, in the order of --help.
inline constexpr std::array<AddCommand, 0> kCommands{};

}  // namespace poolscope
