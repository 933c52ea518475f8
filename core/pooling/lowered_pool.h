#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/tensor.h"

namespace poolscope {

/// The taps of one window along one axis: begin, begin+step, ... (count of them), in input
/// coordinates, which may lie outside [0, n).
struct AxisWindow {
  std::int64_t begin = 0;
  std::int64_t count = 1;
  std::int64_t step = 1;
  /// How many taps this axis counts in a mean: the mean's divisor is rows[i].divisor *
  /// cols[j].divisor, unless the pool overrides it.
  std::int64_t divisor = 1;

  std::int64_t tap(std::int64_t k) const { return begin + k * step; }
  std::int64_t last() const { return tap(count - 1); }
  bool operator==(const AxisWindow&) const = default;
};

/// Output cell (i, j) reduces the taps rows[i] x cols[j].
struct PlaneWindows {
  std::vector<AxisWindow> rows, cols;

  bool operator==(const PlaneWindows&) const = default;
};

/// What a tap outside the input means.
enum class Border {
  skip,  ///< Not part of the window: it never wins.
  zero,  ///< Adds 0 to a sum.
};

enum class Reduction {
  max,    ///< NaN wins, the last NaN of several; a tie goes to the first tap. No tap: -inf.
  mean,   ///< Sum of the taps inside / divisor. Divisor 0 gives NaN.
  power,  ///< (gain * sum of x^exponent / divisor)^(1/exponent), |x| when `magnitude`.
};

/// A pooling layer as every engine sees it: two lists of windows and a reduction.
/// Source: design/semantics.md.
struct LoweredPool {
  /// One for all planes, or one per (n, c) in that order.
  std::vector<PlaneWindows> planes;
  Reduction reduction = Reduction::max;
  Border border = Border::skip;
  /// Replaces the product of the axis divisors; never 0.
  std::optional<std::int64_t> divisor_override = {};
  double exponent = 2.0;
  double gain = 1.0;
  bool magnitude = false;

  const PlaneWindows& windows(std::int64_t plane) const {
    return planes.size() == 1 ? planes.front() : planes[static_cast<std::size_t>(plane)];
  }
  Shape output_shape(const Shape& input) const {
    return {input.n, input.c, static_cast<std::int64_t>(planes.front().rows.size()),
            static_cast<std::int64_t>(planes.front().cols.size())};
  }
  bool has_winners() const { return reduction == Reduction::max; }
  std::int64_t divisor(const AxisWindow& row, const AxisWindow& col) const {
    return divisor_override.value_or(row.divisor * col.divisor);
  }
  bool operator==(const LoweredPool&) const = default;
};

}  // namespace poolscope
