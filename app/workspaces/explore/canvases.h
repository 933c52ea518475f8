#pragma once

#include "app/workspaces/explore/explore_state.h"

namespace poolscope {

/// Input, windows and output side by side, linked to one another, and a detail of them below where
/// the cells are too small for numbers. Returns the bottom of what was drawn.
float draw_canvases(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area);

/// Commands that move the selection or the camera, and keys that type into a cell.
void handle_canvas_keys(const Ui& ui, const StageView& view, ExploreState& state);

}  // namespace poolscope
