#pragma once

#include <vector>

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

/// The taps of a window that read a cell, in row-major order; under Border::reflect those outside
/// read the mirrored cell.
void read_window(const LoweredPool& pool, const Tensor& input, const WindowPlace& place,
                 std::vector<WindowTap>& taps);

}  // namespace poolscope
