#include "app/workspaces/explore/small_plane.h"

#include <algorithm>
#include <cmath>

namespace poolscope {
namespace {

/// Rows or columns beyond which a level of the pyramid stands for the plane.
constexpr std::int64_t kMostSide = 512;

/// The finest level that is small enough, as a tensor of its own.
Result<Tensor> coarse(const Picture& picture) {
  int level = 0;
  while (level + 1 < picture.levels() &&
         std::max(picture.rows(level), picture.cols(level)) > kMostSide) {
    ++level;
  }
  const TexelRect all{0, 0, picture.cols(level), picture.rows(level)};
  auto values = Buffer<float>::allocate(all.width * all.height);
  if (!values) return tl::unexpected(values.error());
  picture.crop(0, level, all, values->span());
  return Tensor({1, 1, all.height, all.width}, std::move(*values));
}

/// Numbers in the cells that have room for them.
void draw_numbers(const Ui& ui, const Pane& pane, const Tensor& values, ValueRange range) {
  const float size = pane.cell_size();
  if (!ui.document.view.values || size < ui.px(22)) return;
  const Font font = size >= ui.px(76)   ? Font::mono28
                    : size >= ui.px(40) ? Font::mono14
                                        : Font::mono12;
  for (std::int64_t y = 0; y < values.shape().h; ++y) {
    for (std::int64_t x = 0; x < values.shape().w; ++x) {
      const Rect cell = pane.cell(y, x);
      const float value = values.at(0, 0, y, x);
      const std::string text =
          short_number_text(static_cast<double>(value), size < ui.px(34) ? 3 : 4);
      if (text_width(ui, font, text) > cell.width() - ui.px(2)) continue;
      const ImU32 ink = std::isfinite(value) ? number_color(ui, range, value) : ui.theme.t1;
      draw_text_centered(ui, font, cell.center(), ink, text);
    }
  }
}

}  // namespace

PlaneKey plane_key(const Ui& ui, const StageView& view) {
  return {view.evaluation->serial, ui.document.selected_layer, view.plane};
}

SmallPlane small_plane(const Tensor& plane) {
  const Shape& shape = plane.shape();
  SmallPlane small{make_picture(plane), shape.h, shape.w};
  if (std::max(shape.h, shape.w) <= kMostSide) return small;
  const auto reduced = coarse(*small.picture);
  small.picture = reduced ? make_picture(*reduced) : nullptr;
  return small;
}

Rect fitted(const Rect& area, const SmallPlane& plane) {
  if (plane.rows == 0 || plane.cols == 0) return area;
  const auto rows = static_cast<float>(plane.rows), cols = static_cast<float>(plane.cols);
  const float cell = std::min(area.width() / cols, area.height() / rows);
  return Rect::of(area.min.x, area.min.y, std::max(cell * cols, 2.0F), std::max(cell * rows, 2.0F));
}

void draw_small_plane(const Ui& ui, HeatmapTexture& texture, const SmallPlane& plane,
                      const Rect& rect, ValueRange range) {
  if (!plane.picture) return;
  const Shape& shape = plane.picture->shape();
  const Pane pane{rect, {0, 0, static_cast<double>(shape.w), static_cast<double>(shape.h)}};
  const ValueRange shown = display_range(ui.document.view.map, range);
  draw_heatmap(ui, texture, plane.picture, pane, {{}, shown, ui.document.view.map, true});
  if (plane.whole()) draw_numbers(ui, pane, plane.picture->tensor(), shown);
}

void draw_no_output(const Ui& ui, const Rect& rect, bool hovered, std::string_view reason) {
  draw_hatch(ui, rect, with_alpha(ui.theme.hatch, 0.45F));
  tooltip(ui, hovered, reason);
}

}  // namespace poolscope
