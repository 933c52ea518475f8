#include "app/overlays.h"

#include <algorithm>

#include <imgui_internal.h>

namespace poolscope {
namespace {

struct KeyHelp {
  const char* keys;
  const char* meaning;
};
constexpr KeyHelp kKeys[] = {{"Space", "play and pause"},
                             {"← →  Home End", "window before, after, first, last"},
                             {"Shift ← →  ↑ ↓", "window above, below"},
                             {"Click", "pin the window; Esc lets go"},
                             {"H   R   Shift+R", "hide outputs, reveal one, reveal all"},
                             {"G", "backward: how a gradient flows to the input"},
                             {"Wheel, drag", "zoom about the cursor, pan"},
                             {"Z   F", "zoom to the window, fit"},
                             {"F2", "type into cells; Enter down, Tab right, Esc leave"},
                             {"V   I", "values, indices"},
                             {"O", "windows canvas: values, coverage, overlap, dead cells"},
                             {"F9   F10", "left column, inspector"},
                             {"Ctrl+O", "open a file"},
                             {"Ctrl+S", "save the session; with Shift under another name"},
                             {"Ctrl+Shift+C", "copy the pipeline as code"},
                             {"Ctrl+Z", "undo"},
                             {"Ctrl+Shift+Z", "redo"},
                             {"Ctrl+D   Del", "duplicate, remove the layer"},
                             {"Ctrl+Q", "quit"},
                             {"F1", "these keys"}};

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
  const bool shown =
      ImGui::Begin(title, &open, ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings);
  ImGui::PopStyleColor(3);
  ImGui::PopStyleVar(2);
  return shown;
}

void draw_keys(const Ui& ui) {
  if (begin_panel(ui, "Keys", ui.memory.show_keys, {480, 520}) &&
      ImGui::BeginTable("keys", 2, ImGuiTableFlags_SizingFixedFit)) {
    for (const KeyHelp& entry : kKeys) {
      ImGui::TableNextRow(0, ui.px(28));
      ImGui::TableNextColumn();
      ImGui::PushFont(ui.fonts[Font::mono12]);
      ImGui::TextUnformatted(entry.keys);
      ImGui::PopFont();
      ImGui::TableNextColumn();
      ImGui::TextUnformatted(entry.meaning);
    }
    ImGui::EndTable();
  }
  ImGui::End();
}

void draw_log(const Ui& ui) {
  if (begin_panel(ui, "Messages", ui.memory.show_log, {620, 360})) {
    if (ui.memory.log.empty()) ImGui::TextDisabled("No messages in this session.");
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
}

bool keys_are_typed(const Ui& ui) {
  return !ui.memory.editing.empty() || ImGui::GetIO().WantTextInput ||
         ImGui::GetCurrentContext()->OpenPopupStack.Size > 0;
}

}  // namespace poolscope
