#include "app/workspaces/explore/small_output.h"

#include <algorithm>
#include <cmath>

namespace poolscope {
namespace {

constexpr float kMaxCell = 44.0F;

/// The plane in the area, its shape kept.
Pane fitted(const Ui& ui, const Shape& shape, const Rect& area) {
  const auto rows = static_cast<float>(shape.h), cols = static_cast<float>(shape.w);
  const float cell = std::min({area.width() / cols, area.height() / rows, ui.px(kMaxCell)});
  const float whole = cell > 4.0F ? std::floor(cell) : cell;
  return {
      Rect::of(area.min.x, area.min.y, std::max(1.0F, whole * cols), std::max(1.0F, whole * rows)),
      {0, 0, static_cast<double>(shape.w), static_cast<double>(shape.h)}};
}

void draw_numbers(const Ui& ui, const SmallOutput& output, const Pane& pane) {
  const Shape& shape = output.picture->shape();
  if (!ui.document.view.values || pane.cell_size() < ui.px(26)) return;
  const auto plane = output.picture->tensor().plane(output.planes.sample, output.planes.channel);
  for (std::int64_t row = 0; row < shape.h; ++row) {
    for (std::int64_t col = 0; col < shape.w; ++col) {
      const float value = plane[static_cast<std::size_t>(row * shape.w + col)];
      const Color color = ui.heatmaps.maps().color_of(output.map, position_in(output.range, value));
      const ImU32 ink = std::isfinite(value) ? text_color_on(color).packed() : ui.theme.t1;
      draw_cell_value(ui, pane.cell(row, col), ink, static_cast<double>(value));
    }
  }
}

void draw_marks(const Ui& ui, const SmallOutput& output, const Pane& pane) {
  if (!output.marked || pane.cell_size() < 1.0F) return;
  const Shape& shape = output.picture->shape();
  for (std::int64_t row = 0; row < shape.h; ++row) {
    for (std::int64_t col = 0; col < shape.w; ++col) {
      if (output.marked(row, col)) draw_mark(ui, pane.cell(row, col));
    }
  }
}

void select(const Ui& ui, const Pane& pane) {
  const ImVec2 mouse = ImGui::GetMousePos();
  ui.act(action::SetSelection{{pane.row_at(mouse.y), pane.col_at(mouse.x), true}});
}

}  // namespace

Rect draw_small_output(const Ui& ui, const StageView& view, const SmallOutput& output,
                       const Rect& area) {
  const Shape& shape = output.picture->shape();
  const Pane pane = fitted(ui, shape, area);
  const Click click = click_area(ui, output.id, pane.rect, Reach::mouse);
  draw_heatmap(ui, output.texture, output.picture, pane,
               {output.planes, output.range, output.map, true});
  if (!output.planes.composite) draw_numbers(ui, output, pane);
  draw_marks(ui, output, pane);
  const bool alike = shape.h == view.out_rows && shape.w == view.out_cols;
  if (!alike) return pane.rect;
  const auto y = static_cast<double>(view.selection.row);
  const auto x = static_cast<double>(view.selection.col);
  draw_selection(ui, pane, {x, y, x + 1, y + 1}, pane.cell_size() < ui.px(24));
  if (click.clicked) select(ui, pane);
  return pane.rect;
}

}  // namespace poolscope
