#include "app/user_command.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/overlays.h"
#include "app/workspaces/workspace.h"
#include "core/base/check.h"

namespace poolscope {
namespace {

/// Keys that are no part of a text, so that they mean the same while a cell is typed into.
bool is_never_typed(const KeyPress& press) {
  return press.ctrl || press.alt || (press.key >= Key::f1 && press.key <= Key::f12);
}

/// Whether digits are typed into an output cell: a guess, or a gradient.
bool types_digits(const Ui& ui) {
  const Document& document = ui.document;
  return document.workspace == kExplore && (document.prediction.hidden || document.lens.on);
}

bool is_digit(const KeyPress& press) { return press.key >= Key::n0 && press.key <= Key::n9; }

bool is_pressed(const Ui& ui, const UserCommand& command) {
  return std::ranges::any_of(command.keys, [&](const KeyPress& press) {
    return ui.keys.pressed(press) &&
           (is_never_typed(press) || !(ui.document.edit.active || ui.memory.typing_cell ||
                                       (is_digit(press) && types_digits(ui))));
  });
}

}  // namespace

std::string UserCommand::reason(const Ui& ui) const {
  if (!workspace.empty() && workspace != ui.document.workspace)
    return fmt::format("only in {}", workspace_rows()[workspace_index(workspace)].title);
  return why_not ? why_not(ui) : std::string();
}

const std::vector<std::string>& menu_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> found;
    for (const UserCommand& command : command_table()) {
      if (command.in_menu && std::ranges::count(found, command.group) == 0)
        found.push_back(command.group);
    }
    return found;
  }();
  return names;
}

const UserCommand& find_command(std::string_view id) {
  const auto& table = command_table();
  const auto found = std::ranges::find(table, id, &UserCommand::id);
  POOLSCOPE_CHECK(found != table.end());
  return *found;
}

void run_command(const Ui& ui, const UserCommand& command) {
  if (!command.reason(ui).empty()) return;
  if (command.run) {
    command.run(ui);
  } else {
    ui.memory.asked_next.push_back(command.id);
  }
}

void take_commands(const Ui& ui) {
  if (!keys_are_typed(ui)) {
    for (const UserCommand& command : command_table()) {
      if (is_pressed(ui, command)) run_command(ui, command);
    }
  }
  ui.memory.asked = std::exchange(ui.memory.asked_next, {});
}

bool Ui::asked(std::string_view command) const {
  return std::ranges::count(memory.asked, find_command(command).id) > 0;
}

std::string tip_with_key(std::string_view tip, std::string_view command_id) {
  const std::string key = find_command(command_id).key();
  return key.empty() ? std::string(tip) : fmt::format("{} ({})", tip, key);
}

}  // namespace poolscope
