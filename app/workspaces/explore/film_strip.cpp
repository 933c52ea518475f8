#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/pane.h"
#include "app/draw_list.h"
#include "app/workspaces/explore/arithmetic.h"
#include "app/workspaces/explore/panels.h"
#include "app/workspaces/explore/prediction.h"

namespace poolscope {
namespace {

/// As many windows as the strip shows at once.
constexpr std::int64_t kMaxCards = 9;
constexpr float kCardHeight = 132.0F;

/// A number in a small cell, in the largest type that fits; none where nothing does.
void draw_small_value(const Ui& ui, const Rect& cell, ImU32 color, double value) {
  if (!ui.document.view.values || cell.height() < ui.px(14)) return;
  const std::string text = short_number_text(value, 4);
  for (const Font font : {Font::mono14, Font::mono12}) {
    if (text_width(ui, font, text) > cell.width() - ui.px(2)) continue;
    draw_text_centered(ui, font, cell.center(), color, text);
    return;
  }
}

void draw_taps(const Ui& ui, const StageView& view, const Rect& area, std::int64_t row,
               std::int64_t col, std::int64_t winner, bool current) {
  const AxisWindow& rows = view.windows()->rows[static_cast<std::size_t>(row)];
  const AxisWindow& cols = view.windows()->cols[static_cast<std::size_t>(col)];
  const float unit = std::floor(std::min(area.width() / static_cast<float>(cols.count),
                                         area.height() / static_cast<float>(rows.count)));
  const float x0 = std::round(area.center().x - unit * static_cast<float>(cols.count) * 0.5F);
  const float y0 = std::round(area.center().y - unit * static_cast<float>(rows.count) * 0.5F);
  for (std::int64_t r = 0; r < rows.count; ++r) {
    for (std::int64_t c = 0; c < cols.count; ++c) {
      const Rect cell = Rect::of(x0 + unit * static_cast<float>(c),
                                 y0 + unit * static_cast<float>(r), unit - 1, unit - 1);
      const std::int64_t y = rows.tap(r), x = cols.tap(c);
      if (!view.inside(y, x)) {
        draw_hatch(ui, cell, with_alpha(ui.theme.hatch, 0.5F));
        continue;
      }
      const bool won = winner == y * view.cols + x;
      const ImU32 fill = won ? (current ? ui.theme.acc : ui.theme.cov[3]) : ui.theme.cov[1];
      draw_list().AddRectFilled(cell.min, cell.max, fill);
      const ImU32 ink = won ? (current ? ui.theme.accink : ui.theme.t1) : ui.theme.t2;
      draw_small_value(ui, cell, ink, static_cast<double>(view.input_value(y, x)));
    }
  }
}

void draw_result(const Ui& ui, const StageView& view, const Rect& rect, float value) {
  draw_list().AddRectFilled(rect.min, rect.max, heat_color(ui, view.output_range, value).packed());
  const ImU32 ink = std::isfinite(value) ? number_color(ui, view.output_range, value) : ui.theme.t1;
  draw_small_value(ui, rect, ink, static_cast<double>(value));
}

void draw_card(const Ui& ui, const StageView& view, const WindowBlock* block, const Rect& card,
               std::int64_t index) {
  const std::int64_t row = index / view.out_cols, col = index % view.out_cols;
  const bool current = row == view.selection.row && col == view.selection.col;
  const Click click = click_area(ui, fmt::format("window/{}", index), card);
  tooltip(ui, "Select this window");
  draw_list().AddRectFilled(card.min, card.max, current ? ui.theme.accsoft : ui.theme.panel,
                            ui.px(8));
  draw_list().AddRect(card.min, card.max,
                      current         ? ui.theme.acc
                      : click.hovered ? ui.theme.line2
                                      : ui.theme.line,
                      ui.px(8), 0, std::max(1.0F, ui.px(1)));
  const Rect inner = card.inset(ui.px(8));
  const Rect taps{inner.min, {inner.max.x, inner.max.y - ui.px(42)}};
  const bool hidden = view.hides(row, col);
  draw_taps(ui, view, taps, row, col, block && !hidden ? block->winner(row, col) : -1, current);
  draw_icon(ui, Icon::chevron, {card.center().x, inner.max.y - ui.px(33)}, ui.theme.t3, 14);
  const Rect result{{inner.min.x, inner.max.y - ui.px(24)}, inner.max};
  if (hidden) {
    draw_question(ui, result, "");
    draw_text_centered(ui, Font::mono12, result.center(), ui.theme.t3, "?");
  } else {
    draw_result(ui, view, result, view.output_value(row, col));
  }
  draw_text_centered(ui, Font::mono12, {card.center().x, card.max.y + ui.px(13)},
                     current ? ui.theme.acctext : ui.theme.t3, fmt::format("({}, {})", row, col));
  if (click.clicked) ui.act(action::SetSelection{{row, col, true}});
}

bool fits(const StageView& view) {
  if (view.windows() == nullptr) return false;
  const auto small = [](const std::vector<AxisWindow>& windows) {
    return std::all_of(windows.begin(), windows.end(),
                       [](const AxisWindow& window) { return window.count <= kMaxSpelledTaps; });
  };
  return small(view.windows()->rows) && small(view.windows()->cols);
}

}  // namespace

float draw_film_strip(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area) {
  const std::int64_t total = view.out_rows * view.out_cols;
  if (!fits(view) || total == 0 || area.height() < ui.px(kCardHeight + 36)) return area.min.y;
  const std::int64_t count = std::min(total, kMaxCards);
  const std::int64_t current = view.selection.row * view.out_cols + view.selection.col;
  const std::int64_t first = std::clamp<std::int64_t>(current - count / 2, 0, total - count);
  const WindowBlock* block = state.probes.block(
      view, {first / view.out_cols, (first + count - 1) / view.out_cols + 1, 0, view.out_cols});
  const float gap = ui.px(12), row_gap = ui.px(24);
  // Rows of the output stand a little apart.
  const auto breaks =
      static_cast<float>((first + count - 1) / view.out_cols - first / view.out_cols);
  const float width = std::min(
      ui.px(96), (area.width() - gap * static_cast<float>(count - 1) - (row_gap - gap) * breaks) /
                     static_cast<float>(count));
  float left = area.min.x;
  const float top = area.min.y + ui.px(8);
  for (std::int64_t index = first; index < first + count; ++index) {
    draw_card(ui, view, block, Rect::of(left, top, width, ui.px(kCardHeight)), index);
    left += width + ((index + 1) % view.out_cols == 0 ? row_gap : gap);
  }
  return top + ui.px(kCardHeight + 26);
}

}  // namespace poolscope
