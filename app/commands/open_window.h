#pragma once

#include "app/commands/commands.h"

namespace poolscope {

/// What the program does without a subcommand: it opens its window. Adds its options to `program`.
Command add_open_window(CLI::App& program);

}  // namespace poolscope
