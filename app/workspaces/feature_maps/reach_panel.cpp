#include <algorithm>

#include <fmt/format.h>

#include "app/canvas/pane.h"
#include "app/workspaces/feature_maps/panels.h"
#include "core/analysis/receptive_field.h"

namespace poolscope {
namespace {

/// What a cell depends on, kept while it is the same cell.
struct KeptReach {
  std::uint64_t pass = 0;
  MapCell cell;
  std::optional<CellRange> field;
  Pair stride{0, 0};  ///< How far the field moves from a cell to the next; 0: not at all.
  std::string error;
};

KeptReach reach_of(const ModelPass& pass, const MapCell& cell, const Shape& map) {
  KeptReach kept{pass.serial, cell, {}, {0, 0}, ""};
  const auto& axes = pass.reading->input.axes;
  const auto field_at = [&](std::int64_t y, std::int64_t x) {
    return receptive_field(pass.layers, pass.run, axes, {cell.layer, y, x});
  };
  const auto field = field_at(cell.y, cell.x);
  if (!field) {
    kept.error = field.error().message;
    return kept;
  }
  kept.field = *field;
  // In the middle, where no border cuts fields off.
  const std::int64_t y = map.h / 2, x = map.w / 2;
  if (const auto here = field_at(y, x); here && map.h > 1) {
    if (const auto above = field_at(y - 1, x)) kept.stride.h = here->row_begin - above->row_begin;
  }
  if (const auto here = field_at(y, x); here && map.w > 1) {
    if (const auto left = field_at(y, x - 1)) kept.stride.w = here->col_begin - left->col_begin;
  }
  return kept;
}

std::string pair_text(std::int64_t h, std::int64_t w) {
  return h == w ? fmt::format("{} px", h) : fmt::format("{}×{} px", h, w);
}

/// The input with the field outlined; where it sticks out of the picture there is padding.
void draw_field(const Ui& ui, MapsState& state, Column& column, const CellRange& field) {
  const auto& shown = state.panels.of<InputPicture>();
  if (!shown.picture || shown.picture->tensor().empty()) return;
  const Shape& shape = shown.picture->shape();
  if (shape.h < 2 || shape.w < 2) return;
  const auto w = static_cast<double>(shape.w), h = static_cast<double>(shape.h);
  const float height = std::min(column.width() * static_cast<float>(h / w), ui.px(260));
  const float width = height * static_cast<float>(w / h);
  const ImVec2 at = column.at();
  const Pane pane{Rect::of(at.x, at.y, width, height), {0, 0, w, h}};
  draw_input_picture(ui, state, state.picture, pane);
  ui.memory.controls["reach/picture"] = pane.rect;
  const CellRect cells{static_cast<double>(field.col_begin), static_cast<double>(field.row_begin),
                       static_cast<double>(field.col_end), static_cast<double>(field.row_end)};
  const float margin = ui.px(10);
  ImGui::PushClipRect({pane.rect.min.x - margin, pane.rect.min.y - margin},
                      {pane.rect.max.x + margin, pane.rect.max.y + margin}, true);
  draw_selection(ui, pane, cells, true);
  ImGui::PopClipRect();
  column.skip_pixels(height + ui.px(8));
}

/// How many numbers go in and come out: `27 648 of 110 592`.
std::string kept_text(const LayerMaps& maps) {
  return fmt::format("{} of {}", count_text(maps.after.values.shape().elements()),
                     count_text(maps.before.values.shape().elements()));
}

}  // namespace

void draw_reach_panel(const Ui& ui, MapsState& state, Column& column) {
  const LayerMaps* const maps = state.scene.maps();
  if (maps == nullptr || maps->after.values.empty()) return;
  column.title(fmt::format("{} sees", own_name(maps->info())));
  const Shape& shape = maps->after.values.shape();
  MapCell cell{maps->layer, 0, 0};
  if (const auto& view = state.scene.view(); view && view->output != nullptr) {
    cell.y = view->selection.row;
    cell.x = view->selection.col;
  }
  auto& kept = state.panels.of<KeptReach>();
  const bool same = kept.pass == maps->pass->serial && kept.cell.layer == cell.layer &&
                    kept.cell.y == cell.y && kept.cell.x == cell.x;
  if (!same) kept = reach_of(*maps->pass, cell, shape);
  if (kept.field) {
    const std::int64_t h = kept.field->rows(), w = kept.field->cols();
    const std::string size = fmt::format("{}×{} px", h, w);
    const std::string stride =
        kept.stride == Pair{0, 0} ? "none" : pair_text(kept.stride.h, kept.stride.w);
    column.fact("Receptive field", size);
    column.fact("Effective stride", stride);
    ui.tell("reach", fmt::format("{}, stride {}; rows {}…{}, cols {}…{}", size, stride,
                                 kept.field->row_begin, kept.field->row_end - 1,
                                 kept.field->col_begin, kept.field->col_end - 1));
  } else {
    column.skip_pixels(
        draw_text_wrapped(ui, Font::sans12, column.at(), ui.theme.t3, column.width(), kept.error) +
        ui.px(6));
  }
  column.fact(maps->info().is_pooling ? "Values kept" : "Values", kept_text(*maps));
  column.space(4);
  if (kept.field) draw_field(ui, state, column, *kept.field);
}

}  // namespace poolscope
