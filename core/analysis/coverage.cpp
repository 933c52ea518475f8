#include "core/analysis/coverage.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/pooling/axis_windows.h"

namespace poolscope {
namespace {

/// Whether a tap of the window lies at `place`, which may be outside the input.
bool has_tap_at(const AxisWindow& window, std::int64_t place) {
  const std::int64_t offset = place - window.begin;
  return offset >= 0 && place <= window.last() && offset % window.step == 0;
}

bool reads(const AxisWindow& window, std::int64_t cell, std::int64_t size, Border border) {
  if (has_tap_at(window, cell)) return true;
  if (border != Border::reflect) return false;
  const std::int64_t before = -cell, after = 2 * (size - 1) - cell;
  return (before < 0 && has_tap_at(window, before)) || (after >= size && has_tap_at(window, after));
}

/// Counts of cells that are read at the same distance from one another: +1 where a run of them
/// begins and -1 one step past its end, so that a running sum along the step gives the counts.
using RunEnds = std::vector<std::int64_t>;

void add_inside(const AxisWindow& window, std::int64_t size,
                std::map<std::int64_t, RunEnds>& runs) {
  const TapRange inside = taps_inside(window, size);
  if (inside.end <= inside.first) return;
  const std::int64_t step = inside.end - inside.first == 1 ? 1 : window.step;
  RunEnds& ends = runs.try_emplace(step, static_cast<std::size_t>(size), 0).first->second;
  ++ends[static_cast<std::size_t>(window.tap(inside.first))];
  const std::int64_t past = window.tap(inside.end - 1) + step;
  if (past < size) --ends[static_cast<std::size_t>(past)];
}

/// The cells that the mirrored taps of a window read and none of its others does.
void add_mirrored(const AxisWindow& window, std::int64_t size, std::vector<std::int64_t>& counts) {
  std::vector<std::int64_t> cells;
  for (std::int64_t k = 0; k < window.count; ++k) {
    const std::int64_t tap = window.tap(k);
    if (tap >= 0 && tap < size) continue;
    const std::int64_t cell = reflected(tap, size);
    if (!has_tap_at(window, cell)) cells.push_back(cell);
  }
  std::ranges::sort(cells);
  cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
  for (const std::int64_t cell : cells) ++counts[static_cast<std::size_t>(cell)];
}

std::int64_t count_above(const std::vector<std::int64_t>& counts, std::int64_t least) {
  return std::ranges::count_if(counts, [least](std::int64_t count) { return count > least; });
}

/// The sum up to `place`, in the middle of a cell too.
double sum_to(const std::vector<double>& sums, double place) {
  const auto cell = std::min(static_cast<std::size_t>(place), sums.size() - 2);
  return std::lerp(sums[cell], sums[cell + 1], place - static_cast<double>(cell));
}

}  // namespace

std::vector<std::int64_t> axis_coverage(std::span<const AxisWindow> windows, std::int64_t size,
                                        Border border) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(size), 0);
  std::map<std::int64_t, RunEnds> runs;
  for (const AxisWindow& window : windows) {
    add_inside(window, size, runs);
    if (border == Border::reflect) add_mirrored(window, size, counts);
  }
  for (auto& [step, ends] : runs) {
    const auto apart = static_cast<std::size_t>(step);
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (i >= apart) ends[i] += ends[i - apart];
      counts[i] += ends[i];
    }
  }
  return counts;
}

std::vector<std::int64_t> axis_readers(std::span<const AxisWindow> windows, std::int64_t cell,
                                       std::int64_t size, Border border) {
  std::vector<std::int64_t> readers;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (reads(windows[i], cell, size, border)) readers.push_back(static_cast<std::int64_t>(i));
  }
  return readers;
}

Coverage coverage(const PlaneWindows& windows, const Shape& input, Border border) {
  return {axis_coverage(windows.rows, input.h, border),
          axis_coverage(windows.cols, input.w, border)};
}

CoverageCounts count_cells(const Coverage& coverage) {
  const auto cells_of = [](const std::vector<std::int64_t>& axis) {
    return static_cast<std::int64_t>(axis.size());
  };
  const std::int64_t cells = cells_of(coverage.rows) * cells_of(coverage.cols);
  const std::array<std::int64_t, 2> read{count_above(coverage.rows, 0),
                                         count_above(coverage.cols, 0)};
  const std::array<std::int64_t, 2> more{count_above(coverage.rows, 1),
                                         count_above(coverage.cols, 1)};
  const std::int64_t once = (read[0] - more[0]) * (read[1] - more[1]);
  CoverageCounts counts{cells, cells - read[0] * read[1], read[0] * read[1] - once, 0};
  if (cells > 0) {
    counts.most =
        *std::ranges::max_element(coverage.rows) * *std::ranges::max_element(coverage.cols);
  }
  return counts;
}

CoverageSums::CoverageSums(const Coverage& coverage)
    : rows_(sums_of(coverage.rows)), cols_(sums_of(coverage.cols)) {}

CoverageSums::Sums CoverageSums::sums_of(const std::vector<std::int64_t>& counts) {
  Sums sums{{0.0}, {0.0}, {0.0}};
  for (const std::int64_t count : counts) {
    sums.windows.push_back(sums.windows.back() + static_cast<double>(count));
    sums.read.push_back(sums.read.back() + (count > 0 ? 1.0 : 0.0));
    sums.once.push_back(sums.once.back() + (count == 1 ? 1.0 : 0.0));
  }
  return sums;
}

CoverageSums::Mean CoverageSums::mean(double y0, double y1, double x0, double x1) const {
  const auto both = [&](std::vector<double> Sums::*kind) {
    return (sum_to(rows_.*kind, y1) - sum_to(rows_.*kind, y0)) / (y1 - y0) *
           (sum_to(cols_.*kind, x1) - sum_to(cols_.*kind, x0)) / (x1 - x0);
  };
  const double read = both(&Sums::read);
  return {both(&Sums::windows), 1.0 - read, read - both(&Sums::once)};
}

}  // namespace poolscope
