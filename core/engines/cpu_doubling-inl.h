// Included once for each instruction set (Highway's foreach_target), so the guard toggles.
#if defined(POOLSCOPE_CPU_DOUBLING_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef POOLSCOPE_CPU_DOUBLING_INL_H_
#undef POOLSCOPE_CPU_DOUBLING_INL_H_
#else
#define POOLSCOPE_CPU_DOUBLING_INL_H_
#endif

#include <cstdint>
#include <type_traits>

#include "core/base/check.h"
#include "core/engines/cpu_join-inl.h"
#include "core/engines/cpu_lanes-inl.h"
#include "core/engines/cpu_line.h"
#include "core/engines/cpu_sliding.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3

/// Whether a line's windows may be made within registers.
inline constexpr bool kDoubles = true;

using CellVector = hn::Vec<hn::ScalableTag<float>>;

/// The cells `kCells` behind those of `a`, where `next` follows it.
template <int kCells>
HWY_INLINE CellVector cells_behind(CellVector a, CellVector next) {
  return CellVector{_mm512_castsi512_ps(
      _mm512_alignr_epi32(_mm512_castps_si512(next.raw), _mm512_castps_si512(a.raw), kCells))};
}
/// The same, where the number is not known before.
class CellsBehind {
 public:
  CellsBehind() = default;
  HWY_INLINE explicit CellsBehind(std::int64_t cells)
      : from_(hn::Add(hn::Iota(DI(), 0), hn::Set(DI(), static_cast<std::int32_t>(cells)))) {}
  HWY_INLINE CellVector operator()(CellVector a, CellVector next) const {
    return CellVector{_mm512_permutex2var_ps(a.raw, from_.raw, next.raw)};
  }

 private:
  using DI = hn::ScalableTag<std::int32_t>;
  hn::Vec<DI> from_;
};

/// Values that stay in registers: the compiler may put an array into memory.
template <class T, int kCount>
struct Registers {
  T first;
  Registers<T, kCount - 1> others;

  template <int kAt>
  HWY_INLINE T& at() {
    if constexpr (kAt == 0) {
      return first;
    } else {
      return others.template at<kAt - 1>();
    }
  }
  HWY_INLINE void fill(T value) {
    first = value;
    others.fill(value);
  }
  /// Drops the first and appends one.
  HWY_INLINE void push(T last) {
    if constexpr (kCount == 1) {
      first = last;
    } else {
      first = others.first;
      others.push(last);
    }
  }
};
template <class T>
struct Registers<T, 0> {
  HWY_INLINE void fill(T) {}
};

/// Windows that begin at every cell of a line, one vector of them after the other: cells are
/// doubled to windows of 2, 4, ... 2^kTimes of them, and the last kRing vectors of these are kept
/// and joined. What is then missing of a window overlaps the last of them, or where no cell may be
/// joined twice is the rest of fewer than 2^kTimes cells, made of the shorter windows on the way.
/// Nothing but the line is read.
template <int kTimes, int kRing, class Lanes>
class DoubledCells {
 public:
  HWY_INLINE DoubledCells(const Lanes& lanes, const float* line, std::int64_t taps)
      : lanes_(lanes), line_(line), next_(line), overlap_(taps - kRing * kWidth) {
    const std::int64_t rest = taps % kWidth;
    single_ = rest >> 1 << 1;
    single_in_rest_ = in_rest<0>(rest);
    set_levels<1>(rest);
    ring_.fill(lanes.nothing());
  }

  /// next() will give the windows that begin at cell x and the ones behind it.
  HWY_INLINE void begin(std::size_t x) {
    next_ = line_ + x;
    for (int i = 0; i < kTimes - 1 + kRing; ++i) next();
  }
  HWY_INLINE CellVector next() {
    const Windows now = widen<1>(pairs());
    next_ += hn::Lanes(D());
    CellVector windows = missing(now);
    if constexpr (kRing > 0) {
      windows = lanes_.join(joined<0, kRing>(), windows);
      ring_.push(now.doubled);
    }
    return windows;
  }

 private:
  using D = hn::ScalableTag<float>;
  static constexpr std::int64_t kWidth = 1 << kTimes;
  static_assert(hn::MaxLanes(D()) == LinePlan::kWidest && kWidth <= LinePlan::kWidest);
  // What is read past the last window: see LinePlan::reads_behind().
  static_assert((kTimes + 1) * LinePlan::kWidest <= kSlack + LinePlan::kWidest);

