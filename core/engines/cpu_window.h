#pragma once

#include <cstdint>

#include "core/pooling/axis_windows.h"

namespace poolscope::cpu {

/// The taps of a window that lie inside [0, size): first, first + step, ... (count of them).
struct Taps {
  std::int64_t first, count, step;
};

inline Taps inside(const AxisWindow& window, std::int64_t size) {
  if (window.begin >= 0 && window.last() < size) return {window.begin, window.count, window.step};
  const TapRange range = taps_inside(window, size);
  return {window.tap(range.first), range.end - range.first, window.step};
}

struct Window {
  const float* plane;
  std::int64_t width;
  Taps rows, cols;
};

template <class Visit>
void for_each_tap(const Window& window, Visit visit) {
  for (std::int64_t i = 0; i < window.rows.count; ++i) {
    const std::int64_t start =
        (window.rows.first + i * window.rows.step) * window.width + window.cols.first;
    for (std::int64_t j = 0; j < window.cols.count; ++j) {
      const std::int64_t index = start + j * window.cols.step;
      visit(window.plane[index], index);
    }
  }
}

}  // namespace poolscope::cpu
