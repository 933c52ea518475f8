#include "core/torch/axis_taps.h"

#include <algorithm>

namespace poolscope::libtorch {

bool is_adaptive(Axis windows, std::int64_t size) {
  const auto outputs = static_cast<std::int64_t>(windows.size());
  return std::ranges::equal(
      windows, adaptive_windows(size, outputs, Counted::one),
      [](const AxisWindow& window, const AxisWindow& adaptive) {
        const bool same_step = window.step == adaptive.step || window.count == 1;
        return window.begin == adaptive.begin && window.count == adaptive.count && same_step;
      });
}

bool is_global(Axis windows, std::int64_t size) {
  return windows.size() == 1 && is_adaptive(windows, size);
}

bool counts_its_taps(Axis windows) {
  return std::ranges::all_of(
      windows, [](const AxisWindow& window) { return window.divisor == window.count; });
}

std::int64_t longest(Axis windows) {
  std::int64_t taps = 0;
  for (const AxisWindow& window : windows) taps = std::max(taps, window.count);
  return taps;
}

AxisTaps axis_taps(Axis windows, std::int64_t size, Border border) {
  AxisTaps taps{.count = longest(windows)};
  taps.cells.reserve(windows.size() * static_cast<std::size_t>(taps.count));
  taps.inside.reserve(taps.cells.capacity());
  for (const AxisWindow& window : windows) {
    for (std::int64_t k = 0; k < taps.count; ++k) {
      const std::int64_t tap = window.tap(std::min(k, window.count - 1));
      const std::int64_t cell = border == Border::reflect ? reflected(tap, size) : tap;
      const bool inside = k < window.count && cell >= 0 && cell < size;
      taps.cells.push_back(std::clamp(cell, std::int64_t{0}, size - 1));
      taps.inside.push_back(inside ? 1 : 0);
    }
  }
  return taps;
}

std::vector<std::uint8_t> windows_with_taps(Axis windows, std::int64_t size) {
  std::vector<std::uint8_t> with_taps;
  for (const AxisWindow& window : windows) {
    with_taps.push_back(taps_between(window, 0, size) > 0 ? 1 : 0);
  }
  return with_taps;
}

}  // namespace poolscope::libtorch
