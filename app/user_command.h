#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/ui.h"

namespace poolscope {

/// One thing the user can ask for: its line in a menu, its key, its line in the palette and in the
/// list of keys. All come from command_table(); a new command is a row there.
struct UserCommand {
  std::string id;            ///< What panels ask for with ui.asked(), and controls name: `undo`.
  std::string title;         ///< In menus and the palette.
  std::string group;         ///< The menu, and the heading in the list of keys.
  bool in_menu = true;       ///< Else by key and palette only.
  bool begins_part = false;  ///< A line is drawn above it in the menu.
  std::vector<KeyPress> keys = {};  ///< The first is the one that is shown.
  std::string about = {};           ///< One line that teaches what it does.
  std::string note = {};            ///< Beside the title, where it has no key.
  /// What it does at once; empty where a panel asks for it with ui.asked(id).
  std::function<void(const Ui&)> run = {};
  /// Why it cannot be done now; an empty text where it can. Empty function: it always can.
  std::function<std::string(const Ui&)> why_not = {};
  /// Whether what it switches is on. Empty: it switches nothing.
  std::function<bool(const Ui&)> is_on = {};
  /// Id of the only workspace that has it; empty where all do.
  std::string workspace = {};
  /// The commands of a submenu, which depend on what is there: samples, engines, layers.
  std::function<std::vector<UserCommand>(const Ui&)> items = {};

  std::string reason(const Ui& ui) const;
  bool on(const Ui& ui) const { return is_on && is_on(ui); }
  /// The key that is shown, or the note.
  std::string key() const { return keys.empty() ? note : key_text(keys.front()); }
};

/// Every command, in the order of the menus.
const std::vector<UserCommand>& command_table();
/// The groups that have menus, in their order.
const std::vector<std::string>& menu_names();
/// The row of that id; it must exist.
const UserCommand& find_command(std::string_view id);

/// Does it, if it can be done now; what a panel answers to, in the next frame.
void run_command(const Ui& ui, const UserCommand& command);
/// Once a frame, before anything answers to keys: the commands whose keys were pressed, and those
/// asked for in the last frame. While a cell is typed into, keys without Ctrl belong to it.
void take_commands(const Ui& ui);

/// `Fit the whole input (F)`: a tooltip with the command's key.
std::string tip_with_key(std::string_view tip, std::string_view command_id);

}  // namespace poolscope
