#pragma once

#include "app/column.h"
#include "app/workspaces/explore/canvas_layers.h"

namespace poolscope {

/// Outlines, on the windows and the output canvas, of all windows that read the input cell pointed
/// at.
void draw_census_marks(const Ui& ui, const StageView& view, const ExploreState& state,
                       const CanvasLook& look);

/// Whether the layer has windows and none of them reads that input cell.
bool is_unread(const StageView& view, std::int64_t row, std::int64_t col);

/// The inspector's section on the input cell pointed at last: who reads it, and its share in each.
void draw_census_section(const Ui& ui, const StageView& view, ExploreState& state, Column& column);

}  // namespace poolscope
