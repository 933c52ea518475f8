#include <algorithm>
#include <vector>

#include "app/workspaces/explore/panels.h"

namespace poolscope {
namespace {

/// What is typed, as ImGui wants it: ended by a zero, with room for more.
struct NotesText {
  std::vector<char> buffer = std::vector<char>(kMaxNotes + 1, '\0');

  std::string text() const { return buffer.data(); }
  void set(const std::string& notes) {
    std::ranges::fill(buffer, '\0');
    std::copy_n(notes.begin(), std::min(notes.size(), kMaxNotes), buffer.begin());
  }
};

}  // namespace

float draw_notes_panel(const Ui& ui, const StageView&, ExploreState& state, const Rect& area) {
  auto& typed = state.panels.of<NotesText>();
  if (typed.text() != ui.document.notes) typed.set(ui.document.notes);
  ImGui::SetCursorScreenPos(area.min);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {ui.px(10), ui.px(8)});
  ImGui::PushStyleVar(ImGuiStyleVar_FrameRounding, ui.px(6));
  ImGui::PushStyleColor(ImGuiCol_FrameBg, ui.theme.ctl);
  const ImVec2 size{area.width(), std::max(area.height() - ui.px(12), ui.px(60))};
  ImGui::InputTextMultiline("##notes", typed.buffer.data(), typed.buffer.size(), size);
  ui.memory.controls["notes"] = {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
  if (ImGui::IsItemActivated()) ++ui.memory.gesture;  // One run of typing is one step.
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
  // Escape leaves the field; ImGui takes back with it all that was typed, which nobody expects.
  if (ui.keys.pressed(Key::escape)) typed.set(ui.document.notes);
  if (typed.text() != ui.document.notes) ui.act(action::SetNotes{typed.text()}, true);
  return area.min.y + size.y;
}

}  // namespace poolscope
