#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "app/canvas/pane.h"
#include "app/draw_list.h"
#include "app/workspaces/explore/arithmetic.h"
#include "app/workspaces/explore/panels.h"
#include "app/workspaces/explore/prediction.h"

namespace poolscope {
namespace {

/// A kernel's weight, small, at the foot of its cell; the value moves up for it.
Rect draw_weight(const Ui& ui, const Arithmetic& text, const Rect& cell, std::int64_t tap) {
  if (text.weights.empty() || cell.height() < ui.px(34)) return cell;
  const std::string weight =
      "×" + short_number_text(static_cast<double>(text.weights[static_cast<std::size_t>(tap)]), 3);
  const ImVec2 at{cell.center().x, cell.max.y - ui.px(9)};
  if (text_width(ui, Font::mono12, weight) <= cell.width())
    draw_text_centered(ui, Font::mono12, at, ui.theme.t2, weight);
  return {cell.min, {cell.max.x, cell.max.y - ui.px(12)}};
}

/// Tap `tap` of the window, at row y and column x.
struct DrawnTap {
  std::int64_t tap, y, x;
};

void draw_tap(const Ui& ui, const StageView& view, const Arithmetic& text, const Rect& cell,
              const DrawnTap& place) {
  const auto [tap, y, x] = place;
  if (!view.inside(y, x)) {
    draw_hatch(ui, cell, with_alpha(ui.theme.hatch, 0.55F));
    draw_cell_text(ui, draw_weight(ui, text, cell, tap), ui.theme.t3, view.border_text(y, x));
    return;
  }
  const bool winner = text.winner == y * view.cols + x;
  draw_list().AddRectFilled(cell.min, cell.max, winner ? ui.theme.acc : ui.theme.cov[2]);
  draw_cell_value(ui, draw_weight(ui, text, cell, tap), winner ? ui.theme.accink : ui.theme.t1,
                  static_cast<double>(view.input_value(y, x)));
}

/// The window's taps as cells, or as a small heatmap where there are too many. Returns its size.
ImVec2 draw_taps(const Ui& ui, const StageView& view, ExploreState& state, const Arithmetic& text,
                 ImVec2 at, float side) {
  const AxisWindow& row = view.windows()->rows[static_cast<std::size_t>(view.selection.row)];
  const AxisWindow& col = view.windows()->cols[static_cast<std::size_t>(view.selection.col)];
  const std::int64_t most = std::max(row.count, col.count);
  if (most > kMaxSpelledTaps) {
    const CellRect cells = view.window_rect(view.selection.row, view.selection.col);
    const float unit = side / static_cast<float>(std::max(cells.width(), cells.height()));
    const Pane pane{Rect::of(at.x, at.y, std::max(2.0F, unit * static_cast<float>(cells.width())),
                             std::max(2.0F, unit * static_cast<float>(cells.height()))),
                    cells};
    draw_heatmap(ui, state.inspector_texture, view.input_picture, pane,
                 {{view.planes.sample, view.planes.channel, false},
                  view.input_range,
                  ui.document.view.map,
                  true});
    if (text.winner >= 0) {
      const auto y = static_cast<double>(text.winner / view.cols),
                 x = static_cast<double>(text.winner % view.cols);
      draw_selection(ui, pane, {x, y, x + 1, y + 1}, true);
    }
    return pane.rect.size();
  }
  const float unit = std::floor(std::min(side / static_cast<float>(most), ui.px(64)));
  const float gap = std::max(1.0F, std::floor(ui.px(1)));
  for (std::int64_t r = 0; r < row.count; ++r) {
    for (std::int64_t c = 0; c < col.count; ++c) {
      const Rect cell = Rect::of(at.x + unit * static_cast<float>(c),
                                 at.y + unit * static_cast<float>(r), unit - gap, unit - gap);
      draw_tap(ui, view, text, cell, {r * col.count + c, row.tap(r), col.tap(c)});
    }
  }
  return {unit * static_cast<float>(col.count), unit * static_cast<float>(row.count)};
}

void draw_result(const Ui& ui, const StageView& view, ExploreState& state, const Rect& cell) {
  if (view.hides_selection()) return draw_hidden_result(ui, view, state, cell);
  const float value = view.output_value(view.selection.row, view.selection.col);
  draw_list().AddRectFilled(cell.min, cell.max, heat_color(ui, view.output_range, value).packed());
  const ImU32 ink = std::isfinite(value) ? number_color(ui, view.output_range, value) : ui.theme.t1;
  draw_cell_value(ui, cell, ink, static_cast<double>(value));
}

/// Taps, an arrow, and the result; returns the height used.
float draw_window_picture(const Ui& ui, const StageView& view, ExploreState& state,
                          const Arithmetic& text, ImVec2 at, float side, float width) {
  const float result = std::floor(std::min(ui.px(96), width * 0.3F));
  const ImVec2 used = draw_taps(ui, view, state, text, at, side);
  const float height = std::max(used.y, result);
  const float middle = at.y + height * 0.5F;
  const float result_x = at.x + width - result;
  const float left = at.x + used.x + ui.px(14), right = result_x - ui.px(14);
  const float head = ui.px(8);
  if (right - left > head) {
    const float tip = std::min(right, left + ui.px(64));
    draw_list().AddLine({left, middle}, {tip, middle}, ui.theme.t2, ui.px(1.5F));
    draw_list().AddLine({tip - head, middle - head}, {tip, middle}, ui.theme.t2, ui.px(1.5F));
    draw_list().AddLine({tip - head, middle + head}, {tip, middle}, ui.theme.t2, ui.px(1.5F));
  }
  draw_result(ui, view, state, Rect::of(result_x, middle - result * 0.5F, result, result));
  return height;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) {
    const auto begin = line.find_first_not_of(' ');
    if (!all.empty()) all += ' ';
    all += line.substr(begin == std::string::npos ? 0 : begin);
  }
  return all;
}

/// The arithmetic in the largest type that fits `width`: on one line, else one line a row of taps.
float draw_expression(const Ui& ui, const Arithmetic& text, ImVec2 at, float width,
                      std::span<const Font> fonts) {
  const std::string tail = " = ";
  const auto line_height = [&](Font font) { return std::round(text_height(ui, font) * 1.05F); };
  const auto draw_last = [&](Font font, ImVec2 from, const std::string& line) {
    const float x = draw_text(ui, font, from, ui.theme.t1, line + tail);
    draw_text(ui, font, {x, from.y}, ui.theme.acctext, text.result);
  };
  const std::string single = joined(text.lines);
  for (const Font font : fonts) {
    if (text_width(ui, font, single + tail + text.result) > width) continue;
    draw_last(font, {at.x, at.y + line_height(font) * 0.5F}, single);
    return line_height(font);
  }
  Font font = Font::mono12;
  for (const Font candidate : {Font::mono16, Font::mono13}) {
    const bool fits =
        std::all_of(text.lines.begin(), text.lines.end(), [&](const std::string& line) {
          return text_width(ui, candidate, line + tail + text.result) <= width;
        });
    if (fits) {
      font = candidate;
      break;
    }
  }
  float y = at.y;
  const auto next_line = [&] {
    y += line_height(font);
    return ImVec2{at.x, y - line_height(font) * 0.5F};
  };
  for (std::size_t i = 0; i + 1 < text.lines.size(); ++i) {
    draw_text_cut(ui, font, next_line(), ui.theme.t1, width, text.lines[i]);
  }
  const std::string& last = text.lines.back();
  if (text_width(ui, font, last + tail + text.result) <= width) {
    draw_last(font, next_line(), last);
  } else {
    draw_text_cut(ui, font, next_line(), ui.theme.t1, width, last);
    draw_last(font, next_line(), "   ");
  }
  return y - at.y;
}

void draw_facts(const Ui& ui, const Arithmetic& text, Column& column) {
  for (const auto& [label, value] : text.facts) {
    const Rect row = column.row(28, 0);
    draw_text(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, label);
    const Font font =
        text_width(ui, Font::mono13, value) + text_width(ui, Font::sans13, label) + ui.px(12) >
                row.width()
            ? Font::mono12
            : Font::mono13;
    draw_text_right(ui, font, {row.max.x, row.center().y}, ui.theme.t1, value);
  }
}

void draw_fold_button(const Ui& ui, const Rect& title) {
  const float side = ui.px(28);
  if (button(ui, "inspector/fold",
             Rect::of(title.max.x - side + ui.px(6), title.center().y - side * 0.5F, side, side),
             {.icon = Icon::sidebar,
              .flat = true,
              .tip = "Fold this column",
              .command = "inspector"})) {
    ui.edit_view([](View& view) { view.inspector_open = false; });
  }
}

std::string position_text(const StageView& view) {
  return fmt::format("({}, {})", view.selection.row, view.selection.col);
}

/// What a layer that is not one pool does, in place of its arithmetic.
struct Sentence {
  std::string_view operator()(const LoweredPool&) const { return ""; }
  std::string_view operator()(const PoolChain&) const {
    return "A maximum at every cell, then a blur with the stride. The outline holds all cells that "
           "this output depends on.";
  }
  std::string_view operator()(const PoolPyramid&) const {
    return "Each level is an adaptive maximum; the levels' cells follow one another in one row.";
  }
  std::string_view operator()(const Unpool&) const {
    return "Each value goes back to the cell it came from; all other cells are 0.";
  }
  std::string_view operator()(const Convolution&) const { return ""; }
  std::string_view operator()(const Pointwise&) const { return ""; }
  std::string_view operator()(const RoiSampling&) const {
    return "Values at the points of a grid are interpolated between four cells each. The outline "
           "holds all cells that this output depends on.";
  }
};

std::string_view no_arithmetic_text(const StageView& view) {
  if (view.is_span()) {
    return "Several layers at once: the outline holds all cells that this output depends on. "
           "Choose "
           "\"of this layer\" in the canvas titles to see one layer's arithmetic.";
  }
  if (view.layer == nullptr) return "No layers yet: the output equals the input.";
  const auto& lowered = view.output->plan.lowered;
  return lowered ? std::visit(Sentence{}, *lowered)
                 : "This layer is off: the output equals its input.";
}

void draw_notes(const Ui& ui, const StageView& view, Column& column) {
  for (const std::string& note : view.output->plan.notes) {
    column.space(8);
    column.skip_pixels(message(ui, column.at(), column.width(), ui.theme.warn, ui.theme.soft_warn,
                               Icon::warn, note));
  }
}

void draw_no_window(const Ui& ui, const StageView& view, Column& column) {
  if (view.output == nullptr) {
    column.skip_pixels(message(ui, column.at(), column.width(), ui.theme.err, ui.theme.soft_err,
                               Icon::warn, view.reason_detail));
    return;
  }
  column.skip_pixels(draw_text_wrapped(ui, Font::sans13, column.at(), ui.theme.t2, column.width(),
                                       no_arithmetic_text(view)));
  draw_notes(ui, view, column);
}

/// Where the window is, the longest text first.
std::vector<std::string> place_texts(const StageView& view) {
  const std::string where = position_text(view);
  if (view.output_channels() != view.input.shape().c) {
    return {fmt::format("{} → {}  {}", view.channel_name(), view.output_planes.channel, where),
            where};
  }
  if (view.input.shape().c == 1) return {where};
  return {fmt::format("channel {}  {}", view.channel_name(), where),
          fmt::format("{}  {}", view.channel_name(), where)};
}

}  // namespace

