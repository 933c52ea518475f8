#pragma once

#include "app/user_command.h"

namespace poolscope {

// The submenus of the command table: what they hold depends on what is there.

std::vector<UserCommand> sample_commands(const Ui& ui);
std::vector<UserCommand> recent_commands(const Ui& ui);
std::vector<UserCommand> export_commands(const Ui& ui);
/// Every layer that can be added, by framework.
std::vector<UserCommand> layer_commands(const Ui& ui);
std::vector<UserCommand> color_commands(const Ui& ui);
std::vector<UserCommand> engine_commands(const Ui& ui);
/// The panels under the canvases.
std::vector<UserCommand> panel_commands(const Ui& ui);

}  // namespace poolscope
