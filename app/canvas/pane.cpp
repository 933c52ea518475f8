#include "app/canvas/pane.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/draw_list.h"

namespace poolscope {
namespace {

struct CellFont {
  float min_cell;  ///< Smallest cell for it, at scale 1.
  Font font;
};
constexpr std::array<CellFont, 6> kCellFonts{{{150, Font::mono40},
                                              {76, Font::mono28},
                                              {54, Font::mono20},
                                              {40, Font::mono16},
                                              {35, Font::mono13},
                                              {21, Font::mono12}}};
constexpr float kMinIndexCell = 20.0F;
constexpr float kMinMarked = 5.0F;

Color theme_color(ImU32 packed) {
  return {static_cast<std::uint8_t>(packed), static_cast<std::uint8_t>(packed >> 8),
          static_cast<std::uint8_t>(packed >> 16), static_cast<std::uint8_t>(packed >> 24)};
}

}  // namespace

std::int64_t Pane::row_at(float y) const {
  return static_cast<std::int64_t>(std::floor(visible.y0 + static_cast<double>(y - rect.min.y) *
                                                               visible.height() / rect.height()));
}

std::int64_t Pane::col_at(float x) const {
  return static_cast<std::int64_t>(std::floor(visible.x0 + static_cast<double>(x - rect.min.x) *
                                                               visible.width() / rect.width()));
}

CellSpan visible_cells(const Pane& pane, std::int64_t rows, std::int64_t cols) {
  const auto clip = [](double at, std::int64_t size) {
    return std::clamp(static_cast<std::int64_t>(at), std::int64_t{0}, size);
  };
  return {clip(std::floor(pane.visible.y0), rows), clip(std::ceil(pane.visible.y1), rows),
          clip(std::floor(pane.visible.x0), cols), clip(std::ceil(pane.visible.x1), cols)};
}

std::optional<Font> cell_font(const Ui& ui, float cell_size) {
  for (const CellFont& entry : kCellFonts) {
    if (cell_size >= ui.px(entry.min_cell)) return entry.font;
  }
  return {};
}

bool shows_values(const Ui& ui, const Pane& pane) {
  return ui.document.view.values && cell_font(ui, pane.cell_size()).has_value();
}

bool shows_indices(const Ui& ui, const Pane& pane) {
  return ui.document.view.indices && pane.cell_size() >= ui.px(kMinIndexCell);
}

void draw_cell_text(const Ui& ui, const Rect& cell, ImU32 color, std::string_view text) {
  const float room = cell.width() * 0.9F;
  for (const CellFont& entry : kCellFonts) {
    const bool tall = std::min(cell.height(), cell.width() * 1.6F) >= ui.px(entry.min_cell);
    if (tall && text_width(ui, entry.font, text) <= room) {
      draw_text_centered(ui, entry.font, cell.center(), color, text);
      return;
    }
  }
}

void draw_cell_value(const Ui& ui, const Rect& cell, ImU32 color, double value) {
  const auto font = cell_font(ui, std::min(cell.width(), cell.height()));
  if (!font) return;
  const auto text_in = [&](Font shown) {
    const float digit = text_width(ui, shown, "0");
    return short_number_text(value, std::max(3, static_cast<int>(cell.width() * 0.9F / digit)));
  };
  std::string text = text_in(*font);
  // What only has too few digits is no zero; in a smaller font there may be room for more.
  if (text == "0" && value != 0.0) text = text_in(std::rbegin(kCellFonts)->font);
  draw_cell_text(ui, cell, color, text);
}

Color heat_color(const Ui& ui, const MappedRange& scale, float value) {
  if (!std::isfinite(value)) return theme_color(ui.theme.cov[0]);
  return ui.heatmaps.maps().color_of(scale.map, position_in(scale.range, value));
}

ImU32 number_color(const Ui& ui, const MappedRange& scale, float value) {
  return text_color_on(heat_color(ui, scale, value)).packed();
}

Color heat_color(const Ui& ui, ValueRange range, float value) {
  return heat_color(ui, {ui.document.view.map, range}, value);
}

ImU32 number_color(const Ui& ui, ValueRange range, float value) {
  return number_color(ui, {ui.document.view.map, range}, value);
}

void draw_heatmap(const Ui& ui, HeatmapTexture& texture,
                  const std::shared_ptr<const Picture>& picture, const Pane& pane,
                  const HeatmapLook& look) {
  if (!picture || picture->tensor().empty()) return;
  const ImVec2 pixels = ImGui::GetIO().DisplayFramebufferScale;
  texture.update(picture, look.planes, pane.visible,
                 {pane.rect.width() * pixels.x, pane.rect.height() * pixels.y});
  HeatmapStyle style;
  style.map = look.map;
  style.range = look.range;
  style.marks = !shows_values(ui, pane);
  style.gap = look.gaps ? std::max(1.0F, std::floor(ui.px(1))) : 0.0F;
  style.gap_color = theme_color(ui.theme.canvas);
  style.blank = theme_color(ui.theme.cov[0]);
  style.mark = theme_color(ui.theme.t3);
  ui.heatmaps.draw(draw_list(), texture, pane.rect.min, pane.rect.max, pane.visible, style);
}

void draw_hatch(const Ui& ui, const Rect& rect, ImU32 color) {
  if (rect.width() < 1 || rect.height() < 1) return;
  ImGui::PushClipRect(rect.min, rect.max, true);
  const float step = ui.px(8);
  // Lines stand on one lattice over the whole screen, so that neighbouring cells continue them.
  const float first = std::floor((rect.min.x + rect.min.y) / step) * step;
  for (float sum = first; sum < rect.max.x + rect.max.y; sum += step) {
    draw_list().AddLine({sum - rect.min.y, rect.min.y}, {sum - rect.max.y, rect.max.y}, color,
                        ui.px(1));
  }
  ImGui::PopClipRect();
}

void draw_dashed_rect(const Ui& ui, const Rect& rect, ImU32 color, float width) {
  const ImVec2 top_right{rect.max.x, rect.min.y}, bottom_left{rect.min.x, rect.max.y};
  const float dash = ui.px(4), pitch = ui.px(7);
  for (const auto& [from, to] : {std::pair{rect.min, top_right},
                                 {top_right, rect.max},
                                 {bottom_left, rect.max},
                                 {rect.min, bottom_left}}) {
    const float length = std::hypot(to.x - from.x, to.y - from.y);
    for (float at = 0; at < length; at += pitch) {
      const float a = at / length, b = std::min(at + dash, length) / length;
      draw_list().AddLine({std::lerp(from.x, to.x, a), std::lerp(from.y, to.y, a)},
                          {std::lerp(from.x, to.x, b), std::lerp(from.y, to.y, b)}, color,
                          std::max(1.0F, ui.px(width)));
    }
  }
}

void draw_ghost_cells(const Ui& ui, const Pane& pane, std::int64_t rows, std::int64_t cols,
                      const GhostText& text_of) {
  const Rect inside = pane.screen({0, 0, static_cast<double>(cols), static_cast<double>(rows)});
  const Rect& all = pane.rect;
  const ImU32 color = with_alpha(ui.theme.hatch, 0.55F);
  const float left = std::clamp(inside.min.x, all.min.x, all.max.x);
  const float right = std::clamp(inside.max.x, all.min.x, all.max.x);
  const float top = std::clamp(inside.min.y, all.min.y, all.max.y);
  const float bottom = std::clamp(inside.max.y, all.min.y, all.max.y);
  draw_hatch(ui, {all.min, {all.max.x, top}}, color);
  draw_hatch(ui, {{all.min.x, bottom}, all.max}, color);
  draw_hatch(ui, {{all.min.x, top}, {left, bottom}}, color);
  draw_hatch(ui, {{right, top}, {all.max.x, bottom}}, color);
  if (!shows_values(ui, pane)) return;
  const auto font = cell_font(ui, pane.cell_size());
  const float half_h = text_height(ui, *font) * 0.42F;
  const auto first_row = static_cast<std::int64_t>(std::floor(pane.visible.y0));
  const auto first_col = static_cast<std::int64_t>(std::floor(pane.visible.x0));
  const auto row_end = static_cast<std::int64_t>(std::ceil(pane.visible.y1));
  const auto col_end = static_cast<std::int64_t>(std::ceil(pane.visible.x1));
  for (auto row = first_row; row < row_end; ++row) {
    for (auto col = first_col; col < col_end; ++col) {
      if (row >= 0 && row < rows && col >= 0 && col < cols) continue;
      const std::string_view text = text_of(row, col);
      const ImVec2 at = pane.cell(row, col).center();
      const float half_w = text_width(ui, *font, text) * 0.5F + ui.px(3);
      draw_list().AddRectFilled({at.x - half_w, at.y - half_h}, {at.x + half_w, at.y + half_h},
                                ui.theme.canvas, ui.px(3));
      draw_cell_text(ui, pane.cell(row, col), ui.theme.t3, text);
    }
  }
}

void draw_indices(const Ui& ui, const Pane& pane, const CellSpan& cells) {
  for (std::int64_t col = cells.col_begin; col < cells.col_end; ++col) {
    const Rect cell = pane.cell(cells.row_begin, col);
    const float x = cell.center().x;
    if (x < pane.rect.min.x || x > pane.rect.max.x) continue;
    draw_text_centered(ui, Font::mono12, {x, pane.rect.min.y - ui.px(11)}, ui.theme.t3,
                       fmt::format("{}", col));
  }
  for (std::int64_t row = cells.row_begin; row < cells.row_end; ++row) {
    const float y = pane.cell(row, cells.col_begin).center().y;
    if (y < pane.rect.min.y || y > pane.rect.max.y) continue;
    draw_text_right(ui, Font::mono12, {pane.rect.min.x - ui.px(7), y}, ui.theme.t3,
                    fmt::format("{}", row));
  }
}

void draw_selection(const Ui& ui, const Pane& pane, const CellRect& cells, bool thin) {
  Rect at = pane.screen(cells);
  // Never so small that it cannot be seen.
  const float grow_x = std::max(0.0F, ui.px(5) - at.width() * 0.5F);
  const float grow_y = std::max(0.0F, ui.px(5) - at.height() * 0.5F);
  at = {{at.min.x - grow_x, at.min.y - grow_y}, {at.max.x + grow_x, at.max.y + grow_y}};
  const float accent = ui.px(thin ? 2.0F : 3.0F);
  const float halo = ui.px(thin ? 4.0F : 5.5F);
  draw_list().AddRect(at.min, at.max, ui.theme.casing, ui.px(3), 0, halo);
  draw_list().AddRect(at.min, at.max, ui.theme.acc, ui.px(3), 0, accent);
}

void draw_mark(const Ui& ui, const Rect& cell) {
  const float size = std::min(cell.width(), cell.height());
  if (size < ui.px(kMinMarked)) return;
  const float line = std::clamp(size * 0.06F, 1.0F, ui.px(2));
  const Rect outer = cell.inset(line * 0.5F), inner = outer.inset(line);
  draw_list().AddRect(outer.min, outer.max, IM_COL32_BLACK, 0, 0, line);
  draw_list().AddRect(inner.min, inner.max, IM_COL32_WHITE, 0, 0, line);
}

void draw_hover(const Ui& ui, const Pane& pane, std::int64_t row, std::int64_t col) {
  if (pane.cell_size() < ui.px(4)) return;
  const Rect cell = pane.cell(row, col).inset(ui.px(1));
  draw_list().AddRect(cell.min, cell.max, ui.theme.hover, ui.px(2), 0, ui.px(1.5F));
}

void draw_value_bar(const Ui& ui, const Rect& rect, ValueRange range,
                    std::optional<double> linked) {
  draw_value_bar(ui, rect, {ui.document.view.map, range}, linked);
}

void draw_value_bar(const Ui& ui, const Rect& rect, const MappedRange& scale,
                    std::optional<double> linked) {
  const ValueRange range = scale.range;
  const float height = std::floor(ui.px(8));
  const Rect bar = Rect::of(rect.min.x, rect.min.y, rect.width(), height);
  ui.heatmaps.draw_color_bar(draw_list(), bar.min, bar.max, scale.map);
  const float label_y = bar.max.y + ui.px(14);
  const std::string low = number_text(range.low), high = number_text(range.high);
  float low_end = rect.min.x + text_width(ui, Font::mono12, low);
  float high_begin = rect.max.x - text_width(ui, Font::mono12, high);
  bool show_low = true, show_high = true;
  if (linked && std::isfinite(*linked)) {
    const float x = bar.min.x + bar.width() * position_in(range, static_cast<float>(*linked));
    const std::string label = number_text(*linked);
    const float half = text_width(ui, Font::mono12, label) * 0.5F;
    const float center = std::clamp(x, rect.min.x + half, rect.max.x - half);
    draw_list().AddRectFilled({x - ui.px(2), bar.min.y - ui.px(2)}, {x + ui.px(2), bar.max.y},
                              ui.theme.casing);
    draw_list().AddRectFilled({x - ui.px(1), bar.min.y - ui.px(2)}, {x + ui.px(1), bar.max.y},
                              ui.theme.acc);
    draw_list().AddTriangleFilled({x, bar.max.y}, {x + ui.px(3.5F), bar.max.y + ui.px(5)},
                                  {x - ui.px(3.5F), bar.max.y + ui.px(5)}, ui.theme.acc);
    draw_text_centered(ui, Font::mono12, {center, label_y}, ui.theme.acctext, label);
    show_low = center - half > low_end + ui.px(6);
    show_high = center + half < high_begin - ui.px(6);
  }
  if (show_low) draw_text(ui, Font::mono12, {rect.min.x, label_y}, ui.theme.t3, low);
  if (show_high) draw_text_right(ui, Font::mono12, {rect.max.x, label_y}, ui.theme.t3, high);
}

}  // namespace poolscope
