#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/engines/cpu_sliding.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/engines/cpu_mean.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After foreach_target.
#include "core/engines/cpu_blocks-inl.h"
#include "core/engines/cpu_fill-inl.h"
#include "core/engines/cpu_sliding-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

using Doubles = hn::ScalableTag<double>;
/// As many floats as there are doubles in a vector.
using HalfFloats = hn::Rebind<float, Doubles>;

HWY_INLINE hn::Vec<hn::ScalableTag<float>> load_as(hn::ScalableTag<float> d, const float* from) {
  return hn::LoadU(d, from);
}
HWY_INLINE hn::Vec<Doubles> load_as(Doubles d, const double* from) { return hn::LoadU(d, from); }

HWY_INLINE void store_floats(hn::ScalableTag<float> d, hn::Vec<hn::ScalableTag<float>> v, float* to,
                             std::size_t count) {
  store_first(d, v, to, count);
}
HWY_INLINE void store_floats(Doubles d, hn::Vec<Doubles> v, float* to, std::size_t count) {
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
  // Highway's own conversion keeps to finite numbers there.
  for (std::size_t i = 0; i < std::min(count, hn::Lanes(d)); ++i) {
    to[i] = static_cast<float>(hn::ExtractLane(v, i));
  }
#else
  (void)d;
  store_first(HalfFloats(), hn::DemoteTo(HalfFloats(), v), to, count);
#endif
}

/// Divides a tile's sums by its divisors.
template <class T>
class Divide {
 public:
  using D = hn::ScalableTag<T>;
  using V = hn::Vec<D>;

  Divide(const SlidingTile& tile, const T* cols) : rows_(tile.divisors.rows), cols_(cols) {
    for (std::int64_t j = 1; j < tile.cols.outputs; ++j) uniform_ &= cols[j] == cols[0];
  }

  void begin_row(std::int64_t i) {
    row_ = static_cast<T>(rows_[i]);
    // Division by a power of two is exact as a multiplication, which is quicker.
    const T all = row_ * cols_[0];
    int exponent = 0;
    exact_ = uniform_ && all > 0 && std::frexp(all, &exponent) == T{0.5} && all <= T{1 << 30};
    inverse_ = exact_ ? T{1} / all : T{0};
  }

  HWY_INLINE V operator()(D d, V sum, std::size_t x) const {
    if (exact_) return hn::Mul(sum, hn::Set(d, inverse_));
    if (uniform_) return hn::Div(sum, hn::Set(d, row_ * cols_[0]));
    return hn::Div(sum, hn::Mul(hn::Set(d, row_), load_as(d, cols_ + x)));
  }

 private:
  const double* rows_;
  const T* cols_;
  bool uniform_ = true, exact_ = false;
  T row_ = 1, inverse_ = 0;
};

/// Writes means; all_finite() tells whether each of them is a finite number.
template <class T>
class MeanSink {
 public:
  using D = hn::ScalableTag<T>;
  using V = hn::Vec<D>;

  MeanSink(const SlidingTile& tile, const T* cols)
      : tile_(tile), divide_(tile, cols), odd_(hn::Zero(D())) {}

  void begin_row(std::int64_t i) {
    row_ = tile_.values + i * tile_.pitch;
    divide_.begin_row(i);
  }

  HWY_INLINE void operator()(V sum, std::size_t x) {
    const D d;
    const std::size_t left = static_cast<std::size_t>(tile_.cols.outputs) - x;
    const V mean = divide_(d, sum, x);
    // 0 where the mean is finite, NaN elsewhere.
    const V zero = hn::Mul(mean, hn::Zero(d));
    odd_ =
        hn::Add(odd_, left < hn::Lanes(d) ? hn::IfThenElseZero(hn::FirstN(d, left), zero) : zero);
    store_floats(d, mean, row_ + x, left);
  }

  bool all_finite() const { return hn::AllFalse(D(), hn::IsNaN(odd_)); }

 private:
  const SlidingTile& tile_;
  Divide<T> divide_;
  V odd_;
  float* row_ = nullptr;
};

/// Writes roots of scaled sums.
class RootSink {
 public:
  using V = hn::Vec<Doubles>;

  explicit RootSink(const SlidingTile& tile)
      : tile_(tile), divide_(tile, tile.divisors.cols), exponent_(tile.pool->exponent) {}

  void begin_row(std::int64_t i) {
    row_ = tile_.values + i * tile_.pitch;
    divide_.begin_row(i);
  }

