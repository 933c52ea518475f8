#include "app/workspaces/explore/border_section.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/draw_list.h"

namespace poolscope {
namespace {

/// The ledger of the plane shown, kept while it is.
struct BorderFacts {
  std::uint64_t evaluation = 0;
  const PlaneWindows* windows = nullptr;
  PlaneLedger ledger;
};

const PlaneLedger& ledger_of(const StageView& view, ExploreState& state) {
  BorderFacts& facts = state.panels.of<BorderFacts>();
  if (facts.evaluation != view.evaluation->serial || facts.windows != view.windows()) {
    facts = {view.evaluation->serial, view.windows(),
             plane_ledger(*view.layer, *view.windows(), view.input.shape(), view.border())};
  }
  return facts.ledger;
}

bool has_ledger(const StageView& view) {
  return view.layer && view.output && !view.is_span() && view.windows();
}

// The table ------------------------------------------------------------------------------------

std::string_view value_words(OutsideValue value, const LoweredPool& pool) {
  switch (value) {
    case OutsideValue::minus_infinity:
      return "-∞, never wins";
    case OutsideValue::plus_infinity:
      return "+∞, never wins";
    case OutsideValue::zero:
      return pool.reduction == Reduction::mean && !pool.divisor_override ? "0, counts" : "0";
    case OutsideValue::mirrored:
      return "the mirrored cell";
    case OutsideValue::excluded:
      return "left out";
  }
  return "";
}

struct LedgerRow {
  std::string_view label;
  std::string number, words;
  bool dim = false;
};

void draw_row(const Ui& ui, Column& column, const LedgerRow& entry) {
  const Rect row = column.row(28, 0);
  const float y = row.center().y;
  const ImU32 ink = entry.dim ? ui.theme.t3 : ui.theme.t1;
  draw_text(ui, Font::sans13, {row.min.x, y}, entry.dim ? ui.theme.t3 : ui.theme.t2, entry.label);
  draw_text_right(ui, Font::mono13, {row.min.x + row.width() * 0.46F, y}, ink, entry.number);
  draw_text_right(ui, Font::mono12, {row.max.x, y}, entry.dim ? ui.theme.t3 : ui.theme.t2,
                  entry.words);
  draw_divider(ui, row.min.x, row.max.x, row.max.y);
}

void draw_header(const Ui& ui, Column& column) {
  const Rect row = column.row(20, 0);
  const float y = row.center().y;
  draw_text(ui, Font::sans12, {row.min.x, y}, ui.theme.t3, "taps");
  draw_text_right(ui, Font::sans12, {row.min.x + row.width() * 0.46F, y}, ui.theme.t3, "number");
  draw_text_right(ui, Font::sans12, {row.max.x, y}, ui.theme.t3, "count as");
  draw_divider(ui, row.min.x, row.max.x, row.max.y);
}

void draw_window_ledger(const Ui& ui, const StageView& view, Column& column) {
  const WindowLedger ledger = window_ledger(*view.layer, *view.pool, view.input.shape(),
                                            {view.plane, view.selection.row, view.selection.col});
  const auto outside = [&](std::string_view label, std::int64_t taps, OutsideValue value) {
    return LedgerRow{label, count_text(taps), std::string(value_words(value, *view.pool)),
                     taps == 0};
  };
  const std::array rows{
      LedgerRow{"Inside", count_text(ledger.inside), "their values", ledger.inside == 0},
      outside("Padding", ledger.padding, ledger.around.padding),
      outside("Overhang", ledger.overhang, ledger.around.overhang)};
  draw_header(ui, column);
  std::string told;
  for (const LedgerRow& row : rows) {
    draw_row(ui, column, row);
    told += fmt::format("{} {} {}; ", row.label, row.number, row.words);
  }
  if (ledger.divisor) {
    const std::string value = count_text(ledger.divisor->value);
    draw_row(ui, column, {"Divisor", value, "= " + ledger.divisor->formula});
    column.space(8);
    column.skip_pixels(draw_text_wrapped(ui, Font::sans12, column.at(), ui.theme.t2, column.width(),
                                         ledger.divisor->reason));
    told +=
        fmt::format("Divisor {} = {}; {}", value, ledger.divisor->formula, ledger.divisor->reason);
  }
  ui.tell("border", told);
}

// What rounding did ----------------------------------------------------------------------------

/// A sentence behind the mark that its rows, columns or windows have on the canvas.
template <class Mark>
void draw_sentence(const Ui& ui, Column& column, std::string_view text, Mark mark) {
  column.space(8);
  const ImVec2 at = column.at();
  mark(Rect::of(at.x, at.y + ui.px(1), ui.px(14), ui.px(14)));
  column.skip_pixels(draw_text_wrapped(ui, Font::sans12, {at.x + ui.px(22), at.y}, ui.theme.t2,
                                       column.width() - ui.px(22), text));
}

void mark_lost(const Ui& ui, const Rect& rect) {
  draw_list().AddRectFilled(rect.min, rect.max, with_alpha(ui.theme.casing, 0.55F));
  draw_hatch(ui, rect, ui.theme.t1);
  draw_list().AddRect(rect.min, rect.max, ui.theme.t1, 0, 0, ui.px(1));
}

void draw_rounding(const Ui& ui, const StageView& view, ExploreState& state, Column& column) {
  const PlaneLedger& ledger = ledger_of(view, state);
  std::string told;
  for (const AxisLedger* axis : {&ledger.rows, &ledger.cols}) {
    for (const UnreadLines& lines : axis->unread) {
      draw_sentence(ui, column, lines.sentence, [&](const Rect& rect) { mark_lost(ui, rect); });
      told += lines.sentence + "\n";
    }
    if (!axis->ceil) continue;
    draw_sentence(ui, column, axis->ceil->sentence,
                  [&](const Rect& rect) { draw_dashed_rect(ui, rect, ui.theme.t2, 2.0F); });
    told += axis->ceil->sentence + "\n";
  }
  if (!told.empty()) ui.tell("rounding", told);
}

// Marks on the canvases ------------------------------------------------------------------------

/// Lines of one axis that rounding down lost, as bands over the other axis.
void draw_lost(const Ui& ui, const StageView& view, const std::vector<UnreadLines>& unread,
               bool are_rows, const Pane& pane) {
  for (const UnreadLines& lines : unread) {
    if (lines.cause != UnreadCause::floor) continue;
    const auto begin = static_cast<double>(lines.lines.front());
    const auto end = static_cast<double>(lines.lines.back() + 1);
    Rect band = pane.screen(are_rows ? CellRect{0, begin, static_cast<double>(view.cols), end}
                                     : CellRect{begin, 0, end, static_cast<double>(view.rows)});
    // Of a large picture they are thinner than a pixel.
    if (are_rows) band.min.y = std::min(band.min.y, band.max.y - ui.px(2));
    if (!are_rows) band.min.x = std::min(band.min.x, band.max.x - ui.px(2));
    draw_hatch(ui, band, ui.theme.casing);
    ImGui::PushClipRect(pane.rect.min, pane.rect.max, true);
    draw_list().AddRect(band.min, band.max, ui.theme.t1, 0, 0, ui.px(1.5F));
    ImGui::PopClipRect();
  }
}

void draw_added(const Ui& ui, const StageView& view, const PlaneLedger& ledger, const Pane& pane) {
  const auto added = [](const AxisLedger& axis) -> std::int64_t {
    const bool is = axis.ceil && axis.ceil->effect == CeilEntry::Effect::added;
    return is ? axis.ceil->window : -1;
  };
  const std::int64_t row = added(ledger.rows), col = added(ledger.cols);
  const CellRect last = view.window_rect(view.out_rows - 1, view.out_cols - 1);
  const CellRect first = view.window_rect(0, 0);
  ImGui::PushClipRect(pane.rect.min, pane.rect.max, true);
  if (row >= 0) {
    draw_dashed_rect(ui, pane.screen({first.x0, last.y0, last.x1, last.y1}).inset(ui.px(1)),
                     ui.theme.t2, 2.0F);
  }
  if (col >= 0) {
    draw_dashed_rect(ui, pane.screen({last.x0, first.y0, last.x1, last.y1}).inset(ui.px(1)),
                     ui.theme.t2, 2.0F);
  }
  ImGui::PopClipRect();
}

}  // namespace

void draw_border_section(const Ui& ui, const StageView& view, ExploreState& state, Column& column) {
  if (!has_ledger(view)) return;
  column.divider();
  const Rect title = column.title("Border");
  draw_text_right(ui, Font::mono12, {title.max.x, title.center().y}, ui.theme.t3,
                  fmt::format("window ({}, {})", view.selection.row, view.selection.col));
  if (view.pool) draw_window_ledger(ui, view, column);
  draw_rounding(ui, view, state, column);
}

void draw_border_marks(const Ui& ui, const StageView& view, ExploreState& state,
                       const CanvasLook& look) {
  if (!has_ledger(view)) return;
  const PlaneLedger& ledger = ledger_of(view, state);
  if (look.kind == CanvasKind::windows) return draw_added(ui, view, ledger, look.pane);
  draw_lost(ui, view, ledger.rows.unread, true, look.pane);
  draw_lost(ui, view, ledger.cols.unread, false, look.pane);
}

std::string unread_sentence(const StageView& view, ExploreState& state, std::int64_t row,
                            std::int64_t col) {
  if (!has_ledger(view)) return {};
  const PlaneLedger& ledger = ledger_of(view, state);
  const Coverage& coverage = state.probes.coverage(view);
  const auto among = [](const AxisLedger& axis, std::int64_t line) -> std::string {
    for (const UnreadLines& lines : axis.unread) {
      if (std::ranges::binary_search(lines.lines, line)) return lines.sentence;
    }
    return {};
  };
  const auto at = [](std::int64_t line) { return static_cast<std::size_t>(line); };
  if (coverage.rows[at(row)] == 0) return among(ledger.rows, row);
  if (coverage.cols[at(col)] == 0) return among(ledger.cols, col);
  return {};
}

}  // namespace poolscope
