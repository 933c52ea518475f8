#pragma once

#include <utility>

#include "app/ui.h"

namespace poolscope {

/// An area whose content scrolls when it is longer: `fill` draws it from the origin it is given and
/// returns its bottom.
template <class Fill>
void draw_scroll_area(const Ui& ui, const char* id, const Rect& area, Fill fill) {
  ImGui::SetCursorScreenPos(area.min);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::BeginChild(id, area.size(), false, ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleVar();
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  const float bottom = fill(origin);
  ImGui::SetCursorScreenPos({origin.x, bottom});
  ImGui::Dummy({1, 1});
  if (ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem)) {
    const float turns = std::exchange(ui.memory.wheel, 0.0F);
    if (turns != 0.0F) ImGui::SetScrollY(ImGui::GetScrollY() - turns * ui.px(48));
  }
  ImGui::EndChild();
}

}  // namespace poolscope
