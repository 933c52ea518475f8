#pragma once

#include <span>
#include <vector>

#include "core/pooling/axis_windows.h"
#include "core/pooling/lowered_pool.h"

namespace poolscope {

/// A tap that a window reads: its value, where it lies in the plane (y*W + x), and its weight.
struct WindowTap {
  double value = 0.0;
  std::int64_t index = 0;
  double weight = 1.0;
};

/// Which window of which plane: plane n*C + c, output row and column.
struct WindowPlace {
  std::int64_t plane = 0, row = 0, col = 0;
};

/// Calls `visit` with each tap of a window that reads a cell, in row-major order; under
/// Border::reflect those outside read the mirrored cell.
template <class Visit>
void visit_taps(const LoweredPool& pool, const Tensor& input, const WindowPlace& place,
                Visit visit) {
  const PlaneWindows& windows = pool.windows(place.plane);
  const AxisWindow& row = windows.rows[static_cast<std::size_t>(place.row)];
  const AxisWindow& col = windows.cols[static_cast<std::size_t>(place.col)];
  const Shape& shape = input.shape();
  const auto plane = input.plane(place.plane);
  const bool mirrored = pool.border == Border::reflect;
  const TapRange rows = mirrored ? TapRange{0, row.count} : taps_inside(row, shape.h);
  const TapRange cols = mirrored ? TapRange{0, col.count} : taps_inside(col, shape.w);
  for (std::int64_t r = rows.first; r < rows.end; ++r) {
    const std::int64_t y = mirrored ? reflected(row.tap(r), shape.h) : row.tap(r);
    for (std::int64_t c = cols.first; c < cols.end; ++c) {
      const std::int64_t x = mirrored ? reflected(col.tap(c), shape.w) : col.tap(c);
      const std::int64_t index = y * shape.w + x;
      const double weight =
          pool.weights.empty() ? 1.0 : pool.weights[static_cast<std::size_t>(r * col.count + c)];
      visit(WindowTap{plane[static_cast<std::size_t>(index)], index, weight});
    }
  }
}

/// The taps that visit_taps goes through.
void read_window(const LoweredPool& pool, const Tensor& input, const WindowPlace& place,
                 std::vector<WindowTap>& taps);

/// What a power raises of a tap: at least `least`, and its magnitude where the pool takes that.
double power_base(const LoweredPool& pool, double value);

/// exp(scale * value) as a multiple of that of the largest tap, `top`; an infinite one has all.
double exponential(double value, double top, double scale);

/// Which of the taps a draw by `share`, in [0, 1), takes: each by its part of the sum of those
/// above 0. The number of taps where none is.
std::size_t drawn_tap(std::span<const WindowTap> taps, double share);

}  // namespace poolscope