  HWY_INLINE void operator()(V sum, std::size_t x) const {
    const Doubles d;
    const V scaled = divide_(d, hn::Mul(sum, hn::Set(d, tile_.pool->gain)), x);
    store_floats(d, root(scaled), row_ + x, static_cast<std::size_t>(tile_.cols.outputs) - x);
  }

 private:
  HWY_INLINE V root(V scaled) const {
    if (exponent_ == 1.0) return scaled;
    if (exponent_ == 2.0) return hn::Sqrt(scaled);
    const Doubles d;
    HWY_ALIGN double lanes[HWY_MAX_BYTES / sizeof(double)];
    hn::Store(scaled, d, lanes);
    for (std::size_t i = 0; i < hn::Lanes(d); ++i) lanes[i] = std::pow(lanes[i], 1.0 / exponent_);
    return hn::Load(d, lanes);
  }

  const SlidingTile& tile_;
  Divide<double> divide_;
  double exponent_;
  float* row_ = nullptr;
};

/// Gives rows of the input as doubles, each cell passed through `map`.
template <class Map>
class DoubleFill {
 public:
  DoubleFill(const SlidingTile& tile, Map map)
      : tile_(tile), cells_(even_feed(tile.cols), tile.width), map_(map) {}

  const double* operator()(std::int64_t y, double* line) const {
    const float* row = tile_.plane + y * tile_.width + cells_.begin;
    std::fill_n(line, cells_.first, 0.0);
    for (std::int64_t f = cells_.first; f < cells_.end; ++f) {
      line[f] = map_(double{row[f * cells_.step]});
    }
    std::fill(line + cells_.end, line + cells_.count, 0.0);
    return line;
  }

 private:
  const SlidingTile& tile_;
  LineCells cells_;
  Map map_;
};

bool MeanTile(const SlidingTile& tile) {
  const SumLanes<float> lanes{};
  MeanSink<float> sink(tile, tile.divisors.rounded_cols);
  if (fits_blocks(tile)) {
    run_blocks(tile, lanes, sink);
  } else {
    run_tile(tile, lanes, FloatFill<SumLanes<float>>(lanes, tile), sink);
  }
  return sink.all_finite();
}

void ExactMeanTile(const SlidingTile& tile) {
  MeanSink<double> sink(tile, tile.divisors.cols);
  const auto same = [](double x) { return x; };
  run_tile(tile, SumLanes<double>{}, DoubleFill<decltype(same)>(tile, same), sink);
}

template <class Map>
void power_with(const SlidingTile& tile, Map map) {
  RootSink sink(tile);
  run_tile(tile, SumLanes<double>{}, DoubleFill<Map>(tile, map), sink);
}

/// Raises small taps first, where the pool asks for it; NaN stays NaN.
template <class Map>
void raised_power_with(const SlidingTile& tile, Map map) {
  if (!tile.pool->least) return power_with(tile, map);
  const double least = *tile.pool->least;
  power_with(tile, [least, map](double x) { return map(x < least ? least : x); });
}

void PowerTile(const SlidingTile& tile) {
  const double exponent = tile.pool->exponent;
  const bool magnitude = tile.pool->magnitude;
  if (exponent == 2.0) {
    raised_power_with(tile, [](double x) { return x * x; });
  } else if (exponent == 1.0 && !magnitude) {
    raised_power_with(tile, [](double x) { return x; });
  } else if (exponent == 3.0 && !magnitude) {
    raised_power_with(tile, [](double x) { return x * x * x; });
  } else if (magnitude) {
    raised_power_with(tile, [exponent](double x) { return std::pow(std::abs(x), exponent); });
  } else {
    raised_power_with(tile, [exponent](double x) { return std::pow(x, exponent); });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace poolscope::cpu {

HWY_EXPORT(MeanTile);
HWY_EXPORT(ExactMeanTile);
HWY_EXPORT(PowerTile);

bool mean_tile(const SlidingTile& tile) { return HWY_DYNAMIC_DISPATCH(MeanTile)(tile); }
void exact_mean_tile(const SlidingTile& tile) { HWY_DYNAMIC_DISPATCH(ExactMeanTile)(tile); }
void power_tile(const SlidingTile& tile) { HWY_DYNAMIC_DISPATCH(PowerTile)(tile); }

}  // namespace poolscope::cpu
#endif
