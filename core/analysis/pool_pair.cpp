#include "core/analysis/pool_pair.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolscope {
namespace {

bool same_taps(const AxisWindow& a, const AxisWindow& b, std::int64_t size) {
  const TapRange in_a = taps_inside(a, size), in_b = taps_inside(b, size);
  const std::int64_t count = in_a.end - in_a.first;
  if (count != in_b.end - in_b.first) return false;
  if (count <= 0) return true;
  return a.tap(in_a.first) == b.tap(in_b.first) && (count == 1 || a.step == b.step);
}

std::vector<std::uint8_t> same_taps(const std::vector<AxisWindow>& a,
                                    const std::vector<AxisWindow>& b, std::int64_t size) {
  std::vector<std::uint8_t> same(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) same[i] = same_taps(a[i], b[i], size) ? 1 : 0;
  return same;
}

bool divides(const LoweredPool& pool) {
  return pool.reduction == Reduction::mean || pool.reduction == Reduction::power ||
         pool.reduction == Reduction::mixed;
}

/// Whether |x| and x have the same power.
bool is_even(double exponent) { return std::fmod(exponent, 2.0) == 0.0; }

/// What a pool does with its taps, windows and divisors aside.
bool same_formula(const LoweredPool& a, const LoweredPool& b) {
  // A tap outside adds nothing to a sum that is left out of it elsewhere.
  const bool reflects = a.border == Border::reflect;
  const bool same_sign = a.magnitude == b.magnitude || is_even(a.exponent);
  return a.reduction == b.reduction && reflects == (b.border == Border::reflect) &&
         a.exponent == b.exponent && same_sign && a.least == b.least && a.alpha == b.alpha &&
         a.scale == b.scale && a.sampled == b.sampled && a.seed == b.seed && a.origin == b.origin &&
         a.weights == b.weights;
}

}  // namespace

PoolPair::PoolPair(LoweredPool a, LoweredPool b, const Shape& input)
    : a_(std::move(a)), b_(std::move(b)) {
  const PlaneWindows &in_a = a_.planes.front(), &in_b = b_.planes.front();
  same_shape_ = in_a.rows.size() == in_b.rows.size() && in_a.cols.size() == in_b.cols.size();
  // Windows that differ from plane to plane are one framework's alone.
  const bool same_planes = a_.planes.size() == 1 ? b_.planes.size() == 1 : a_.planes == b_.planes;
  same_formula_ = same_planes && same_formula(a_, b_);
  if (!same_shape_) return;
  row_taps_ = same_taps(in_a.rows, in_b.rows, input.h);
  col_taps_ = same_taps(in_a.cols, in_b.cols, input.w);
}

bool PoolPair::same_divisor(std::int64_t row, std::int64_t col) const {
  if (!divides(a_)) return true;
  const auto divisor = [&](const LoweredPool& pool) {
    const PlaneWindows& windows = pool.planes.front();
    return static_cast<double>(pool.divisor(windows.rows[static_cast<std::size_t>(row)],
                                            windows.cols[static_cast<std::size_t>(col)]));
  };
  return a_.gain * divisor(b_) == b_.gain * divisor(a_);
}

std::optional<Cause> PoolPair::cause(std::int64_t row, std::int64_t col) const {
  if (!row_taps_[static_cast<std::size_t>(row)] || !col_taps_[static_cast<std::size_t>(col)]) {
    return Cause::taps;
  }
  if (!same_formula_) return Cause::formula;
  return same_divisor(row, col) ? std::nullopt : std::optional(Cause::divisor);
}

bool PoolPair::equivalent() const {
  const auto all = [](const std::vector<std::uint8_t>& same) {
    return std::ranges::all_of(same, [](std::uint8_t one) { return one != 0; });
  };
  if (!same_shape_ || !same_formula_ || !all(row_taps_) || !all(col_taps_)) return false;
  const auto rows = static_cast<std::int64_t>(row_taps_.size());
  const auto cols = static_cast<std::int64_t>(col_taps_.size());
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t col = 0; col < cols; ++col) {
      if (!same_divisor(row, col)) return false;
    }
  }
  return true;
}

CellTaps taps_of(const LoweredPool& pool, const Shape& input, std::int64_t row, std::int64_t col) {
  const PlaneWindows& windows = pool.planes.front();
  const auto inside = [](const AxisWindow& window, std::int64_t size) {
    const TapRange range = taps_inside(window, size);
    return TapRange{range.first, std::max(range.first, range.end)};
  };
  return {inside(windows.rows[static_cast<std::size_t>(row)], input.h),
          inside(windows.cols[static_cast<std::size_t>(col)], input.w)};
}

}  // namespace poolscope
