#include "core/analysis/window_taps.h"

namespace poolscope {

void read_window(const LoweredPool& pool, const Tensor& input, const WindowPlace& place,
                 std::vector<WindowTap>& taps) {
  const PlaneWindows& windows = pool.windows(place.plane);
  const AxisWindow& row = windows.rows[static_cast<std::size_t>(place.row)];
  const AxisWindow& col = windows.cols[static_cast<std::size_t>(place.col)];
  const Shape& shape = input.shape();
  const auto plane = input.plane(place.plane);
  const bool mirrored = pool.border == Border::reflect;
  taps.clear();
  for (std::int64_t r = 0; r < row.count; ++r) {
    const std::int64_t y = mirrored ? reflected(row.tap(r), shape.h) : row.tap(r);
    if (y < 0 || y >= shape.h) continue;
    for (std::int64_t c = 0; c < col.count; ++c) {
      const std::int64_t x = mirrored ? reflected(col.tap(c), shape.w) : col.tap(c);
      if (x < 0 || x >= shape.w) continue;
      const std::int64_t index = y * shape.w + x;
      const double weight =
          pool.weights.empty() ? 1.0 : pool.weights[static_cast<std::size_t>(r * col.count + c)];
      taps.push_back({plane[static_cast<std::size_t>(index)], index, weight});
    }
  }
}

}  // namespace poolscope
