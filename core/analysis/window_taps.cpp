#include "core/analysis/window_taps.h"

#include "core/pooling/axis_windows.h"

namespace poolscope {

void read_window(const LoweredPool& pool, const Tensor& input, const WindowPlace& place,
                 std::vector<WindowTap>& taps) {
  const PlaneWindows& windows = pool.windows(place.plane);
  const AxisWindow& row = windows.rows[static_cast<std::size_t>(place.row)];
  const AxisWindow& col = windows.cols[static_cast<std::size_t>(place.col)];
  const Shape& shape = input.shape();
  const auto plane = input.plane(place.plane);
  const bool mirrored = pool.border == Border::reflect;
  const TapRange rows = mirrored ? TapRange{0, row.count} : taps_inside(row, shape.h);
  const TapRange cols = mirrored ? TapRange{0, col.count} : taps_inside(col, shape.w);
  taps.clear();
  for (std::int64_t r = rows.first; r < rows.end; ++r) {
    const std::int64_t y = mirrored ? reflected(row.tap(r), shape.h) : row.tap(r);
    for (std::int64_t c = cols.first; c < cols.end; ++c) {
      const std::int64_t x = mirrored ? reflected(col.tap(c), shape.w) : col.tap(c);
      const std::int64_t index = y * shape.w + x;
      const double weight =
          pool.weights.empty() ? 1.0 : pool.weights[static_cast<std::size_t>(r * col.count + c)];
      taps.push_back({plane[static_cast<std::size_t>(index)], index, weight});
    }
  }
}

}  // namespace poolscope
