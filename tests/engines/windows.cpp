#include "tests/engines/windows.h"

#include <algorithm>

namespace poolscope {

std::vector<AxisWindow> axis_windows(std::int64_t n, const AxisSpec& spec) {
  const std::int64_t extent = spec.dilation * (spec.kernel - 1) + 1;
  const std::int64_t room = n + spec.before + spec.after - extent;
  if (room < 0) return {};
  std::int64_t outputs = (room + (spec.ceil ? spec.stride - 1 : 0)) / spec.stride + 1;
  if (spec.ceil && (outputs - 1) * spec.stride >= n + spec.before) --outputs;
  std::vector<AxisWindow> windows;
  for (std::int64_t i = 0; i < outputs; ++i) {
    AxisWindow window{i * spec.stride - spec.before, spec.kernel, spec.dilation, 0};
    for (std::int64_t k = 0; k < spec.kernel; ++k) {
      const std::int64_t tap = window.tap(k);
      const bool inside = tap >= 0 && tap < n;
      const bool padding = tap >= -spec.before && tap < n + spec.after;
      window.divisor += inside || (spec.count_padding && padding) ? 1 : 0;
    }
    windows.push_back(window);
  }
  return windows;
}

LoweredPool pool_of(const Shape& input, const AxisSpec& spec, Reduction reduction) {
  return pool_of(input, spec, spec, reduction);
}

LoweredPool pool_of(const Shape& input, const AxisSpec& rows, const AxisSpec& cols,
                    Reduction reduction) {
  LoweredPool pool;
  pool.planes = {{axis_windows(input.h, rows), axis_windows(input.w, cols)}};
  pool.reduction = reduction;
  return pool;
}

LoweredPool adaptive_pool(const Shape& input, std::int64_t height, std::int64_t width,
                          Reduction reduction) {
  const auto windows = [](std::int64_t n, std::int64_t outputs) {
    std::vector<AxisWindow> axis;
    for (std::int64_t i = 0; i < outputs; ++i) {
      const std::int64_t begin = i * n / outputs;
      const std::int64_t count = ((i + 1) * n + outputs - 1) / outputs - begin;
      axis.push_back({begin, count, 1, count});
    }
    return axis;
  };
  LoweredPool pool;
  pool.planes = {{windows(input.h, height), windows(input.w, width)}};
  pool.reduction = reduction;
  return pool;
}

}  // namespace poolscope
