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

// Parts of the table itself.

/// Those that only one workspace answers to.
std::vector<UserCommand> only_in(std::string_view workspace, std::vector<UserCommand> commands);
/// The tabs on top, by number.
std::vector<UserCommand> workspace_commands();
/// Those of Feature maps.
std::vector<UserCommand> model_commands();

}  // namespace poolscope
