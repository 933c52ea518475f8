#include "app/workspaces/explore/coverage_overlay.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/user_command.h"

namespace poolscope {
namespace {

/// Below this size, in pixels at scale 1, cells are not shaded one by one.
constexpr float kMinShadedCell = 8.0F;
/// Side of a block that stands for many small cells.
constexpr float kBlock = 4.0F;
/// Shades of the theme, from no window to the most.
constexpr int kShades = 4;

/// What the overlays need to know of a plane, kept while it is shown.
struct CoverageFacts {
  std::uint64_t evaluation = 0;
  const PlaneWindows* windows = nullptr;
  CoverageCounts counts;
  std::optional<CoverageSums> sums;
};

const CoverageFacts& facts_of(const StageView& view, ExploreState& state) {
  CoverageFacts& facts = state.panels.of<CoverageFacts>();
  if (facts.sums && facts.evaluation == view.evaluation->serial && facts.windows == view.windows())
    return facts;
  const Coverage& coverage = state.probes.coverage(view);
  facts = {view.evaluation->serial, view.windows(), count_cells(coverage), CoverageSums(coverage)};
  return facts;
}

/// The shade at `place`, from 0 (no window) to kShades.
ImU32 shade_at(const Ui& ui, double place) {
  const double at = std::clamp(place, 0.0, static_cast<double>(kShades));
  const auto below = std::min(static_cast<std::size_t>(at), std::size_t{kShades - 1});
  const ImVec4 a = ImGui::ColorConvertU32ToFloat4(ui.theme.cov[below]);
  const ImVec4 b = ImGui::ColorConvertU32ToFloat4(ui.theme.cov[below + 1]);
  const auto t = static_cast<float>(at - static_cast<double>(below));
  return ImGui::ColorConvertFloat4ToU32(
      {std::lerp(a.x, b.x, t), std::lerp(a.y, b.y, t), std::lerp(a.z, b.z, t), 1.0F});
}

/// Where cells with this coverage stand among the shades.
double shade_place(CoverageOverlay overlay, const CoverageSums::Mean& mean, std::int64_t most) {
  switch (overlay) {
    case CoverageOverlay::overlap:
      return 1.0 - mean.dead + (kShades - 1) * mean.shared;
    case CoverageOverlay::dead:
      return 1.0 + (kShades - 1) * mean.dead;
    case CoverageOverlay::count:
      return mean.windows * kShades / static_cast<double>(std::max<std::int64_t>(most, kShades));
    case CoverageOverlay::values:
      break;
  }
  return mean.windows;
}

CoverageSums::Mean cell_mean(std::int64_t count) {
  return {static_cast<double>(count), count == 0 ? 1.0 : 0.0, count > 1 ? 1.0 : 0.0};
}

/// Rows and columns that no window reads, hatched as bands.
void hatch_dead_lines(const Ui& ui, const Coverage& coverage, const Pane& pane,
                      const CellSpan& cells) {
  const ImU32 color = with_alpha(ui.theme.t1, 0.35F);
  const auto x = [](std::int64_t place) { return static_cast<double>(place); };
  for (auto row = cells.row_begin; row < cells.row_end; ++row) {
    if (coverage.rows[static_cast<std::size_t>(row)] > 0) continue;
    draw_hatch(ui, pane.screen({x(cells.col_begin), x(row), x(cells.col_end), x(row + 1)}), color);
  }
  for (auto col = cells.col_begin; col < cells.col_end; ++col) {
    if (coverage.cols[static_cast<std::size_t>(col)] > 0) continue;
    draw_hatch(ui, pane.screen({x(col), x(cells.row_begin), x(col + 1), x(cells.row_end)}), color);
  }
}

void draw_cells(const Ui& ui, const StageView& view, ExploreState& state, const CanvasLook& look) {
  const CoverageOverlay overlay = ui.document.view.overlay;
  const CellSpan cells = visible_cells(look.pane, view.rows, view.cols);
  const Coverage* coverage = view.windows() ? &state.probes.coverage(view) : nullptr;
  const std::int64_t most = coverage ? facts_of(view, state).counts.most : 0;
  const float gap = std::max(1.0F, std::floor(ui.px(1)));
  for (auto row = cells.row_begin; row < cells.row_end; ++row) {
    for (auto col = cells.col_begin; col < cells.col_end; ++col) {
      const std::int64_t count = coverage ? coverage->at(row, col) : 0;
      const Rect cell = look.pane.cell(row, col);
      const Rect inner{cell.min, {cell.max.x - gap, cell.max.y - gap}};
      draw_list().AddRectFilled(inner.min, inner.max,
                                shade_at(ui, shade_place(overlay, cell_mean(count), most)));
    }
  }
  if (coverage && overlay == CoverageOverlay::dead) {
    hatch_dead_lines(ui, *coverage, look.pane, cells);
  }
}

/// Small cells: what each block of the screen holds on average, so that nothing flickers.
void draw_blocks(const Ui& ui, const StageView& view, ExploreState& state, const Pane& pane) {
  const CoverageFacts& facts = facts_of(view, state);
  const Rect plane =
      pane.screen({0, 0, static_cast<double>(view.cols), static_cast<double>(view.rows)});
  const ImVec2 low{std::max(plane.min.x, pane.rect.min.x), std::max(plane.min.y, pane.rect.min.y)};
  const ImVec2 high{std::min(plane.max.x, pane.rect.max.x), std::min(plane.max.y, pane.rect.max.y)};
  const float block = std::max(1.0F, std::round(ui.px(kBlock)));
  const auto row_at = [&](float y) {
    return std::clamp(pane.visible.y0 + (y - pane.rect.min.y) / pane.cell_height(), 0.0,
                      static_cast<double>(view.rows));
  };
  const auto col_at = [&](float x) {
    return std::clamp(pane.visible.x0 + (x - pane.rect.min.x) / pane.cell_width(), 0.0,
                      static_cast<double>(view.cols));
  };
  for (float y = low.y; y < high.y; y += block) {
    const float bottom = std::min(y + block, high.y);
    for (float x = low.x; x < high.x; x += block) {
      const float right = std::min(x + block, high.x);
      const double y0 = row_at(y), y1 = row_at(bottom), x0 = col_at(x), x1 = col_at(right);
      if (y1 <= y0 || x1 <= x0) continue;
      const double place = shade_place(ui.document.view.overlay, facts.sums->mean(y0, y1, x0, x1),
                                       facts.counts.most);
      draw_list().AddRectFilled({x, y}, {right, bottom}, shade_at(ui, place));
    }
  }
}

// Legend ---------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 4> kTitles{"Values", "Coverage", "Overlap", "Dead cells"};

/// One shade with its number; returns the x after it.
float draw_swatch(const Ui& ui, ImVec2 left, ImU32 color, std::string_view text) {
  const Rect cell = Rect::of(left.x, left.y - ui.px(9), ui.px(18), ui.px(18));
  draw_list().AddRectFilled(cell.min, cell.max, color);
  draw_list().AddRect(cell.min, cell.max, ui.theme.line2, 0, 0, 1.0F);
  draw_text_centered(ui, Font::mono12, cell.center(), ui.theme.t1, text);
  return left.x + ui.px(19);
}

/// The shades from 1 window to the most.
float draw_count_scale(const Ui& ui, ImVec2 at, std::int64_t most) {
  for (int count = 1; count <= kShades; ++count) {
    const std::string text = most > kShades    ? ""
                             : count < kShades ? fmt::format("{}", count)
                                               : "4+";
    at.x = draw_swatch(ui, at, ui.theme.cov[static_cast<std::size_t>(count)], text);
  }
  if (most <= kShades) return at.x;
  return draw_text(ui, Font::mono12, {at.x + ui.px(6), at.y}, ui.theme.t3,
                   fmt::format("up to {}", count_text(most)));
}

/// `13 of 49`, or a share where that is long.
std::string cells_text(std::int64_t count, std::int64_t cells) {
  if (cells < 10000) return fmt::format("{} of {}", count, cells);
  return short_number_text(100.0 * static_cast<double>(count) / static_cast<double>(cells), 4) +
         " %";
}

void draw_winner_legend(const Ui& ui, const StageView& view, ImVec2 at, float right) {
  if (!view.pool || !view.pool->has_winners() || at.x + ui.px(54) > right) return;
  draw_list().AddCircleFilled(at, ui.px(2.5F), ui.theme.t1);
  draw_text(ui, Font::sans12, {at.x + ui.px(8), at.y}, ui.theme.t3, "winner");
}

void draw_overlay_legend(const Ui& ui, const StageView& view, ImVec2 at, float right,
                         const CoverageCounts& counts) {
  const auto say = [&](std::string_view text) {
    draw_text_cut(ui, Font::sans12, {at.x + ui.px(6), at.y}, ui.theme.t3, right - at.x - ui.px(6),
                  text);
  };
  switch (ui.document.view.overlay) {
    case CoverageOverlay::values:
    case CoverageOverlay::count: {
      const bool values = ui.document.view.overlay == CoverageOverlay::values;
      at.x = draw_count_scale(ui, at, values ? kShades : counts.most);
      if (values) draw_winner_legend(ui, view, {at.x + ui.px(12), at.y}, right + ui.px(24));
      return;
    }
    case CoverageOverlay::overlap:
      at.x = draw_swatch(ui, at, ui.theme.cov[kShades], "2+");
      return say(cells_text(counts.shared, counts.cells) + " in several");
    case CoverageOverlay::dead:
      draw_hatch(ui, Rect::of(at.x, at.y - ui.px(9), ui.px(18), ui.px(18)), ui.theme.t1);
      at.x = draw_swatch(ui, at, with_alpha(ui.theme.cov[kShades], 0.5F), "");
      return say(cells_text(counts.dead, counts.cells) + " in no window");
  }
}

}  // namespace

bool draw_coverage(const Ui& ui, const StageView& view, ExploreState& state,
                   const CanvasLook& look) {
  if (look.pane.cell_size() >= ui.px(kMinShadedCell)) {
    draw_cells(ui, view, state, look);
    return true;
  }
  if (view.windows() == nullptr) return false;
  if (ui.document.view.overlay == CoverageOverlay::values) return false;
  draw_blocks(ui, view, state, look.pane);
  return true;
}

bool draw_coverage_numbers(const Ui& ui, const StageView& view, ExploreState& state,
                           const CanvasLook& look) {
  if (ui.document.view.overlay != CoverageOverlay::count || view.windows() == nullptr) return false;
  if (!shows_values(ui, look.pane)) return true;
  const CellSpan cells = visible_cells(look.pane, view.rows, view.cols);
  const Coverage& coverage = state.probes.coverage(view);
  for (auto row = cells.row_begin; row < cells.row_end; ++row) {
    for (auto col = cells.col_begin; col < cells.col_end; ++col) {
      draw_cell_text(ui, look.pane.cell(row, col), ui.theme.t1, count_text(coverage.at(row, col)));
    }
  }
  return true;
}

void draw_coverage_legend(const Ui& ui, const StageView& view, ExploreState& state,
                          const Rect& rect) {
  if (view.windows() == nullptr) return;
  const CoverageCounts& counts = facts_of(view, state).counts;
  ui.tell("coverage", fmt::format("{} cells, {} dead, {} shared, at most {}", counts.cells,
                                  counts.dead, counts.shared, counts.most));
  const float y = rect.min.y + ui.px(6);
  const Rect choice = Rect::of(rect.min.x, y - ui.px(14), ui.px(112), ui.px(28));
  const auto chosen =
      combo(ui, "view/overlay", choice, kTitles, static_cast<int>(ui.document.view.overlay));
  tooltip(ui, tip_with_key("What is drawn on each input cell", "overlay"));
  if (chosen) ui.edit_view([&](View& v) { v.overlay = static_cast<CoverageOverlay>(*chosen); });
  draw_overlay_legend(ui, view, {choice.max.x + ui.px(12), y}, rect.max.x, counts);
}

void next_overlay(const Ui& ui) {
  ui.edit_view([](View& view) {
    const auto next = (static_cast<std::size_t>(view.overlay) + 1) % kTitles.size();
    view.overlay = static_cast<CoverageOverlay>(next);
  });
}

}  // namespace poolscope
