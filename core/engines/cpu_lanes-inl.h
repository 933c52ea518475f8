// Included once for each instruction set (Highway's foreach_target), so the guard toggles.
#if defined(POOLSCOPE_CPU_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef POOLSCOPE_CPU_LANES_INL_H_
#undef POOLSCOPE_CPU_LANES_INL_H_
#else
#define POOLSCOPE_CPU_LANES_INL_H_
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// A set of lanes says what a tile's rows hold and how two overlapping or adjacent windows become
// one. Each has: T, D, State (one vector of cells), Line (where such cells lie in memory, kParts
// numbers a cell), kOverlap (whether a cell may be joined twice), load, load_pairs, store, join
// (the left operand's cells come first in row-major order), nothing (what a cell outside the input
// holds).

/// Writes the first `count` lanes, and no byte past them.
template <class D>
HWY_INLINE void store_first(D d, hn::Vec<D> v, hn::TFromD<D>* to, std::size_t count) {
  if (count >= hn::Lanes(d)) {
    hn::StoreU(v, d, to);
    return;
  }
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
  hn::BlendedStore(v, hn::FirstN(d, count), d, to);
#else
  HWY_ALIGN hn::TFromD<D> lanes[HWY_MAX_BYTES / sizeof(hn::TFromD<D>)];
  hn::Store(v, d, lanes);
  std::memcpy(to, lanes, count * sizeof(lanes[0]));
#endif
}

/// The larger (of `kMin`: the smaller) of two cells, the left one where they tie; with a NaN among
/// them the left one.
template <bool kMin, class D>
HWY_INLINE hn::Vec<D> extreme_of_numbers(D d, hn::Vec<D> a, hn::Vec<D> b) {
  (void)d;
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
  // x86 gives its second operand when the two are equal or unordered.
  return kMin ? hn::Min(b, a) : hn::Max(b, a);
#else
  return hn::IfThenElse(kMin ? hn::Lt(b, a) : hn::Gt(b, a), b, a);
#endif
}

/// Largest cells (of `kMin`: the smallest), by the left-biased and associative operator
/// (b > a or b is NaN) ? b : a. Without `kNans`, b must be a number: a NaN there gets lost.
template <bool kMin, bool kNans>
struct ExtremeLanes {
  using T = float;
  using D = hn::ScalableTag<float>;
  using State = hn::Vec<D>;
  using Line = float*;
  using ConstLine = const float*;
  static constexpr bool kOverlap = true;
  static constexpr bool kTakesNans = kNans;
  static constexpr std::int64_t kParts = 1;
  D d;

  static Line line_at(float* memory, std::int64_t) { return memory; }
  HWY_INLINE State load(ConstLine line, std::size_t x) const { return hn::LoadU(d, line + x); }
  HWY_INLINE void store(State s, Line line, std::size_t x) const { hn::StoreU(s, d, line + x); }
  HWY_INLINE void load_pairs(ConstLine line, std::size_t x, State& even, State& odd) const {
    hn::LoadInterleaved2(d, line + x, even, odd);
  }
  HWY_INLINE void load_threes(ConstLine line, std::size_t x, State& a, State& b, State& c) const {
    hn::LoadInterleaved3(d, line + x, a, b, c);
  }
  HWY_INLINE State join(State a, State b) const {
    const State number = extreme_of_numbers<kMin>(d, a, b);
    return kNans ? hn::IfThenElse(hn::IsNaN(b), b, number) : number;
  }
  HWY_INLINE State nothing() const { return hn::Set(d, nothing_cell()); }
  static float nothing_cell() {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    return kMin ? kInfinity : -kInfinity;
  }
  static void pick(Line to, std::size_t i, ConstLine from, std::size_t j) { to[i] = from[j]; }
};

/// Values with the index of the winner, -1 for none.
template <bool kMin>
struct ArgExtremeLanes {
  using T = float;
  using D = hn::ScalableTag<float>;
  using DI = hn::Rebind<std::int32_t, D>;
  struct State {
    hn::Vec<D> value;
    hn::Vec<DI> index;
  };
  struct Line {
    float* values;
    std::int32_t* indices;
  };
  using ConstLine = Line;
  static constexpr bool kOverlap = true;
  static constexpr std::int64_t kParts = 2;
  D d;
  DI di;

  static Line line_at(float* memory, std::int64_t length) {
    return {memory, reinterpret_cast<std::int32_t*>(memory + length)};
  }
  HWY_INLINE State load(Line line, std::size_t x) const {
    return {hn::LoadU(d, line.values + x), hn::LoadU(di, line.indices + x)};
  }
  HWY_INLINE void store(State s, Line line, std::size_t x) const {
    hn::StoreU(s.value, d, line.values + x);
    hn::StoreU(s.index, di, line.indices + x);
  }
  HWY_INLINE void load_pairs(ConstLine line, std::size_t x, State& even, State& odd) const {
    hn::LoadInterleaved2(d, line.values + x, even.value, odd.value);
    hn::LoadInterleaved2(di, line.indices + x, even.index, odd.index);
  }
  HWY_INLINE State join(State a, State b) const {
    const auto none = hn::RebindMask(d, hn::Lt(a.index, hn::Zero(di)));
    const auto beyond = kMin ? hn::Lt(b.value, a.value) : hn::Gt(b.value, a.value);
    const auto second = hn::Or(none, hn::Or(beyond, hn::IsNaN(b.value)));
    return {hn::IfThenElse(second, b.value, a.value),
            hn::IfThenElse(hn::RebindMask(di, second), b.index, a.index)};
  }
  HWY_INLINE State nothing() const {
    return {hn::Set(d, ExtremeLanes<kMin, true>::nothing_cell()), hn::Set(di, -1)};
  }
  static void pick(Line to, std::size_t i, ConstLine from, std::size_t j) {
    to.values[i] = from.values[j];
    to.indices[i] = from.indices[j];
  }
};

template <class Number>
struct SumLanes {
  using T = Number;
  using D = hn::ScalableTag<T>;
  using State = hn::Vec<D>;
  using Line = T*;
  using ConstLine = const T*;
  static constexpr bool kOverlap = false;
  static constexpr bool kTakesNans = true;
  static constexpr std::int64_t kParts = 1;
  D d;

  static T nothing_cell() { return T{0}; }
  static Line line_at(T* memory, std::int64_t) { return memory; }
  HWY_INLINE State load(ConstLine line, std::size_t x) const { return hn::LoadU(d, line + x); }
  HWY_INLINE void store(State s, Line line, std::size_t x) const { hn::StoreU(s, d, line + x); }
  HWY_INLINE void load_pairs(ConstLine line, std::size_t x, State& even, State& odd) const {
    hn::LoadInterleaved2(d, line + x, even, odd);
  }
  HWY_INLINE void load_threes(ConstLine line, std::size_t x, State& a, State& b, State& c) const {
    hn::LoadInterleaved3(d, line + x, a, b, c);
  }
  HWY_INLINE State join(State a, State b) const { return hn::Add(a, b); }
  HWY_INLINE State nothing() const { return hn::Zero(d); }
  static void pick(Line to, std::size_t i, ConstLine from, std::size_t j) { to[i] = from[j]; }
};

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#endif
