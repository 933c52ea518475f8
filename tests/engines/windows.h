#pragma once

#include <optional>
#include <vector>

#include "core/pooling/lowered_pool.h"

namespace poolscope {

/// One axis of a plain pool, for tests that need windows and no framework.
struct AxisSpec {
  std::int64_t kernel = 2, stride = 1, before = 0, after = 0, dilation = 1;
  bool ceil = false, count_padding = true;
};

/// The windows of that axis over n cells; empty where not one fits.
std::vector<AxisWindow> axis_windows(std::int64_t n, const AxisSpec& spec);

/// A pool with the same spec on both axes, or one for the rows and one for the columns.
LoweredPool pool_of(const Shape& input, const AxisSpec& spec, Reduction reduction);
LoweredPool pool_of(const Shape& input, const AxisSpec& rows, const AxisSpec& cols,
                    Reduction reduction);

/// A pool to `height` x `width` cells whose windows share the input out evenly and may overlap.
LoweredPool adaptive_pool(const Shape& input, std::int64_t height, std::int64_t width,
                          Reduction reduction);

}  // namespace poolscope
