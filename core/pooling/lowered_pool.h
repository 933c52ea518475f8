#pragma once

#include <cstdint>
#include <initializer_list>
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
  skip,     ///< Not part of the window: it never wins.
  zero,     ///< Adds 0 to a sum.
  reflect,  ///< Reads the cell mirrored at the first or last one, which is not repeated.
};

/// What a window's taps become; x stands for those inside, in row-major order. A NaN among them
/// gives NaN.
enum class Reduction {
  max,          ///< The last NaN wins; a tie goes to the first tap. No tap: -inf.
  min,          ///< As max, the other way round. No tap: +inf.
  median,       ///< The lower one of an even count, at its first tap; the last NaN wins.
  mean,         ///< sum x / divisor. Divisor 0 gives NaN.
  power,        ///< (gain * sum x^exponent / divisor)^(1/exponent), |x| when `magnitude`.
  mixed,        ///< alpha * max + (1 - alpha) * mean.
  stochastic,   ///< sum p x with p = x / sum x, negative x as 0; `sampled`: the x drawn by p.
  softmax,      ///< sum w x / sum w with w = exp(scale * x). Infinities: the largest x.
  log_sum_exp,  ///< log(sum exp(scale * x)) / scale.
  weighted,     ///< sum w x with the `weights`.
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
  /// Of a power: taps below it are raised to it first (the eps of GeM); NaN stays NaN.
  std::optional<double> least = {};
  double alpha = 0.5;  ///< Of a mixed pool: the share of the maximum, from 0 to 1.
  double scale = 1.0;  ///< Of softmax and log_sum_exp: beta, or 1 / temperature.
  bool sampled = false;
  std::uint64_t seed = 0;  ///< Of sampled draws, with the window's place (see `origin`).
  /// Where plane, row and column 0 of the input lie in the one that sampled draws count over; an
  /// engine that is given a part of the input draws as for the whole.
  struct Origin {
    std::int64_t plane = 0, row = 0, col = 0;
    bool operator==(const Origin&) const = default;
  } origin = {};
  /// Of a weighted sum: one a tap, row-major over the window, the same for every window and plane.
  std::vector<float> weights = {};

  const PlaneWindows& windows(std::int64_t plane) const {
    return planes.size() == 1 ? planes.front() : planes[static_cast<std::size_t>(plane)];
  }
  Shape output_shape(const Shape& input) const {
    return {input.n, input.c, static_cast<std::int64_t>(planes.front().rows.size()),
            static_cast<std::int64_t>(planes.front().cols.size())};
  }
  bool has_winners() const {
    return reduction == Reduction::max || reduction == Reduction::min ||
           reduction == Reduction::median;
  }
  std::int64_t divisor(const AxisWindow& row, const AxisWindow& col) const {
    return divisor_override.value_or(row.divisor * col.divisor);
  }
  bool operator==(const LoweredPool&) const = default;
};

/// The number in [0, 1) that decides what the window of `row` and `col` draws: a hash of the seed
/// and of the window's place, the same in every engine and for any part of the input.
/// Source: the finaliser of SplitMix64 (Steele, Lea and Flood 2014), once a word.
double sampled_number(const LoweredPool& pool, std::int64_t plane, const AxisWindow& row,
                      const AxisWindow& col);

/// A hash of `words` as a number in [0, 1), of 24 bits.
double hashed_number(std::initializer_list<std::uint64_t> words);

/// The cell that a tap outside [0, size) reads under Border::reflect; size is more than the tap's
/// distance from the axis.
constexpr std::int64_t reflected(std::int64_t tap, std::int64_t size) {
  if (tap < 0) return -tap;
  return tap < size ? tap : 2 * (size - 1) - tap;
}

}  // namespace poolscope
