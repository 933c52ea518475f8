#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/canvas/pane.h"
#include "app/workspaces/explore/explore_state.h"

namespace poolscope {

/// A result inside a panel: a small canvas without axes.
struct SmallOutput {
  std::string id;  ///< Of its click area.
  const std::shared_ptr<const Picture>& picture;
  HeatmapTexture& texture;
  PlaneChoice planes;
  ValueRange range;
  ColorMap map;
  /// Whether a cell is outlined; where cells are too small for that, none is. Empty for none.
  std::function<bool(std::int64_t row, std::int64_t col)> marked = {};
};

/// Draws the whole plane as large as `area` allows, its cells at most 44 wide, with numbers where
/// they fit; the current cell is the selection's where the output is of its size, and a click moves
/// that. Returns what it covers.
Rect draw_small_output(const Ui& ui, const StageView& view, const SmallOutput& output,
                       const Rect& area);

}  // namespace poolscope
