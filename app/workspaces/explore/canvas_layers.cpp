#include "app/workspaces/explore/canvas_layers.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/prover.h"
#include "app/workspaces/explore/backward.h"
#include "app/workspaces/explore/border_section.h"
#include "app/workspaces/explore/cell_editor.h"
#include "app/workspaces/explore/census.h"
#include "app/workspaces/explore/coverage_overlay.h"
#include "app/workspaces/explore/prediction.h"

namespace poolscope {
namespace {

/// Below this many pixels from window to window, outlines are left out.
constexpr float kMinOutlinePitch = 7.0F;
/// At most this many windows are probed for their winners in a frame.
constexpr std::int64_t kMaxMarkedWindows = 1600;

struct Heat {
  HeatmapTexture& texture;
  const std::shared_ptr<const Picture>& picture;
  ValueRange range;
};

void draw_values(const Ui& ui, const StageView& view, const CanvasLook& look, ValueRange range) {
  if (!shows_values(ui, look.pane)) return;
  const bool is_output = look.kind == CanvasKind::output;
  const CellSpan cells = is_output ? visible_cells(look.pane, view.out_rows, view.out_cols)
                                   : visible_cells(look.pane, view.rows, view.cols);
  const bool grey = look.kind == CanvasKind::windows;
  const CellRect current =
      view.output ? view.window_rect(view.selection.row, view.selection.col) : CellRect{};
  for (auto row = cells.row_begin; row < cells.row_end; ++row) {
    for (auto col = cells.col_begin; col < cells.col_end; ++col) {
      if (look.kind == CanvasKind::input && is_cell_edited(ui, view, row, col)) continue;
      if (is_output && view.hides(row, col)) continue;
      const float value = is_output ? view.output_value(row, col) : view.input_value(row, col);
      const auto y = static_cast<double>(row), x = static_cast<double>(col);
      const bool in_window =
          view.output && y >= current.y0 && y < current.y1 && x >= current.x0 && x < current.x1;
      const ImU32 color =
          grey ? (in_window ? ui.theme.t1 : ui.theme.t2) : number_color(ui, range, value);
      draw_cell_value(ui, look.pane.cell(row, col), color, static_cast<double>(value));
    }
  }
}

void draw_heat_cells(const Ui& ui, const StageView& view, const CanvasLook& look,
                     const Heat& heat) {
  const bool is_output = look.kind == CanvasKind::output;
  HeatmapLook style{is_output ? view.output_planes : view.planes, heat.range, ui.document.view.map,
                    true};
  // The detail shows the numbers of one channel, so it shows that channel's colours too.
  style.planes.composite = style.planes.composite && !look.detail;
  if (style.planes.composite) style.range = view.composite_range;
  draw_heatmap(ui, heat.texture, heat.picture, look.pane, style);
}

// Windows canvas -------------------------------------------------------------------------------

/// Too many cells for shading each: the picture in grey, and bands no window reads struck out.
void draw_grey_picture(const Ui& ui, const StageView& view, ExploreState& state,
                       const CanvasLook& look) {
  HeatmapLook style{view.planes, view.input_range, ColorMap::grey, false};
  style.planes.composite = false;
  HeatmapTexture& texture = look.detail ? state.detail_textures[1] : state.main_textures[1];
  draw_heatmap(ui, texture, view.input_picture, look.pane, style);
  const Rect& rect = look.pane.rect;
  draw_list().AddRectFilled(rect.min, rect.max, with_alpha(ui.theme.canvas, 0.35F));
}

/// The output cells whose windows reach into the pane.
CellRange visible_windows(const StageView& view, const Pane& pane) {
  const auto reaching = [](const std::vector<AxisWindow>& windows, double low, double high) {
    std::pair<std::int64_t, std::int64_t> found{static_cast<std::int64_t>(windows.size()), 0};
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const bool outside = static_cast<double>(windows[i].last() + 1) <= low ||
                           static_cast<double>(windows[i].begin) >= high;
      if (outside) continue;
      found.first = std::min(found.first, static_cast<std::int64_t>(i));
      found.second = static_cast<std::int64_t>(i) + 1;
    }
    return found;
  };
  const auto [row_begin, row_end] =
      reaching(view.windows()->rows, pane.visible.y0, pane.visible.y1);
  const auto [col_begin, col_end] =
      reaching(view.windows()->cols, pane.visible.x0, pane.visible.x1);
  return {row_begin, row_end, col_begin, col_end};
}

/// Whether neighbouring windows share cells.
bool windows_overlap(const StageView& view) {
  const auto shared = [](const std::vector<AxisWindow>& windows) {
    return windows.size() > 1 && windows[1].begin <= windows[0].last();
  };
  return shared(view.windows()->rows) || shared(view.windows()->cols);
}

void draw_outlines(const Ui& ui, const StageView& view, const CanvasLook& look) {
  const CellRange range = visible_windows(view, look.pane);
  const std::int64_t rows = range.rows(), cols = range.cols();
  if (rows <= 0 || cols <= 0) return;
  const float pitch = std::min(look.pane.rect.height() / static_cast<float>(rows),
                               look.pane.rect.width() / static_cast<float>(cols));
  if (pitch < ui.px(kMinOutlinePitch)) return;
  ImGui::PushClipRect(look.pane.rect.min, look.pane.rect.max, true);
  const bool overlap = windows_overlap(view);
  // Over the grey picture of small cells a grey line would not show.
  const ImU32 line = look.pane.cell_size() < ui.px(8) ? ui.theme.t1 : ui.theme.wline;
  const float fade = std::clamp((pitch - ui.px(kMinOutlinePitch)) / ui.px(12), 0.25F, 1.0F);
  for (auto row = range.row_begin; row < range.row_end; ++row) {
    for (auto col = range.col_begin; col < range.col_end; ++col) {
      const bool neighbour =
          std::abs(row - view.selection.row) <= 1 && std::abs(col - view.selection.col) <= 1;
      const ImU32 color = !overlap    ? with_alpha(line, fade)
                          : neighbour ? with_alpha(ui.theme.t2, 0.9F * fade)
                                      : with_alpha(line, 0.4F * fade);
      const Rect rect =
          look.pane.screen(view.window_rect(row, col)).inset(std::min(ui.px(2.5F), pitch * 0.1F));
      draw_list().AddRect(rect.min, rect.max, color, ui.px(3), 0, std::max(1.0F, ui.px(1)));
    }
  }
  ImGui::PopClipRect();
}

/// How many of the windows that are not hidden each cell wins.
std::map<std::int64_t, int> windows_won(const StageView& view, const WindowBlock& block) {
  std::map<std::int64_t, int> won;
  for (auto row = block.range.row_begin; row < block.range.row_end; ++row) {
    for (auto col = block.range.col_begin; col < block.range.col_end; ++col) {
      if (!view.hides(row, col)) ++won[block.winner(row, col)];
    }
  }
  return won;
}

/// Dots for winners, one a window won, and the winner of the current window in the accent.
void draw_winners(const Ui& ui, const StageView& view, ExploreState& state,
                  const CanvasLook& look) {
  if (!view.pool || !view.pool->has_winners() || look.pane.cell_size() < ui.px(14)) return;
  const CellRange range = visible_windows(view, look.pane);
  if (range.rows() <= 0 || range.cols() <= 0 || range.rows() * range.cols() > kMaxMarkedWindows)
    return;
  const WindowBlock* block = state.probes.block(view, range);
  if (block == nullptr || !block->winners) return;
  const std::int64_t current =
      view.hides_selection() ? -1 : block->winner(view.selection.row, view.selection.col);
  const std::map<std::int64_t, int> won = windows_won(view, *block);
  for (const auto& [index, count] : won) {
    if (index < 0 || index == current) continue;
    const Rect cell = look.pane.cell(index / view.cols, index % view.cols);
    for (int i = 0; i < std::min(count, 4); ++i) {
      const float x = cell.max.x - ui.px(6) - ui.px(6.5F) * static_cast<float>(i);
      draw_list().AddCircleFilled({x, cell.min.y + ui.px(6)}, ui.px(2.2F), ui.theme.t1);
    }
  }
  if (current >= 0) {
    const std::int64_t row = current / view.cols, col = current % view.cols;
    const Rect cell = look.pane.cell(row, col).inset(ui.px(1.5F));
    draw_list().AddRectFilled(cell.min, cell.max, ui.theme.acc, ui.px(2));
    if (shows_values(ui, look.pane)) {
      draw_cell_value(ui, look.pane.cell(row, col), ui.theme.accink,
                      static_cast<double>(view.input_value(row, col)));
    }
  }
}

/// With dilation the window has gaps: its taps are framed one by one.
void draw_taps(const Ui& ui, const StageView& view, const CanvasLook& look) {
  const AxisWindow& row = view.windows()->rows[static_cast<std::size_t>(view.selection.row)];
  const AxisWindow& col = view.windows()->cols[static_cast<std::size_t>(view.selection.col)];
  if ((row.step == 1 && col.step == 1) || look.pane.cell_size() < ui.px(8)) return;
  for (std::int64_t r = 0; r < row.count; ++r) {
    for (std::int64_t c = 0; c < col.count; ++c) {
      const Rect cell = look.pane.cell(row.tap(r), col.tap(c)).inset(ui.px(2.5F));
      draw_list().AddRect(cell.min, cell.max, ui.theme.acc, ui.px(2), 0, ui.px(1.5F));
    }
  }
}

/// Shades, values and surroundings of the windows canvas.
void draw_window_cells(const Ui& ui, const StageView& view, ExploreState& state,
                       const CanvasLook& look) {
  if (!draw_coverage(ui, view, state, look)) draw_grey_picture(ui, view, state, look);
  draw_surroundings(ui, view, look.pane);
  if (!draw_coverage_numbers(ui, view, state, look)) {
    draw_values(ui, view, look, view.input_range);
  }
}

void draw_windows_layers(const Ui& ui, const StageView& view, ExploreState& state,
                         const CanvasLook& look) {
  const bool values = view.lens || ui.document.view.overlay == CoverageOverlay::values;
  if (view.lens) {
    draw_lens_cells(ui, view, state, look);
  } else {
    draw_window_cells(ui, view, state, look);
  }
  if (view.windows() == nullptr) return;
  draw_outlines(ui, view, look);
  if (values) draw_winners(ui, view, state, look);
  draw_taps(ui, view, look);
  draw_border_marks(ui, view, state, look);
}

// The others -----------------------------------------------------------------------------------

void draw_missing_output(const Ui& ui, const StageView& view, const Pane& pane) {
  draw_hatch(ui, pane.rect, with_alpha(ui.theme.hatch, 0.45F));
  draw_list().AddRect(pane.rect.min, pane.rect.max, ui.theme.line2, 0, 0, ui.px(1));
  const ImVec2 center = pane.rect.center();
  const float half = text_width(ui, Font::sans14_medium, view.reason) * 0.5F + ui.px(12);
  draw_list().AddRectFilled({center.x - half, center.y - ui.px(16)},
                            {center.x + half, center.y + ui.px(16)}, ui.theme.canvas, ui.px(6));
  draw_text_centered(ui, Font::sans14_medium, center, ui.theme.t2, view.reason);
}

void draw_input_layers(const Ui& ui, const StageView& view, ExploreState& state,
                       const CanvasLook& look) {
  if (view.lens) return draw_lens_cells(ui, view, state, look);
  HeatmapTexture& texture = look.detail ? state.detail_textures[0] : state.main_textures[0];
  draw_heat_cells(ui, view, look, {texture, view.input_picture, view.input_range});
  draw_surroundings(ui, view, look.pane);
  draw_border_marks(ui, view, state, look);
  draw_values(ui, view, look, view.input_range);
  draw_cell_editor(ui, view, state, look.pane);
}

/// The cells that a proof found to differ.
void draw_proof_marks(const Ui& ui, const StageView& view, const CanvasLook& look) {
  const Proof* const proof = ui.prover.proof(ui.evaluation);
  if (proof == nullptr) return;
  const std::int64_t size = view.out_rows * view.out_cols;
  for (const LayerProof& layer : proof->layers) {
    if (layer.layer != ui.document.selected_layer) continue;
    const Agreement& found =
        layer.reference.holds() && layer.witness ? *layer.witness : layer.reference;
    for (const std::int64_t place : found.places) {
      if (place / size != view.plane) continue;
      draw_mark(ui, look.pane.cell(place % size / view.out_cols, place % size % view.out_cols));
    }
  }
}

void draw_output_layers(const Ui& ui, const StageView& view, ExploreState& state,
                        const CanvasLook& look) {
  if (view.lens) return draw_lens_cells(ui, view, state, look);
  HeatmapTexture& texture = look.detail ? state.detail_textures[2] : state.main_textures[2];
  draw_heat_cells(ui, view, look, {texture, view.output_picture, view.output_range});
  draw_values(ui, view, look, view.output_range);
  draw_proof_marks(ui, view, look);
  draw_hidden_cells(ui, view, state, look.pane);
}

void draw_links(const Ui& ui, const StageView& view, const ExploreState& state,
                const CanvasLook& look) {
  const bool is_output = look.kind == CanvasKind::output;
  if (look.kind == CanvasKind::input && shows_source(view)) return;
  const auto y = static_cast<double>(view.selection.row),
             x = static_cast<double>(view.selection.col);
  draw_selection(ui, look.pane,
                 is_output ? CellRect{x, y, x + 1, y + 1}
                           : view.window_rect(view.selection.row, view.selection.col),
                 look.thin);
  if (!state.hovered || (state.hovered->canvas == CanvasKind::output) != is_output) return;
  if (is_output || view.inside(state.hovered->row, state.hovered->col)) {
    draw_hover(ui, look.pane, state.hovered->row, state.hovered->col);
  }
}

}  // namespace

