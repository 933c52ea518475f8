#include "app/user_command_lists.h"
#include "app/workspaces/workspace.h"

namespace poolscope {

std::vector<UserCommand> only_in(std::string_view workspace, std::vector<UserCommand> commands) {
  for (UserCommand& command : commands) command.workspace = workspace;
  return commands;
}

std::vector<UserCommand> workspace_commands() {
  std::vector<UserCommand> commands;
  for (const WorkspaceRow& row : workspace_rows()) {
    const std::string id(row.id);
    const auto key =
        static_cast<Key>(static_cast<int>(Key::n1) + static_cast<int>(commands.size()));
    commands.push_back({.id = "workspace/" + id,
                        .title = std::string(row.title),
                        .group = "View",
                        .begins_part = commands.empty(),
                        .keys = {{key}},
                        .about = std::string(row.about),
                        .run = [id](const Ui& ui) { ui.act(action::SetWorkspace{id}); },
                        .is_on =
                            [id](const Ui& ui) {
                              return workspace_index(ui.document.workspace) == workspace_index(id);
                            }});
  }
  return commands;
}

std::vector<UserCommand> model_commands() {
  return only_in(kFeatureMaps, {{.id = "channel/next",
                                 .title = "Next channel",
                                 .group = "Feature maps",
                                 .in_menu = false,
                                 .keys = {{Key::bracket_right}}},
                                {.id = "channel/previous",
                                 .title = "Previous channel",
                                 .group = "Feature maps",
                                 .in_menu = false,
                                 .keys = {{Key::bracket_left}}},
                                {.id = "channel/sort",
                                 .title = "Sort channels by the next figure",
                                 .group = "Feature maps",
                                 .in_menu = false,
                                 .keys = {{Key::s}}},
                                {.id = "channel/pin",
                                 .title = "Pin the channel",
                                 .group = "Feature maps",
                                 .in_menu = false,
                                 .keys = {{Key::n}}},
                                {.id = "model/original",
                                 .title = "Before or after the change",
                                 .group = "Feature maps",
                                 .in_menu = false,
                                 .keys = {{Key::b}},
                                 .about = "The maps of the model as it was opened"},
                                {.id = "model/explore",
                                 .title = "Open the channel in Explore",
                                 .group = "Feature maps",
                                 .in_menu = false,
                                 .keys = {{Key::e}}}});
}

}  // namespace poolscope
