#pragma once

#include "app/canvas/pane.h"
#include "app/workspaces/explore/explore_state.h"

namespace poolscope {

/// What one canvas draws, and where.
struct CanvasLook {
  CanvasKind kind;
  Pane pane;
  bool detail;   ///< The close view below an overview.
  bool thin;     ///< Cells so small that the selection is drawn thin.
  bool indices;  ///< There is room around the cells for row and column numbers.
};

/// `input`, `windows`, `output`.
std::string_view canvas_name(CanvasKind kind);

/// Padding and overhang, each with what the reduction sees there.
void draw_surroundings(const Ui& ui, const StageView& view, const Pane& pane);

/// Cells, ghosts, outlines, numbers and selection of one canvas, back to front.
void draw_canvas_layers(const Ui& ui, const StageView& view, ExploreState& state,
                        const CanvasLook& look);

/// Below a canvas: its colour bar, or for the windows what the shades mean.
void draw_canvas_legend(const Ui& ui, const StageView& view, ExploreState& state, CanvasKind kind,
                        const Rect& rect);

}  // namespace poolscope