void draw_surroundings(const Ui& ui, const StageView& view, const Pane& pane) {
  draw_ghost_cells(ui, pane, view.rows, view.cols,
                   [&](std::int64_t row, std::int64_t col) { return view.border_text(row, col); });
}

std::string_view canvas_name(CanvasKind kind) {
  constexpr std::array<std::string_view, 3> kNames{"input", "windows", "output"};
  return kNames[static_cast<std::size_t>(kind)];
}

void draw_canvas_layers(const Ui& ui, const StageView& view, ExploreState& state,
                        const CanvasLook& look) {
  const bool is_output = look.kind == CanvasKind::output;
  if (is_output && view.output == nullptr) return draw_missing_output(ui, view, look.pane);
  switch (look.kind) {
    case CanvasKind::input:
      draw_input_layers(ui, view, state, look);
      break;
    case CanvasKind::windows:
      draw_windows_layers(ui, view, state, look);
      break;
    case CanvasKind::output:
      draw_output_layers(ui, view, state, look);
      break;
  }
  draw_census_marks(ui, view, state, look);
  if (view.output != nullptr) draw_links(ui, view, state, look);
  if (!look.indices || !shows_indices(ui, look.pane)) return;
  ImGui::PushClipRect({look.pane.rect.min.x - ui.px(40), look.pane.rect.min.y - ui.px(22)},
                      look.pane.rect.max, false);
  draw_indices(
      ui, look.pane,
      is_output ? visible_cells(look.pane, view.out_rows, view.out_cols)
      : look.kind == CanvasKind::input && shows_source(view)
          ? visible_cells(look.pane, view.lens->source->shape().h, view.lens->source->shape().w)
          : visible_cells(look.pane, view.rows, view.cols));
  ImGui::PopClipRect();
}

void draw_canvas_legend(const Ui& ui, const StageView& view, ExploreState& state, CanvasKind kind,
                        const Rect& rect) {
  if (view.lens) return draw_lens_legend(ui, view, kind, rect);
  const bool is_output = kind == CanvasKind::output;
  if (kind != CanvasKind::windows) {
    if (is_output && view.output == nullptr) return;
    // The ends of its own range would tell the smallest and the largest output.
    if (is_output && view.hides_any() && ui.document.view.range == RangeScale::own) return;
    std::optional<double> linked;
    if (view.output && !view.hides_selection())
      linked = static_cast<double>(view.output_value(view.selection.row, view.selection.col));
    return draw_value_bar(ui, rect, is_output ? view.output_range : view.input_range, linked);
  }
  draw_coverage_legend(ui, view, state, rect);
}

}  // namespace poolscope
