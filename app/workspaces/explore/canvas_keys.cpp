#include <algorithm>

#include "app/overlays.h"
#include "app/workspaces/explore/backward.h"
#include "app/workspaces/explore/canvases.h"
#include "app/workspaces/explore/cell_editor.h"
#include "app/workspaces/explore/coverage_overlay.h"
#include "app/workspaces/explore/playback.h"
#include "app/workspaces/explore/prediction.h"

namespace poolscope {
namespace {

/// Brings the current window close.
void zoom_to_window(const Ui& ui, const StageView& view) {
  const CellRect window = view.window_rect(view.selection.row, view.selection.col);
  Camera camera;
  camera.zoom = std::max(1.0, std::min(view.domain.width() / (window.width() * 3),
                                       view.domain.height() / (window.height() * 3)));
  camera.center_x = ((window.x0 + window.x1) * 0.5 - view.domain.x0) / view.domain.width();
  camera.center_y = ((window.y0 + window.y1) * 0.5 - view.domain.y0) / view.domain.height();
  ui.act(action::SetCamera{camera});
}

/// Moves the current window as it is asked for.
void step(const Ui& ui, const StageView& view) {
  const std::int64_t last = view.out_rows * view.out_cols - 1;
  const std::int64_t at = view.selection.row * view.out_cols + view.selection.col;
  std::int64_t next = at;
  if (ui.asked("window/next")) next = at + 1;
  if (ui.asked("window/previous")) next = at - 1;
  if (ui.asked("window/below")) next = at + view.out_cols;
  if (ui.asked("window/above")) next = at - view.out_cols;
  if (ui.asked("window/first")) next = 0;
  if (ui.asked("window/last")) next = last;
  if (next == at || next < 0 || next > last) return;
  ui.act(action::SetSelection{{next / view.out_cols, next % view.out_cols, true}});
}

}  // namespace

void handle_canvas_keys(const Ui& ui, const StageView& view, ExploreState& state) {
  if (!keys_are_typed(ui)) {
    if (handle_cell_edit_keys(ui, view, state)) return;
    if (handle_prediction_keys(ui, view, state)) return;
    if (handle_lens_keys(ui, view, state)) return;
    if (ui.keys.pressed(Key::escape) && ui.document.selection.pinned) {
      Selection free = ui.document.selection;
      free.pinned = false;
      ui.act(action::SetSelection{free});
    }
  }
  answer_prediction_commands(ui, view);
  if (ui.asked("lens")) toggle_lens(ui);
  if (ui.asked("play") && view.output != nullptr) play_or_pause(ui, view);
  if (ui.asked("overlay")) next_overlay(ui);
  if (view.output == nullptr) return;
  if (ui.asked("zoom")) zoom_to_window(ui, view);
  step(ui, view);
}

}  // namespace poolscope
