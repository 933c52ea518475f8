#pragma once

#include <algorithm>
#include <cstdint>

#include "core/pooling/lowered_pool.h"

namespace poolscope::cpu {

/// The taps of a window that lie inside [0, size): first, first + step, ... (count of them).
struct Taps {
  std::int64_t first, count, step;
};

inline Taps inside(const AxisWindow& window, std::int64_t size) {
  if (window.begin >= 0 && window.last() < size) return {window.begin, window.count, window.step};
  const std::int64_t skipped =
      window.begin < 0 ? (-window.begin + window.step - 1) / window.step : 0;
  const std::int64_t end = window.begin < size ? (size - 1 - window.begin) / window.step + 1 : 0;
  return {window.tap(skipped), std::max<std::int64_t>(std::min(end, window.count) - skipped, 0),
          window.step};
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
