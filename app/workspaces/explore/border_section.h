#pragma once

#include "app/column.h"
#include "app/workspaces/explore/canvas_layers.h"

namespace poolscope {

/// The inspector's section on the border of the current window: its taps inside, in the padding and
/// in the overhang, what each counts as, the divisor, and what rounding did to rows and columns.
void draw_border_section(const Ui& ui, const StageView& view, ExploreState& state, Column& column);

/// On the input canvas: rows and columns that no window reads because the size was rounded down. On
/// the windows canvas: the windows that ceil_mode added.
void draw_border_marks(const Ui& ui, const StageView& view, ExploreState& state,
                       const CanvasLook& look);

/// Why no window reads a cell; empty where one does.
std::string unread_sentence(const StageView& view, ExploreState& state, std::int64_t row,
                            std::int64_t col);

}  // namespace poolscope
