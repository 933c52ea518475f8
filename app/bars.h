#pragma once

#include "app/ui.h"
#include "app/workspaces/workspace.h"

namespace poolscope {

inline constexpr float kTopBarHeight = 48.0F;
inline constexpr float kStatusBarHeight = 32.0F;

/// What the bars need beyond the document.
struct BarState {
  bool left_folded;     ///< The left column is not on the screen.
  bool busy;            ///< A run is under way.
  double busy_seconds;  ///< For how long.
  /// Of the workspace, where it is not the pipeline that runs.
  std::optional<WorkspaceRun> run = {};
};

/// Name, menus, workspaces, undo and redo, engine badge.
void draw_top_bar(const Ui& ui, const Rect& area, const BarState& state);
/// Shape chain, cursor value, last run, the keys that matter now.
void draw_status_bar(const Ui& ui, const Rect& area, const StatusLine& line);

}  // namespace poolscope
