#include "tests/bench/windows.h"

#include <algorithm>

namespace poolscope::bench {

std::optional<EvenAxis> even_axis(const std::vector<AxisWindow>& windows) {
  const AxisWindow& first = windows.front();
  EvenAxis axis{first.begin, first.count, first.count, first.step,
                static_cast<std::int64_t>(windows.size())};
  if (windows.size() > 1) axis.stride = windows[1].begin - first.begin;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const AxisWindow expected{first.begin + static_cast<std::int64_t>(i) * axis.stride, first.count,
                              first.step, windows[i].divisor};
    if (windows[i] != expected) return {};
  }
  return axis;
}

std::optional<EvenWindows> even_windows(const Task& task) {
  const LoweredPool& pool = task.pool;
  if (pool.planes.size() != 1 || pool.divisor_override) return {};
  if (pool.reduction != Reduction::max && pool.reduction != Reduction::mean) return {};
  const PlaneWindows& windows = pool.planes.front();
  const auto rows = even_axis(windows.rows);
  const auto cols = even_axis(windows.cols);
  if (!rows || !cols) return {};
  const auto counts_all = [](const AxisWindow& window) { return window.divisor == window.count; };
  return EvenWindows{*rows, *cols, pool.reduction == Reduction::max,
                     std::ranges::all_of(windows.rows, counts_all) &&
                         std::ranges::all_of(windows.cols, counts_all)};
}

}  // namespace poolscope::bench
