#pragma once

#include <imgui.h>

namespace poolscope {

/// What the window that is being filled draws on.
inline ImDrawList& draw_list() { return *ImGui::GetWindowDrawList(); }

}  // namespace poolscope