void draw_inspector(const Ui& ui, const StageView& view, ExploreState& state, Column& column) {
  constexpr std::string_view kHeading = "Current window";
  const Rect title = column.title(kHeading);
  const float title_width = text_width(ui, Font::sans14_semibold, kHeading);
  draw_fold_button(ui, title);
  if (view.output == nullptr || !has_arithmetic(view)) return draw_no_window(ui, view, column);
  const float right = title.max.x - ui.px(28);
  draw_text_right(ui, Font::mono12, {right, title.center().y},
                  view.selection.pinned ? ui.theme.acctext : ui.theme.t3,
                  first_fitting(ui, Font::mono12, right - title.min.x - title_width - ui.px(8),
                                place_texts(view)));
  column.space(4);
  const Arithmetic text = arithmetic_of(view, state);
  column.skip_pixels(
      draw_window_picture(ui, view, state, text, column.at(), ui.px(144), column.width()));
  column.space(16);
  constexpr std::array kFonts{Font::mono20, Font::mono16};
  column.skip_pixels(draw_expression(ui, text, column.at(), column.width(), kFonts));
  column.space(14);
  draw_facts(ui, text, column);
  column.space(8);
  column.skip_pixels(
      draw_text_wrapped(ui, Font::sans12, column.at(), ui.theme.t3, column.width(), text.sentence));
  draw_notes(ui, view, column);
}

