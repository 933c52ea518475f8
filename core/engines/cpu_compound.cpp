#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/base/check.h"
#include "core/engines/cpu_sliding.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/engines/cpu_compound.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After foreach_target.
#include "core/engines/cpu_divide-inl.h"
#include "core/engines/cpu_sliding-inl.h"
#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

// Reductions that are made of several numbers a window, each of which slides.

/// Lanes of `kNumbers` doubles a cell, each in a line of its own. Those that derive from it have:
/// cell(x), what a tap of value x holds; nothing_cell(); join; result, what a window becomes.
template <std::size_t kNumbers>
struct NumberLanes {
  using T = double;
  using D = Doubles;
  using V = hn::Vec<D>;
  using State = std::array<V, kNumbers>;
  using Line = std::array<double*, kNumbers>;
  using ConstLine = Line;
  using Numbers = std::array<double, kNumbers>;
  static constexpr bool kOverlap = false;
  static constexpr std::int64_t kParts = kNumbers;
  D d{};

  static Line line_at(double* memory, std::int64_t length) {
    Line line;
    for (std::size_t n = 0; n < kNumbers; ++n)
      line[n] = memory + static_cast<std::int64_t>(n) * length;
    return line;
  }
  HWY_INLINE State load(const Line& line, std::size_t x) const {
    State state;
    for (std::size_t n = 0; n < kNumbers; ++n) state[n] = hn::LoadU(d, line[n] + x);
    return state;
  }
  HWY_INLINE void store(const State& state, const Line& line, std::size_t x) const {
    for (std::size_t n = 0; n < kNumbers; ++n) hn::StoreU(state[n], d, line[n] + x);
  }
  HWY_INLINE void load_pairs(const Line& line, std::size_t x, State& even, State& odd) const {
    for (std::size_t n = 0; n < kNumbers; ++n)
      hn::LoadInterleaved2(d, line[n] + x, even[n], odd[n]);
  }
  HWY_INLINE State set(const Numbers& numbers) const {
    State state;
    for (std::size_t n = 0; n < kNumbers; ++n) state[n] = hn::Set(d, numbers[n]);
    return state;
  }
  static void pick(const Line& to, std::size_t i, const Line& from, std::size_t j) {
    for (std::size_t n = 0; n < kNumbers; ++n) to[n][i] = from[n][j];
  }
};

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The maximum and the sum; a NaN lives on in the sum.
struct MixedLanes : NumberLanes<2> {
  double alpha;

  explicit MixedLanes(const LoweredPool& pool) : alpha(pool.alpha) {}
  static Numbers cell(double x) { return {std::isnan(x) ? -kInfinity : x, x}; }
  static Numbers nothing_cell() { return {-kInfinity, 0.0}; }
  HWY_INLINE State nothing() const { return set(nothing_cell()); }
  HWY_INLINE State join(const State& a, const State& b) const {
    return {hn::Max(a[0], b[0]), hn::Add(a[1], b[1])};
  }
  HWY_INLINE V result(const State& window, const Divide<double>& divide, std::size_t x) const {
    const V mean = divide(window[1], x);
    if (alpha == 0.0) return mean;
    // A share of nothing of an infinity is no number, so the ends are taken as they are.
    const V mixed = alpha == 1.0 ? window[0]
                                 : hn::Add(hn::Mul(hn::Set(d, alpha), window[0]),
                                           hn::Mul(hn::Set(d, 1.0 - alpha), mean));
    return hn::IfThenElse(hn::IsNaN(mean), mean, mixed);
  }
};

/// Sums of the positive cells and of their squares.
struct StochasticLanes : NumberLanes<2> {
  explicit StochasticLanes(const LoweredPool&) {}
  static Numbers cell(double x) {
    const double positive = x < 0.0 ? 0.0 : x;
    return {positive, positive * positive};
  }
  static Numbers nothing_cell() { return {0.0, 0.0}; }
  HWY_INLINE State nothing() const { return set(nothing_cell()); }
  HWY_INLINE State join(const State& a, const State& b) const {
    return {hn::Add(a[0], b[0]), hn::Add(a[1], b[1])};
  }
  HWY_INLINE V result(const State& window, const Divide<double>&, std::size_t) const {
    const V zero = hn::Zero(d);
    return hn::IfThenElse(hn::Eq(window[0], zero), zero, hn::Div(window[1], window[0]));
  }
};

/// The maximum, the sum of the weights exp(scale * (x - maximum)), and the sum of the weighted
/// distances x - maximum. Two windows become one by weights relative to the larger maximum, so that
/// none overflows; a NaN lives on in the weights.
/// Source: Milakov and Gimelshein 2018 (Online normalizer calculation for softmax), theorem 1.
template <bool kLogSum>
struct ExponentialLanes : NumberLanes<3> {
  double scale;

