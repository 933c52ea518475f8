#include "app/workspaces/explore/census.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/background.h"
#include "app/draw_list.h"
#include "app/workspaces/explore/border_section.h"

namespace poolscope {
namespace {

/// Windows listed with their shares, and outlined one by one.
constexpr std::int64_t kListed = 8, kOutlined = 64;

struct CensusKey {
  std::uint64_t evaluation = 0;
  const LoweredPool* pool = nullptr;
  InputCell cell;
  bool operator==(const CensusKey&) const = default;
};

/// What the section keeps between frames.
struct Census {
  std::optional<InputCell> cell;  ///< Pointed at last.
  /// The pool, outliving its evaluation while shares are counted.
  std::shared_ptr<const LoweredPool> pool;
  std::uint64_t pool_of = 0;
  const LoweredPool* original = nullptr;
  Background<CensusKey, Result<CellCensus>> shares;
};

struct Readers {
  std::vector<std::int64_t> rows, cols;
  std::int64_t count() const { return static_cast<std::int64_t>(rows.size() * cols.size()); }
};

Readers readers_of(const StageView& view, std::int64_t row, std::int64_t col) {
  const PlaneWindows& windows = *view.windows();
  return {axis_readers(windows.rows, row, view.rows, view.border()),
          axis_readers(windows.cols, col, view.cols, view.border())};
}

/// The input cell under the mouse.
std::optional<InputCell> pointed_cell(const StageView& view, const ExploreState& state) {
  if (!state.hovered || state.hovered->canvas == CanvasKind::output) return {};
  if (!view.inside(state.hovered->row, state.hovered->col)) return {};
  return InputCell{view.plane, state.hovered->row, state.hovered->col};
}

CellRect output_cell(std::int64_t row, std::int64_t col) {
  const auto y = static_cast<double>(row), x = static_cast<double>(col);
  return {x, y, x + 1, y + 1};
}

void outline(const Ui& ui, const Pane& pane, const CellRect& cells) {
  const Rect rect = pane.screen(cells).inset(ui.px(1));
  draw_list().AddRect(rect.min, rect.max, ui.theme.casing, ui.px(2), 0, ui.px(3.5F));
  draw_list().AddRect(rect.min, rect.max, ui.theme.hover, ui.px(2), 0, ui.px(1.5F));
}

// Shares ---------------------------------------------------------------------------------------

const Result<CellCensus>* shares_of(const Ui& ui, const StageView& view, Census& census) {
  if (view.pool == nullptr) return nullptr;
  const std::uint64_t serial = view.evaluation->serial;
  if (!census.pool || census.pool_of != serial || census.original != view.pool) {
    census.pool = std::make_shared<const LoweredPool>(*view.pool);
    census.pool_of = serial;
    census.original = view.pool;
  }
  const CensusKey key{serial, view.pool, *census.cell};
  census.shares.update(ui, key,
                       [pool = census.pool, input = view.input,
                        cell = *census.cell](const std::atomic<bool>& cancelled) {
                         return poolscope::census(*pool, input, cell, kListed, cancelled);
                       });
  const bool current = census.shares.shown_key() && *census.shares.shown_key() == key;
  return current ? census.shares.shown() : nullptr;
}

std::string share_text(const LoweredPool& pool, const CellShare& share) {
  if (pool.has_winners()) return share.part == 1.0 ? "wins" : share.tied ? "ties" : "loses";
  if (std::isnan(share.part)) return "–";
  if (pool.reduction == Reduction::weighted) return number_text(share.part);
  const double whole = std::round(1.0 / share.part);
  const bool unit = pool.reduction == Reduction::mean && share.part == 1.0 / whole;
  if (unit) return whole == 1.0 ? "1" : fmt::format("1/{}", whole);
  return short_number_text(100.0 * share.part, 4) + " %";
}

/// What the shares mean.
std::string_view share_caption(const LoweredPool& pool) {
  switch (pool.reduction) {
    case Reduction::max:
    case Reduction::min:
    case Reduction::median:
      return "wins: the window's value comes from this cell. ties: it is equal, but another cell "
             "won.";
    case Reduction::mean:
      return "Its share of each mean: 1 / divisor.";
    case Reduction::mixed:
      return "Its share: alpha where it is the maximum, plus (1 - alpha) / divisor.";
    case Reduction::power:
      return "Its part of each sum of powers; – where that sum is 0.";
    case Reduction::stochastic:
      return pool.sampled ? "100 % where it was drawn." : "The chance that it is drawn.";
    case Reduction::softmax:
    case Reduction::log_sum_exp:
      return "Its part of each sum of exponentials.";
    case Reduction::weighted:
      return "Its weight in each sum.";
  }
  return "";
}

// The section ----------------------------------------------------------------------------------

std::string count_sentence(const StageView& view, const Result<CellCensus>* shares,
                           std::int64_t count) {
  if (count == 0) return "Read by no window: it cannot change the output.";
  std::string text =
      fmt::format("Read by {} {}", count_text(count), count == 1 ? "window" : "windows");
  const bool complete = shares && *shares && view.pool->has_winners() &&
                        static_cast<std::int64_t>((*shares)->readings.size()) == count;
  if (!complete) return text;
  const auto wins = std::ranges::count_if(
      (*shares)->readings, [](const CellReading& reading) { return reading.share.part == 1.0; });
  return text + (wins == 0 ? ", wins none" : fmt::format(", wins {}", wins));
}

/// One window and the cell's share in it.
struct ListedWindow {
  std::string place, share;
  bool wins = false;
};

std::vector<ListedWindow> listed_windows(const StageView& view, const Readers& readers,
                                         const Result<CellCensus>* shares) {
  std::vector<ListedWindow> windows;
  for (const std::int64_t row : readers.rows) {
    for (const std::int64_t col : readers.cols) {
      const std::size_t index = windows.size();
      if (index == static_cast<std::size_t>(kListed)) return windows;
      ListedWindow& window = windows.emplace_back();
      window.place = fmt::format("({}, {})", row, col);
      if (!shares || !*shares || index >= (*shares)->readings.size()) continue;
      const CellShare& share = (*shares)->readings[index].share;
      window.share = share_text(*view.pool, share);
      window.wins = view.pool->has_winners() && share.part == 1.0;
    }
  }
  return windows;
}

/// Two a row.
void draw_windows(const Ui& ui, const std::vector<ListedWindow>& windows, Column& column) {
  Rect row;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (i % 2 == 0) row = column.row(24, 0);
    const Rect half = part_of(ui, row, static_cast<int>(i % 2), 2, 24);
    const float y = half.center().y;
    draw_text(ui, Font::mono12, {half.min.x, y}, ui.theme.t2, windows[i].place);
    draw_text_right(ui, Font::mono12, {half.max.x, y}, windows[i].wins ? ui.theme.t1 : ui.theme.t3,
                    windows[i].share);
  }
}

void tell_census(const Ui& ui, const InputCell& cell, const std::string& sentence,
                 const std::vector<ListedWindow>& windows) {
  std::string text = fmt::format("row {}, col {}: {}", cell.row, cell.col, sentence);
  for (const ListedWindow& window : windows) text += "; " + window.place + " " + window.share;
  ui.tell("census", text);
}

void draw_wrapped(const Ui& ui, Column& column, Font font, ImU32 color, std::string_view text) {
  column.skip_pixels(draw_text_wrapped(ui, font, column.at(), color, column.width(), text));
}

void draw_cell(const Ui& ui, const StageView& view, ExploreState& state, Column& column) {
  Census& census = state.panels.of<Census>();
  const InputCell& cell = *census.cell;
  const Readers readers = readers_of(view, cell.row, cell.col);
  const Result<CellCensus>* shares = shares_of(ui, view, census);
  const std::string sentence = count_sentence(view, shares, readers.count());
  const std::vector<ListedWindow> windows = listed_windows(view, readers, shares);
  tell_census(ui, cell, sentence, windows);
  draw_wrapped(ui, column, Font::sans13, ui.theme.t2, sentence);
  column.space(6);
  if (readers.count() == 0) {
    draw_wrapped(ui, column, Font::sans12, ui.theme.t3,
                 unread_sentence(view, state, cell.row, cell.col));
    return;
  }
  draw_windows(ui, windows, column);
  column.space(4);
  if (readers.count() > kListed) {
    draw_wrapped(ui, column, Font::sans12, ui.theme.t3,
                 fmt::format("and {} more", count_text(readers.count() - kListed)));
    column.space(2);
  }
  if (view.pool) draw_wrapped(ui, column, Font::sans12, ui.theme.t3, share_caption(*view.pool));
}

}  // namespace