float draw_arithmetic_band(const Ui& ui, const StageView& view, ExploreState& state,
                           const Rect& area) {
  if (view.output == nullptr) {
    const ImVec2 at{area.min.x, area.min.y + ui.px(20)};
    return at.y + message(ui, at, area.width(), ui.theme.err, ui.theme.soft_err, Icon::warn,
                          view.reason_detail);
  }
  if (!has_arithmetic(view)) return area.min.y;
  const Arithmetic text = arithmetic_of(view, state);
  const float top = area.min.y + ui.px(20);
  const float picture = std::min(ui.px(230), area.width() * 0.34F);
  const float used =
      draw_window_picture(ui, view, state, text, {area.min.x, top}, ui.px(104), picture);
  const float x = area.min.x + picture + ui.px(28);
  const float width = area.max.x - x;
  const std::string where =
      fmt::format("Window {}: {}", position_text(view), text.facts.front().second);
  draw_text_cut(ui, Font::sans13, {x, top + ui.px(8)}, ui.theme.t2, width, where);
  constexpr std::array kFonts{Font::mono28, Font::mono20, Font::mono16, Font::mono13};
  const float expression = draw_expression(ui, text, {x, top + ui.px(26)}, width, kFonts);
  const float sentence_y = top + ui.px(34) + expression;
  const float sentence =
      draw_text_wrapped(ui, Font::sans13, {x, sentence_y}, ui.theme.t2, width, text.sentence);
  return std::max(top + used, sentence_y + sentence) + ui.px(12);
}

}  // namespace poolscope