  explicit ExponentialLanes(const LoweredPool& pool) : scale(pool.scale) {}
  static Numbers cell(double x) {
    return std::isnan(x) ? Numbers{-kInfinity, kNan, 0.0} : Numbers{x, 1.0, 0.0};
  }
  static Numbers nothing_cell() { return {-kInfinity, 0.0, 0.0}; }
  HWY_INLINE State nothing() const { return set(nothing_cell()); }

  HWY_INLINE State join(const State& a, const State& b) const {
    const auto a_leads = hn::Ge(a[0], b[0]);
    const auto choose = [&](std::size_t n, bool leader) HWY_ATTR {
      return leader ? hn::IfThenElse(a_leads, a[n], b[n]) : hn::IfThenElse(a_leads, b[n], a[n]);
    };
    const V top = choose(0, true), low = choose(0, false), weight = choose(1, false);
    // Infinities of one sign are no distance apart.
    const V apart = hn::IfThenZeroElse(hn::Eq(top, low), hn::Sub(low, top));
    const V factor = hn::CallExp(d, hn::Mul(hn::Set(d, scale), apart));
    const V weights = hn::Add(choose(1, true), hn::Mul(factor, weight));
    if constexpr (kLogSum) return {top, weights, hn::Zero(d)};
    const V moved = hn::Add(choose(2, false), hn::Mul(weight, apart));
    // What is infinitely far away has no weight.
    const V distances = hn::IfThenElseZero(hn::Gt(factor, hn::Zero(d)), hn::Mul(factor, moved));
    return {top, weights, hn::Add(choose(2, true), distances)};
  }

  HWY_INLINE V result(const State& window, const Divide<double>&, std::size_t) const {
    const V top = window[0], weights = window[1];
    const V beside =
        kLogSum ? hn::Div(hn::CallLog(d, weights), hn::Set(d, scale)) : hn::Div(window[2], weights);
    const V value =
        hn::IfThenElse(hn::Eq(hn::Abs(top), hn::Set(d, kInfinity)), top, hn::Add(top, beside));
    const V odd = hn::IfThenElse(hn::IsNaN(weights), weights, value);
    if constexpr (kLogSum) return odd;
    return hn::IfThenElse(hn::Eq(weights, hn::Zero(d)), hn::Set(d, kNan), odd);
  }
};

/// Gives rows of the input as the numbers of its cells.
template <class Lanes>
class NumbersFill {
 public:
  explicit NumbersFill(const SlidingTile& tile)
      : tile_(tile), cells_(even_feed(tile.cols), tile.width) {}

  typename Lanes::Line operator()(std::int64_t y, const typename Lanes::Line& line) const {
    const float* const row = tile_.plane + y * tile_.width + cells_.begin;
    for (std::int64_t f = 0; f < cells_.count; ++f) {
      const bool inside = f >= cells_.first && f < cells_.end;
      const auto numbers =
          inside ? Lanes::cell(double{row[f * cells_.step]}) : Lanes::nothing_cell();
      for (std::size_t n = 0; n < numbers.size(); ++n) line[n][f] = numbers[n];
    }
    return line;
  }

 private:
  const SlidingTile& tile_;
  cpu::LineCells cells_;
};

template <class Lanes>
class NumbersSink {
 public:
  NumbersSink(const Lanes& lanes, const SlidingTile& tile)
      : lanes_(lanes),
        tile_(tile),
        divide_(tile.divisors.rows, tile.divisors.cols, tile.cols.outputs) {}

  void begin_row(std::int64_t i) {
    row_ = tile_.values + i * tile_.pitch;
    divide_.begin_row(i);
  }
  HWY_INLINE void operator()(const typename Lanes::State& window, std::size_t x) const {
    store_floats(lanes_.d, lanes_.result(window, divide_, x), row_ + x,
                 static_cast<std::size_t>(tile_.cols.outputs) - x);
  }

 private:
  const Lanes& lanes_;
  const SlidingTile& tile_;
  Divide<double> divide_;
  float* row_ = nullptr;
};

template <class Lanes>
void compound_with(const SlidingTile& tile) {
  const Lanes lanes(*tile.pool);
  NumbersSink<Lanes> sink(lanes, tile);
  run_tile(tile, lanes, NumbersFill<Lanes>(tile), sink);
}

void CompoundTile(const SlidingTile& tile) {
  switch (tile.pool->reduction) {
    case Reduction::mixed:
      return compound_with<MixedLanes>(tile);
    case Reduction::stochastic:
      return compound_with<StochasticLanes>(tile);
    case Reduction::softmax:
      return compound_with<ExponentialLanes<false>>(tile);
    case Reduction::log_sum_exp:
      return compound_with<ExponentialLanes<true>>(tile);
    default:
      POOLSCOPE_CHECK(false);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace poolscope::cpu {

HWY_EXPORT(CompoundTile);

void compound_tile(const SlidingTile& tile) { HWY_DYNAMIC_DISPATCH(CompoundTile)(tile); }

}  // namespace poolscope::cpu
#endif