  struct Windows {
    CellVector doubled;
    /// Of as many cells as the rest has by its lower bits; of none: -0, which adds nothing.
    CellVector rest;
  };
  struct Level {
    Windows last;
    // For the rest:
    CellsBehind behind_longer;  ///< Where its windows of this level lie, past the longer ones.
    __mmask16 in_rest;          ///< Whether it has such windows.
  };

  template <int kLevel>
  static __mmask16 in_rest(std::int64_t rest) {
    return static_cast<__mmask16>((rest >> kLevel & 1) != 0 ? 0xFFFF : 0);
  }

  template <int kLevel>
  HWY_INLINE void set_levels(std::int64_t rest) {
    if constexpr (kLevel < kTimes) {
      levels_.template at<kLevel - 1>() = {{lanes_.nothing(), lanes_.nothing()},
                                           CellsBehind(rest >> (kLevel + 1) << (kLevel + 1)),
                                           in_rest<kLevel>(rest)};
      set_levels<kLevel + 1>(rest);
    }
  }

  /// Windows of two cells. They are loaded anew where they lie: shuffles are scarcer than loads.
  HWY_INLINE Windows pairs() const {
    Windows windows{lanes_.join(hn::LoadU(D(), next_), hn::LoadU(D(), next_ + 1)),
                    hn::Set(D(), -0.0F)};
    if constexpr (!Lanes::kOverlap) {
      windows.rest =
          CellVector{_mm512_mask_loadu_ps(windows.rest.raw, single_in_rest_, next_ + single_)};
    }
    return windows;
  }

  /// From windows of 2^kLevel cells to those of 2^kTimes, as many vectors back as it takes steps.
  template <int kLevel>
  HWY_INLINE Windows widen(Windows now) {
    if constexpr (kLevel == kTimes) {
      return now;
    } else {
      Level& level = levels_.template at<kLevel - 1>();
      const Windows last = level.last;
      level.last = now;
      Windows wider{lanes_.join(last.doubled, cells_behind<1 << kLevel>(last.doubled, now.doubled)),
                    last.rest};
      if constexpr (!Lanes::kOverlap) {
        const CellVector cells = level.behind_longer(last.doubled, now.doubled);
        wider.rest =
            CellVector{_mm512_mask_add_ps(last.rest.raw, level.in_rest, cells.raw, last.rest.raw)};
      }
      return widen<kLevel + 1>(wider);
    }
  }

  /// What the ring's windows lack.
  HWY_INLINE CellVector missing(const Windows& now) {
    if constexpr (Lanes::kOverlap) {
      return overlap_(ring_.template at<kRing - 1>(), now.doubled);
    } else {
      return now.rest;
    }
  }

  /// Of the ring from kFirst on, kCount windows joined, in the shape of a tree.
  template <int kFirst, int kCount>
  HWY_INLINE CellVector joined() {
    if constexpr (kCount == 1) {
      return ring_.template at<kFirst>();
    } else {
      constexpr int kHalf = kCount / 2;
      return lanes_.join(joined<kFirst, kHalf>(), joined<kFirst + kHalf, kCount - kHalf>());
    }
  }

  Lanes lanes_;
  const float *line_, *next_;
  CellsBehind overlap_;       ///< Where the window lies that overlaps the ring's last.
  std::int64_t single_;       ///< Where the rest's single cell lies, past the longer windows,
  __mmask16 single_in_rest_;  ///< and whether it has one.
  Registers<Level, kTimes - 1> levels_;  ///< From windows of two cells on.
  Registers<CellVector, kRing> ring_;
};

/// Calls visit(times, ring) with what DoubledCells need for windows of `taps` cells, as constants.
template <class Lanes, class Visit>
HWY_INLINE void with_doubling(std::int64_t taps, Visit visit) {
  if constexpr (Lanes::kOverlap) {
    constexpr std::integral_constant<int, 1> kOne;
    if (taps < 8) return visit(std::integral_constant<int, 2>(), kOne);
    if (taps < 16) return visit(std::integral_constant<int, 3>(), kOne);
  }
  with_count<LinePlan::kMostRing + 1>(
      static_cast<int>(taps / LinePlan::kWidest) + 1, [&](auto n) HWY_ATTR {
        constexpr int kRing = n() - 1;
        // Shorter windows that may overlap are dealt with above.
        if constexpr (kRing > 0 || !Lanes::kOverlap) {
          visit(std::integral_constant<int, 4>(), std::integral_constant<int, kRing>());
        }
      });
}

#else

inline constexpr bool kDoubles = false;

template <int kTimes, int kRing, class Lanes>
struct DoubledCells;

/// No plan for this instruction set asks for it.
template <class Lanes, class Visit>
void with_doubling(std::int64_t, Visit) {
  POOLSCOPE_CHECK(kDoubles);
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#endif
