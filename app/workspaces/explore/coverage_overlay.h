#pragma once

#include "app/workspaces/explore/canvas_layers.h"

namespace poolscope {

/// The cells of the windows canvas, shaded by how many windows read them, as the document's overlay
/// wants it. Cells too small for a shade each are drawn in blocks. False, with nothing drawn, where
/// small cells are left to the picture.
bool draw_coverage(const Ui& ui, const StageView& view, ExploreState& state,
                   const CanvasLook& look);

/// How many windows read each cell, where that is the overlay; false where it is not.
bool draw_coverage_numbers(const Ui& ui, const StageView& view, ExploreState& state,
                           const CanvasLook& look);

/// Below the windows canvas: which overlay it shows, and what its shades mean.
void draw_coverage_legend(const Ui& ui, const StageView& view, ExploreState& state,
                          const Rect& rect);

/// The overlay after the one shown.
void next_overlay(const Ui& ui);

}  // namespace poolscope
