#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/workspaces/explore/arithmetic.h"
#include "app/workspaces/explore/backward.h"
#include "core/analysis/coverage.h"
#include "core/analysis/gradient.h"

namespace poolscope {
namespace {

/// Beyond this many windows, those that a cell wins are not counted.
constexpr std::int64_t kMaxCounted = 4096;
constexpr std::int64_t kMaxDrawn = 5;  ///< Taps along an axis that are drawn one by one.

/// The shares of the window on screen, kept until it changes.
struct Shares {
  std::uint64_t evaluation = 0;
  const LoweredPool* pool = nullptr;
  std::int64_t plane = -1, row = -1, col = -1;
  TiePolicy ties = TiePolicy::winner;
  std::vector<TapGradient> taps;

  bool is_of(const StageView& view, TiePolicy policy) const {
    return evaluation == view.evaluation->serial && pool == view.pool && plane == view.plane &&
           row == view.selection.row && col == view.selection.col && ties == policy;
  }
};

/// What can be said of the shares.
struct ShareFacts {
  double arrives = 0.0;      ///< Of a gradient of 1 on the output.
  std::int64_t getting = 0;  ///< Taps that get some.
  std::int64_t best = -1;    ///< The cell that gets most.
  double most = 0.0;         ///< What it gets.
  bool equal = true;         ///< All that get some get as much.
};

const Shares& current_shares(const StageView& view, ExploreState& state, TiePolicy ties) {
  auto& shares = state.panels.of<Shares>();
  if (shares.is_of(view, ties)) return shares;
  const Selection& at = view.selection;
  shares = {view.evaluation->serial, view.pool, view.plane, at.row, at.col, ties, {}};
  auto found = window_gradient(*view.pool, view.input, {view.plane, at.row, at.col}, ties);
  if (found) shares.taps = std::move(*found);
  return shares;
}

ShareFacts facts_of(const std::vector<TapGradient>& taps) {
  ShareFacts facts;
  for (const TapGradient& tap : taps) {
    facts.arrives += tap.share;
    if (tap.share == 0.0) continue;
    facts.equal = facts.equal && (facts.getting == 0 || tap.share == facts.most);
    ++facts.getting;
    if (std::abs(tap.share) <= std::abs(facts.most)) continue;
    facts.most = tap.share;
    facts.best = tap.index;
  }
  return facts;
}

/// How many windows a cell wins; nothing where that takes too long to count.
std::optional<std::int64_t> windows_won(const StageView& view, ExploreState& state,
                                        std::int64_t cell) {
  const PlaneWindows& windows = *view.windows();
  const auto rows = axis_readers(windows.rows, cell / view.cols, view.rows, view.border());
  const auto cols = axis_readers(windows.cols, cell % view.cols, view.cols, view.border());
  if (rows.empty() || cols.empty()) return 0;
  const CellRange range{rows.front(), rows.back() + 1, cols.front(), cols.back() + 1};
  if (range.rows() * range.cols() > kMaxCounted) return {};
  const WindowBlock* block = state.probes.block(view, range);
  if (block == nullptr || !block->winners) return {};
  return std::ranges::count(block->winners->values(), cell);
}

std::string cells_text(std::int64_t count) {
  return count == 1 ? std::string("the other cell gets none")
                    : fmt::format("the other {} cells get none", count_text(count));
}

std::string pick_sentence(const StageView& view, const ShareFacts& facts, std::int64_t inside,
                          std::optional<std::int64_t> won) {
  if (facts.getting == 0) return "No cell wins this window, so its gradient goes nowhere.";
  std::string text;
  const std::string kind =
      view.pool->reduction == Reduction::max ? "Max pooling" : std::string(view.layer->kind->name);
  if (facts.getting == 1) {
    text = fmt::format("{} is a switch: the winner gets the whole gradient", kind);
  } else if (facts.most == 1.0) {
    text = fmt::format("{} cells tie, and each gets the whole gradient", count_text(facts.getting));
  } else {
    text = fmt::format("{} cells tie, and each gets {} of the gradient", count_text(facts.getting),
                       number_text(facts.most));
  }
  text += inside == facts.getting ? "." : ", " + cells_text(inside - facts.getting) + ".";
  if (won && *won > 1) {
    text += fmt::format(" The winner wins {} windows, and gets the sum of their gradients.",
                        count_text(*won));
  }
  return text;
}

std::string mean_sentence(const StageView& view, const ShareFacts& facts, std::int64_t inside,
                          std::int64_t taps) {
  if (facts.getting == 0) return "No cell lies inside, so the gradient goes nowhere.";
  std::string text = fmt::format("Average pooling shares out: each of the {} cells inside gets {}.",
                                 count_text(inside), number_text(facts.most));
  if (inside < taps && std::abs(facts.arrives - 1.0) > 1e-9 && !view.pool->divisor_override) {
    text += fmt::format(" The padding's part is lost: only {} of the gradient arrives.",
                        number_text(facts.arrives));
  }
  return text;
}

std::string share_sentence(const StageView& view, const ShareFacts& facts, std::int64_t inside,
                           std::optional<std::int64_t> won) {
  if (view.pool->has_winners()) return pick_sentence(view, facts, inside, won);
  const AxisWindow& row = view.windows()->rows[static_cast<std::size_t>(view.selection.row)];
  const AxisWindow& col = view.windows()->cols[static_cast<std::size_t>(view.selection.col)];
  if (view.pool->reduction == Reduction::mean)
    return mean_sentence(view, facts, inside, row.count * col.count);
  if (facts.getting == 0) return "The slope is 0 here: no cell gets any of the gradient.";
  if (facts.equal && facts.getting == inside)
    return fmt::format("Each cell gets {} of the gradient.", number_text(facts.most));
  return fmt::format("Row {}, col {} gets most, {}: a change there moves the result most.",
                     facts.best / view.cols, facts.best % view.cols, number_text(facts.most));
}

/// The taps with their shares; returns the size used.
ImVec2 draw_shares(const Ui& ui, const StageView& view, const std::vector<TapGradient>& taps,
                   ImVec2 at) {
  const AxisWindow& row = view.windows()->rows[static_cast<std::size_t>(view.selection.row)];
  const AxisWindow& col = view.windows()->cols[static_cast<std::size_t>(view.selection.col)];
  const std::int64_t most = std::max(row.count, col.count);
  if (most > kMaxDrawn) return {0, 0};
  const float unit = std::floor(std::min(ui.px(112) / static_cast<float>(most), ui.px(44)));
  const float gap = std::max(1.0F, std::floor(ui.px(1)));
  for (std::int64_t r = 0; r < row.count; ++r) {
    for (std::int64_t c = 0; c < col.count; ++c) {
      const Rect cell = Rect::of(at.x + unit * static_cast<float>(c),
                                 at.y + unit * static_cast<float>(r), unit - gap, unit - gap);
      const std::int64_t y = row.tap(r), x = col.tap(c);
      if (!view.inside(y, x)) {
        draw_hatch(ui, cell, with_alpha(ui.theme.hatch, 0.55F));
        continue;
      }
      const auto tap = std::ranges::find(taps, y * view.cols + x, &TapGradient::index);
      const double share = tap == taps.end() ? 0.0 : tap->share;
      draw_list().AddRectFilled(cell.min, cell.max, share != 0.0 ? ui.theme.acc : ui.theme.cov[1]);
      draw_cell_value(ui, cell, share != 0.0 ? ui.theme.accink : ui.theme.t2, share);
    }
  }
  return {unit * static_cast<float>(col.count), unit * static_cast<float>(row.count)};
}

void draw_fact(const Ui& ui, Column& column, std::string_view label, const std::string& value) {
  const Rect row = column.row(28, 0);
  draw_text(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, label);
  draw_text_right(ui, Font::mono13, {row.max.x, row.center().y}, ui.theme.t1, value);
}

}  // namespace

void draw_gradient_section(const Ui& ui, const StageView& view, ExploreState& state,
                           Column& column) {
  if (view.output == nullptr || view.pool == nullptr || view.hides_selection()) return;
  const auto& taps = current_shares(view, state, ui.document.lens.ties).taps;
  const ShareFacts facts = facts_of(taps);
  std::optional<std::int64_t> won;
  // What other windows have for winners is not to be told while they are hidden.
  if (view.pool->has_winners() && facts.best >= 0 && !view.hides_any())
    won = windows_won(view, state, facts.best);
  column.divider();
  column.title("Gradient share");
  const ImVec2 used = draw_shares(ui, view, taps, column.at());
  const float beside = used.x > 0.0F ? used.x + ui.px(14) : 0.0F;
  const std::string text = share_sentence(view, facts, static_cast<std::int64_t>(taps.size()), won);
  ui.tell("gradient share", text);
  const float height = draw_text_wrapped(ui, Font::sans12, {column.at().x + beside, column.at().y},
                                         ui.theme.t2, column.width() - beside, text);
  column.skip_pixels(std::max(used.y, height) + ui.px(6));
  draw_fact(ui, column, "Gradient that arrives", number_text(facts.arrives));
  if (won) draw_fact(ui, column, "Windows this cell wins", count_text(*won));
}

}  // namespace poolscope
