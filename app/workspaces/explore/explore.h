#pragma once

#include "app/workspaces/explore/explore_state.h"
#include "app/workspaces/workspace.h"

namespace poolscope {

/// The Explore workspace: source, pipeline and parameters on the left, the canvases in the middle,
/// the current window on the right.
class Explore : public Workspace {
 public:
  void begin(const Ui& ui) override;
  void draw_left(const Ui& ui, const Rect& area) override;
  void draw_center(const Ui& ui, const Rect& area, bool inspector_folded) override;
  void draw_inspector_column(const Ui& ui, const Rect& area) override;
  StatusLine status(const Ui& ui) const override;

 private:
  /// `row 1, col 1 = 6` for the cell under the mouse; empty without one.
  std::string cursor_text() const;
  void draw_middle(const Ui& ui, const Rect& area, bool inspector_folded);
  /// Whatever fits under the canvases.
  void draw_below(const Ui& ui, const Rect& area, Rect rest);

  std::optional<StageView> view_;
  ExploreState state_;
};

}  // namespace poolscope
