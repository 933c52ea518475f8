#pragma once

#include "app/column.h"
#include "app/workspaces/explore/canvas_layers.h"

namespace poolscope {

/// The gradients that the canvases show in place of values.
struct LensView {
  std::shared_ptr<const Picture> output, input;
  std::shared_ptr<const Picture> source;  ///< Where the gradient goes on to it; else null.
  ValueRange output_range, input_range, source_range;
  ColorMap map = ColorMap::viridis;  ///< Diverging where a gradient is negative.
  std::int64_t starved = 0;          ///< Cells of the layer's input that get none.
  std::int64_t source_starved = 0;   ///< Cells of the source that get none.
};

/// Whether the canvas on the left shows the source, whose cells are not those that windows read.
inline bool shows_source(const StageView& view) { return view.lens && view.lens->source; }

/// Once a frame: turns the canvases round while the document wants it, with gradients made in the
/// background.
void update_lens(const Ui& ui, StageView& view, ExploreState& state);

/// Turns the lens on or off.
void toggle_lens(const Ui& ui);

/// G turns the lens on and off; digits are a gradient on the selected output cell. True when the
/// keys were meant for that.
bool handle_lens_keys(const Ui& ui, const StageView& view, ExploreState& state);

/// Cells and numbers of one canvas while the lens is on; outlines and the like go on top.
void draw_lens_cells(const Ui& ui, const StageView& view, ExploreState& state,
                     const CanvasLook& look);
/// Its colour bar, or how many cells are starved.
void draw_lens_legend(const Ui& ui, const StageView& view, CanvasKind kind, const Rect& rect);

/// Which gradient is put on the output, who of tied cells gets it, and how far back it flows.
void draw_lens_row(const Ui& ui, const StageView& view, const Rect& area);
float lens_row_height(const Ui& ui);

/// `gradient at row 1, col 1 = 0.25` of the cell under the mouse; empty without one.
std::string lens_cursor_text(const StageView& view, const HoveredCell& cell);

/// What the current window passes on to each of its taps, and why.
void draw_gradient_section(const Ui& ui, const StageView& view, ExploreState& state,
                           Column& column);

}  // namespace poolscope
