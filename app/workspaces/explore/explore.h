#pragma once

#include "app/workspaces/explore/explore_state.h"

namespace poolscope {

/// The Explore workspace: source, pipeline and parameters on the left, the canvases in the middle,
/// the current window on the right.
class Explore {
 public:
  /// Once a frame, before the parts below: what is shown, and the keys that move it.
  void begin(const Ui& ui);
  void draw_left(const Ui& ui, const Rect& area);
  void draw_center(const Ui& ui, const Rect& area, bool inspector_folded);
  void draw_inspector_column(const Ui& ui, const Rect& area);
  /// `row 1, col 1 = 6` for the cell under the mouse; empty without one.
  std::string cursor_text() const;
  const std::optional<StageView>& view() const { return view_; }

 private:
  void draw_middle(const Ui& ui, const Rect& area, bool inspector_folded);
  /// Whatever fits under the canvases.
  void draw_below(const Ui& ui, const Rect& area, Rect rest);

  std::optional<StageView> view_;
  ExploreState state_;
};

}  // namespace poolscope
