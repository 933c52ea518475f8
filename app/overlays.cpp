#include "app/overlays.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <imgui_internal.h>

#include "app/translation.h"
#include "app/user_command.h"

namespace poolscope {
namespace {

/// What the mouse and the keys of no command do.
struct Gesture {
  const char* group;
  const char* keys;
  const char* meaning;
};
constexpr std::array<Gesture, 6> kGestures{{{"Window", "Click", "Pin the window under the mouse"},
                                            {"Window", "Esc", "Let go of it"},
                                            {"View", "Wheel", "Zoom about the mouse"},
                                            {"View", "Drag", "Move the zoomed canvases"},
                                            {"Controls", "Tab", "Next control; Shift+Tab before"},
                                            {"Controls", "Enter", "Use it; arrows change it"}}};

/// A closable panel in the middle of the screen.
bool begin_panel(const Ui& ui, const char* title, bool& open, ImVec2 size) {
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({screen.x * 0.5F, screen.y * 0.5F}, ImGuiCond_Appearing, {0.5F, 0.5F});
  ImGui::SetNextWindowSize({std::min(ui.px(size.x), screen.x), std::min(ui.px(size.y), screen.y)},
                           ImGuiCond_Appearing);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui.px(8));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1.0F);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ui.theme.raised);
  ImGui::PushStyleColor(ImGuiCol_TitleBg, ui.theme.raised);
  ImGui::PushStyleColor(ImGuiCol_TitleBgActive, ui.theme.raised);
  const bool shown = ImGui::Begin(fmt::format("{}###{}", tr(title), title).c_str(), &open,
                                  ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings);
  ImGui::PopStyleColor(3);
  ImGui::PopStyleVar(2);
  return shown;
}

void draw_key_row(const Ui& ui, const std::string& keys, const char* meaning) {
  ImGui::TableNextRow(0, ui.px(26));
  ImGui::TableNextColumn();
  ImGui::PushFont(ui.fonts[Font::mono12]);
  ImGui::TextUnformatted(keys.c_str());
  ImGui::PopFont();
  ImGui::TableNextColumn();
  const std::string_view text = tr(meaning);
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
}

/// All keys of a command, but for the same with Shift: `Ctrl+Shift+Z  Ctrl+Y`.
std::string keys_of(const UserCommand& command) {
  std::string text;
  for (const KeyPress& press : command.keys) {
    const bool again = &press != &command.keys.front() && press.key == command.keys.front().key;
    if (!again) text += (text.empty() ? "" : "  ") + key_text(press);
  }
  return text;
}

void draw_key_group(const Ui& ui, const std::string& group) {
  ImGui::TableNextRow(0, ui.px(32));
  ImGui::TableNextColumn();
  ImGui::PushFont(ui.fonts[Font::sans13_semibold]);
  const std::string_view heading = tr(group);
  ImGui::TextUnformatted(heading.data(), heading.data() + heading.size());
  ImGui::PopFont();
  for (const UserCommand& command : command_table()) {
    if (command.group == group && !command.keys.empty())
      draw_key_row(ui, keys_of(command), command.title.c_str());
  }
  for (const Gesture& gesture : kGestures) {
    if (gesture.group == group) draw_key_row(ui, gesture.keys, gesture.meaning);
  }
}

/// The headings of commands and gestures, each once, in their order.
std::vector<std::string> key_groups() {
  std::vector<std::string> groups;
  const auto add = [&](const std::string& group) {
    if (std::ranges::count(groups, group) == 0) groups.push_back(group);
  };
  for (const UserCommand& command : command_table()) {
    if (!command.keys.empty()) add(command.group);
  }
  for (const Gesture& gesture : kGestures) add(gesture.group);
  return groups;
}

void draw_keys(const Ui& ui) {
  if (begin_panel(ui, "Keys", ui.memory.show_keys, {480, 620}) &&
      ImGui::BeginTable("keys", 2, ImGuiTableFlags_SizingFixedFit)) {
    for (const std::string& group : key_groups()) draw_key_group(ui, group);
    ImGui::EndTable();
  }
  ImGui::End();
}

void draw_log(const Ui& ui) {
  if (begin_panel(ui, "Messages", ui.memory.show_log, {620, 360})) {
    if (ui.memory.log.empty())
      ImGui::TextDisabled("%s", std::string(tr("No messages in this session.")).c_str());
    for (const std::string& line : ui.memory.log) ImGui::TextWrapped("%s", line.c_str());
  }
  ImGui::End();
}

}  // namespace

void draw_overlays(const Ui& ui) {
  if (ui.keys.pressed(Key::escape)) {
    ui.memory.show_keys = ui.memory.show_log = false;
    // Menus and lists; a dialog answers to Escape by itself.
    const auto& popups = ImGui::GetCurrentContext()->OpenPopupStack;
    const bool is_dialog = popups.Size > 0 && popups.back().Window != nullptr &&
                           (popups.back().Window->Flags & ImGuiWindowFlags_Modal) != 0;
    if (popups.Size > 0 && !is_dialog) ImGui::ClosePopupToLevel(popups.Size - 1, true);
  }
  if (ui.memory.show_keys) draw_keys(ui);
  if (ui.memory.show_log) draw_log(ui);
  draw_tour(ui);
}

bool keys_are_typed(const Ui& ui) {
  return !ui.memory.editing.empty() || ImGui::GetIO().WantTextInput ||
         ImGui::GetCurrentContext()->OpenPopupStack.Size > 0;
}

}  // namespace poolscope
