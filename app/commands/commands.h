#pragma once

#include <array>
#include <functional>

#include "core/base/result.h"

namespace CLI {
class App;
}

namespace poolscope {

/// A subcommand that has put its options and its help into the program's command line.
struct Command {
  CLI::App* options;                  ///< parsed() tells whether it was asked for.
  std::function<Result<void>()> run;  ///< What it does once the command line has been read.
};

using AddCommand = Command (*)(CLI::App& program);

Command add_apply(CLI::App& program);     ///< Layers on a file, or on a batch of files.
Command add_trace(CLI::App& program);     ///< Every stage of a pipeline, as text or JSON.
Command add_gradient(CLI::App& program);  ///< A pipeline backwards.
Command add_render(CLI::App& program);    ///< The window as a picture.
Command add_sweep(CLI::App& program);     ///< A layer over the values of its parameters.
Command add_export(CLI::App& program);    ///< Pictures, animations, values and code.
Command add_engines(CLI::App& program);   ///< Which engine runs which layer.
Command add_model(CLI::App& program);     ///< A trained model: its layers, maps and other pools.

/// Every subcommand, in the order of --help.
inline constexpr std::array kCommands{
    AddCommand{add_apply},  AddCommand{add_trace}, AddCommand{add_gradient}, AddCommand{add_render},
    AddCommand{add_export}, AddCommand{add_sweep}, AddCommand{add_engines},  AddCommand{add_model},
};

}  // namespace poolscope
