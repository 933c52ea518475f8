// Included once for each instruction set (Highway's foreach_target), so the guard toggles.
#if defined(POOLSCOPE_CPU_JOIN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef POOLSCOPE_CPU_JOIN_INL_H_
#undef POOLSCOPE_CPU_JOIN_INL_H_
#else
#define POOLSCOPE_CPU_JOIN_INL_H_
#endif

#include <algorithm>
#include <array>
#include <type_traits>

#include "core/engines/cpu_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

/// Fetches cells that are read soon to the second-level cache, in the order of memory: where a few
/// rows are read side by side, the hardware by itself finds only pieces of each.
class CellsAhead {
 public:
  explicit CellsAhead(const float* first) : CellsAhead(first, first) {}
  CellsAhead(const float* first, const float* end) : next_(first), end_(end) {}

  /// Those before `end` may be fetched from now on.
  void until(const float* end) { end_ = end; }
  /// Fetches as many as `kVectors` vectors hold.
  template <int kVectors>
  HWY_INLINE void fetch() {
    constexpr std::size_t kCells = kVectors * hn::MaxLanes(hn::ScalableTag<float>());
    fetch_lines((kCells + kLine - 1) / kLine);
  }
  /// Fetches as many cache lines.
  HWY_INLINE void fetch_lines(std::size_t lines) {
    for (; lines > 0 && next_ < end_; --lines) {
      __builtin_prefetch(next_, 0, 2);  // To the second level: the first one is too small.
      next_ += kLine;
    }
  }
  std::size_t cells() const { return static_cast<std::size_t>(end_ - next_); }

 private:
  static constexpr std::size_t kLine = 16;
  const float *next_, *end_;
};

/// Calls visit(std::integral_constant<int, count>) for a count from 1 to 16.
template <int kCount = 16, class Visit>
HWY_INLINE void with_count(int count, Visit&& visit) {
  if constexpr (kCount == 1) {
    visit(std::integral_constant<int, 1>());
  } else {
    if (count == kCount) {
      visit(std::integral_constant<int, kCount>());
    } else {
      with_count<kCount - 1>(count, visit);
    }
  }
}

/// Calls visit(std::integral_constant<std::size_t, rest>()) for a rest of up to `kMost`.
template <std::size_t kMost, class Visit>
HWY_INLINE void with_rest(std::size_t rest, Visit&& visit) {
  if constexpr (kMost == 0) {
    visit(std::integral_constant<std::size_t, 0>());
  } else if (rest == kMost) {
    visit(std::integral_constant<std::size_t, kMost>());
  } else {
    with_rest<kMost - 1>(rest, visit);
  }
}

/// Calls visit(x) for vectors that cover [0, length), at least one: the last overlaps the one
/// before, so that nothing past the end is touched.
template <class D, class Visit>
HWY_INLINE void for_whole_vectors(D d, std::size_t length, Visit visit) {
  const std::size_t step = hn::Lanes(d);
  std::size_t x = 0;
  for (; x + step <= length; x += step) visit(x);
  if (x < length) visit(length - step);
}

/// The cells at x of `kCount` lines joined, in the shape of a tree.
template <int kCount, class Lanes>
HWY_INLINE typename Lanes::State join_tree(const Lanes& lanes, const float* const* lines,
                                           std::size_t x) {
  if constexpr (kCount == 1) {
    return lanes.load(lines[0], x);
  } else {
    return lanes.join(join_tree<kCount / 2>(lanes, lines, x),
                      join_tree<kCount - kCount / 2>(lanes, lines + kCount / 2, x));
  }
}

/// Whether a run of at least a vector might hold a NaN: also true for infinities of both signs.
HWY_INLINE bool may_have_nan(const float* cells, std::size_t length) {
  const hn::ScalableTag<float> d;
  const std::size_t step = hn::Lanes(d);
  auto any = hn::FirstN(d, 0);
  std::size_t x = 0;
  // NaN and only NaN, or infinities of both signs, make a sum NaN: one test serves four vectors.
  for (; x + 4 * step <= length; x += 4 * step) {
    const auto low = hn::Add(hn::LoadU(d, cells + x), hn::LoadU(d, cells + x + step));
    const auto high =
        hn::Add(hn::LoadU(d, cells + x + 2 * step), hn::LoadU(d, cells + x + 3 * step));
    any = hn::Or(any, hn::IsNaN(hn::Add(low, high)));
  }
  for (; x + step <= length; x += step) any = hn::Or(any, hn::IsNaN(hn::LoadU(d, cells + x)));
  if (x < length) any = hn::Or(any, hn::IsNaN(hn::LoadU(d, cells + length - step)));
  return !hn::AllFalse(d, any);
}

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#endif
