#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/pooling/layer.h"

namespace poolscope {

/// Quotient rounded down, also where the dividend is negative. `divisor` is positive.
constexpr std::int64_t floor_div(std::int64_t dividend, std::int64_t divisor) {
  return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}

/// Quotient rounded up. `divisor` is positive.
constexpr std::int64_t ceil_div(std::int64_t dividend, std::int64_t divisor) {
  return -floor_div(-dividend, divisor);
}

/// A window that slides along one axis, with every padding rule resolved to cells.
struct SlidingAxis {
  std::int64_t size = 0;  ///< Of the input, in cells.
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t before = 0, after = 0;  ///< Padding, in cells.
  bool ceil = false;

  /// Cells from a window's first tap to its last.
  std::int64_t extent() const { return dilation * (kernel - 1) + 1; }
  /// What the stride divides: floor(span / stride) + 1 windows fit.
  std::int64_t span() const { return size + before + after - extent() + (ceil ? stride - 1 : 0); }
  /// Windows before the rule that the last one must start inside the input or the padding before
  /// it.
  std::int64_t undropped_outputs() const { return floor_div(span(), stride) + 1; }
  /// True when ceil_mode's last window would start in the padding after the input.
  bool drops_last() const { return ceil && (undropped_outputs() - 1) * stride >= size + before; }
  /// Number of windows; less than 1 when not even one fits.
  std::int64_t outputs() const { return undropped_outputs() - (drops_last() ? 1 : 0); }

  bool operator==(const SlidingAxis&) const = default;
};

struct SlidingAxes {
  SlidingAxis rows, cols;
};

/// The axes of a layer with a sliding window, its padding rule (auto_pad, Keras' padding) resolved.
/// The parameters are within their limits.
SlidingAxes sliding_axes(const Layer& layer, const Shape& input);

/// The axes of a layer whose windows slide by kernel, stride and padding; nothing for any other.
/// The parameters are within their limits.
std::optional<SlidingAxes> sliding_axes_of(const Layer& layer, const Shape& input);

/// Which taps a window's divisor counts.
enum class Counted {
  one,     ///< None: the divisor is 1.
  inside,  ///< Those in the input.
  padded,  ///< Those in the input or its padding; the ceil overhang beyond it does not count.
};

std::vector<AxisWindow> sliding_windows(const SlidingAxis& axis, Counted counted);

/// Window i is [floor(i*n/o), ceil((i+1)*n/o)) for an input of n cells and o outputs; o = 1 is the
/// whole axis.
std::vector<AxisWindow> adaptive_windows(std::int64_t size, std::int64_t outputs, Counted counted);

/// The taps of a window that lie in [0, size): those from `first` up to `end`.
struct TapRange {
  std::int64_t first = 0, end = 0;
};
TapRange taps_inside(const AxisWindow& window, std::int64_t size);

/// Windows that all have the same taps and move by the same stride: window i has the taps
/// begin + i * stride + t * step for t in [0, count).
struct EvenAxis {
  std::int64_t begin = 0, stride = 1, count = 1, step = 1, outputs = 1;

  /// Cells from a window's first tap to its last.
  std::int64_t extent() const { return step * (count - 1) + 1; }
  /// One past the last tap of the last window.
  std::int64_t end() const { return begin + stride * (outputs - 1) + extent(); }
};
/// The windows as even ones, or nothing; a single window has the stride 1.
std::optional<EvenAxis> even_axis(std::span<const AxisWindow> windows);

/// How many taps of a window lie in [low, high).
std::int64_t taps_between(const AxisWindow& window, std::int64_t low, std::int64_t high);

}  // namespace poolscope
