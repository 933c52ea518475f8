#include "app/menus.h"

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/translation.h"

namespace poolscope {
namespace {

/// The title in the user's language, and the id that ImGui knows the line by.
std::string line_of(const UserCommand& command) {
  return fmt::format("{}###{}", tr(command.title), command.id);
}

/// A line that cannot be chosen says why.
void draw_line(const Ui& ui, const UserCommand& command) {
  const std::string reason = command.reason(ui);
  const std::string key = command.key();
  bool chosen = ImGui::MenuItem(line_of(command).c_str(), key.empty() ? nullptr : key.c_str(),
                                command.on(ui), reason.empty());
  if (menu_item_reached(ui, "menu/" + command.title) && reason.empty()) {
    chosen = true;
    ImGui::CloseCurrentPopup();
  }
  tooltip(ui, ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled),
          reason.empty() ? command.about : reason);
  if (chosen) run_command(ui, command);
}

void draw_submenu(const Ui& ui, const UserCommand& command) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Rect row = Rect::of(at.x, at.y, ImGui::GetContentRegionAvail().x, ImGui::GetFontSize());
  const bool open = ImGui::BeginMenu(line_of(command).c_str(), command.reason(ui).empty());
  if (open) {
    draw_menu_lines(ui, command.items(ui));
    ImGui::EndMenu();
  }
  ui.memory.controls["menu/" + command.title] = row;
  if (focus_stop(ui, "menu/" + command.title, row).activated)
    ImGui::OpenPopup(line_of(command).c_str());
}

std::vector<UserCommand> commands_of(const std::string& menu) {
  std::vector<UserCommand> found;
  for (const UserCommand& command : command_table()) {
    if (command.in_menu && command.group == menu) found.push_back(command);
  }
  return found;
}

/// All menus in one, each a submenu: a projector has no room for more.
std::vector<UserCommand> folded_menus() {
  std::vector<UserCommand> menus;
  for (const std::string& menu : menu_names()) {
    menus.push_back(
        {.id = "menu/" + menu, .title = menu, .group = "Menu", .items = [menu](const Ui&) {
           return commands_of(menu);
         }});
  }
  return menus;
}

/// A name in the bar and the menu below it; returns the x after it.
float draw_menu(const Ui& ui, const std::string& name, ImVec2 left_center,
                const std::vector<UserCommand>& commands) {
  const std::string id = fmt::format("menu/{}", name);
  const bool folded = ui.document.view.projector;
  const float text = text_width(ui, Font::sans13, name);
  const float width = text + ui.px(folded ? 34 : 14);
  const Rect rect = Rect::of(left_center.x, left_center.y - ui.px(15), width, ui.px(30));
  const Click click = click_area(ui, id, rect);
  const bool open = ImGui::IsPopupOpen(id.c_str());
  if (click.hovered || open) draw_list().AddRectFilled(rect.min, rect.max, ui.theme.ctl, ui.px(6));
  const ImU32 ink = open || click.hovered ? ui.theme.t1 : ui.theme.t2;
  draw_text(ui, Font::sans13, {rect.min.x + ui.px(7), rect.center().y}, ink, name);
  if (folded) draw_icon(ui, Icon::chevron, {rect.max.x - ui.px(14), rect.center().y}, ink, 14);
  if (click.clicked) ImGui::OpenPopup(id.c_str());
  ImGui::SetNextWindowPos({rect.min.x, rect.max.y + ui.px(6)});
  if (ImGui::BeginPopup(id.c_str())) {
    draw_menu_lines(ui, commands);
    ImGui::EndPopup();
  }
  return rect.max.x;
}

}  // namespace

void draw_menu_lines(const Ui& ui, const std::vector<UserCommand>& commands) {
  for (const UserCommand& command : commands) {
    if (command.begins_part && &command != &commands.front()) ImGui::Separator();
    command.items ? draw_submenu(ui, command) : draw_line(ui, command);
  }
}

float draw_menus(const Ui& ui, float x, float y) {
  if (ui.document.view.projector) return draw_menu(ui, "Menu", {x, y}, folded_menus());
  for (const std::string& menu : menu_names()) x = draw_menu(ui, menu, {x, y}, commands_of(menu));
  return x;
}

}  // namespace poolscope