void draw_census_marks(const Ui& ui, const StageView& view, const ExploreState& state,
                       const CanvasLook& look) {
  if (look.kind == CanvasKind::input || view.output == nullptr || view.windows() == nullptr) return;
  const auto cell = pointed_cell(view, state);
  if (!cell) return;
  const Readers readers = readers_of(view, cell->row, cell->col);
  if (readers.count() == 0) return;
  const bool is_output = look.kind == CanvasKind::output;
  const auto place_of = [&](std::int64_t row, std::int64_t col) {
    return is_output ? output_cell(row, col) : view.window_rect(row, col);
  };
  if (readers.count() <= kOutlined) {
    for (const std::int64_t row : readers.rows) {
      for (const std::int64_t col : readers.cols) outline(ui, look.pane, place_of(row, col));
    }
    return;
  }
  const CellRect first = place_of(readers.rows.front(), readers.cols.front());
  const CellRect last = place_of(readers.rows.back(), readers.cols.back());
  outline(ui, look.pane, {first.x0, first.y0, last.x1, last.y1});
}

bool is_unread(const StageView& view, std::int64_t row, std::int64_t col) {
  return view.windows() != nullptr && readers_of(view, row, col).count() == 0;
}

void draw_census_section(const Ui& ui, const StageView& view, ExploreState& state, Column& column) {
  if (view.output == nullptr || view.windows() == nullptr) return;
  Census& census = state.panels.of<Census>();
  if (const auto pointed = pointed_cell(view, state)) census.cell = pointed;
  if (census.cell && !view.inside(census.cell->row, census.cell->col)) census.cell.reset();
  column.divider();
  const Rect title = column.title("This cell");
  if (!census.cell) {
    draw_wrapped(
        ui, column, Font::sans12, ui.theme.t3,
        "Point at an input cell to see every window that reads it, and its share in each.");
    return;
  }
  census.cell->plane = view.plane;
  draw_text_right(
      ui, Font::mono12, {title.max.x, title.center().y}, ui.theme.t3,
      fmt::format(
          "row {}, col {} = {}", census.cell->row, census.cell->col,
          number_text(static_cast<double>(view.input_value(census.cell->row, census.cell->col)))));
  draw_cell(ui, view, state, column);
}

}  // namespace poolscope
