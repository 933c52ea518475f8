#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/engines/cpu_sliding.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/engines/cpu_mean.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After foreach_target.
#include "core/engines/cpu_divide-inl.h"
#include "core/engines/cpu_fill-inl.h"
#include "core/engines/cpu_sliding-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

/// Writes means; where the tile is to be mended, over those alone that are not finite.
class MeanSink {
 public:
  using V = hn::Vec<Doubles>;

  explicit MeanSink(const SlidingTile& tile)
      : tile_(tile), divide_(tile.divisors.rows, tile.divisors.cols, tile.cols.outputs) {}

  void begin_row(std::int64_t i) {
    row_ = tile_.values + i * tile_.pitch;
    divide_.begin_row(i);
  }

  HWY_INLINE void operator()(V sum, std::size_t x) const {
    const Doubles d;
    const V mean = divide_(sum, x);
    const std::size_t left = static_cast<std::size_t>(tile_.cols.outputs) - x;
    if (!tile_.mend) return store_floats(d, mean, row_ + x, left);
    float lanes[HWY_MAX_BYTES / sizeof(double)];
    store_floats(d, mean, lanes, hn::Lanes(d));
    for (std::size_t i = 0; i < std::min(left, hn::Lanes(d)); ++i) {
      if (!std::isfinite(row_[x + i])) row_[x + i] = lanes[i];
    }
  }

 private:
  const SlidingTile& tile_;
  Divide<double> divide_;
  float* row_ = nullptr;
};

/// Writes roots of scaled sums.
class RootSink {
 public:
  using V = hn::Vec<Doubles>;

  explicit RootSink(const SlidingTile& tile)
      : tile_(tile),
        divide_(tile.divisors.rows, tile.divisors.cols, tile.cols.outputs),
        exponent_(tile.pool->exponent) {}

  void begin_row(std::int64_t i) {
    row_ = tile_.values + i * tile_.pitch;
    divide_.begin_row(i);
  }

  HWY_INLINE void operator()(V sum, std::size_t x) const {
    const Doubles d;
    const V scaled = divide_(hn::Mul(sum, hn::Set(d, tile_.pool->gain)), x);
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

void MeanTile(const SlidingTile& tile) {
  MeanSink sink(tile);
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
HWY_EXPORT(PowerTile);

void mean_tile(const SlidingTile& tile) { HWY_DYNAMIC_DISPATCH(MeanTile)(tile); }
void power_tile(const SlidingTile& tile) { HWY_DYNAMIC_DISPATCH(PowerTile)(tile); }

}  // namespace poolscope::cpu
#endif
