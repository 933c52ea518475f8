// Included once for each instruction set (Highway's foreach_target), so the guard toggles.
#if defined(POOLSCOPE_CPU_TRANSPOSE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef POOLSCOPE_CPU_TRANSPOSE_INL_H_
#undef POOLSCOPE_CPU_TRANSPOSE_INL_H_
#else
#define POOLSCOPE_CPU_TRANSPOSE_INL_H_
#endif

#include <array>
#include <cstddef>

#include "core/engines/cpu_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

// Cells of as many arrays as a vector has lanes, four cells at a time: a vector takes 16 bytes from
// every fourth array, and four such vectors are transposed within their blocks of 16 bytes.

#if HWY_TARGET == HWY_SCALAR
inline constexpr std::size_t kCellsAtOnce = 1;

/// The cells [x, x + kCellsAtOnce) of the arrays that begin `pitch` apart, a vector a cell.
template <class D>
HWY_INLINE std::array<hn::Vec<D>, 1> load_across(D d, const float* from, std::size_t) {
  return {hn::LoadU(d, from)};
}
/// The way back.
template <class D>
HWY_INLINE void store_across(D d, const std::array<hn::Vec<D>, 1>& cells, float* to, std::size_t) {
  hn::StoreU(cells[0], d, to);
}
#else
inline constexpr std::size_t kCellsAtOnce = 4;

/// Blocks of 16 bytes, those of a vector `pitch` apart.
template <class D>
HWY_INLINE hn::Vec<D> load_blocks(D d, const float* from, std::size_t pitch) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    return hn::LoadU(d, from);
  } else {
    const hn::Half<D> half;
    return hn::Combine(d, load_blocks(half, from + hn::MaxLanes(half) / 4 * pitch, pitch),
                       load_blocks(half, from, pitch));
  }
}

template <class D>
HWY_INLINE void store_blocks(D d, hn::Vec<D> v, float* to, std::size_t pitch) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    hn::StoreU(v, d, to);
  } else {
    const hn::Half<D> half;
    store_blocks(half, hn::LowerHalf(half, v), to, pitch);
    store_blocks(half, hn::UpperHalf(half, v), to + hn::MaxLanes(half) / 4 * pitch, pitch);
  }
}

/// Transposes 4x4 cells within each block.
template <class D>
HWY_INLINE std::array<hn::Vec<D>, 4> transposed_blocks(D d, const std::array<hn::Vec<D>, 4>& rows) {
  const hn::RepartitionToWide<D> pairs;
  const auto low01 = hn::BitCast(pairs, hn::InterleaveLower(d, rows[0], rows[1]));
  const auto low23 = hn::BitCast(pairs, hn::InterleaveLower(d, rows[2], rows[3]));
  const auto high01 = hn::BitCast(pairs, hn::InterleaveUpper(d, rows[0], rows[1]));
  const auto high23 = hn::BitCast(pairs, hn::InterleaveUpper(d, rows[2], rows[3]));
  return {hn::BitCast(d, hn::InterleaveLower(pairs, low01, low23)),
          hn::BitCast(d, hn::InterleaveUpper(pairs, low01, low23)),
          hn::BitCast(d, hn::InterleaveLower(pairs, high01, high23)),
          hn::BitCast(d, hn::InterleaveUpper(pairs, high01, high23))};
}

/// The cells [x, x + kCellsAtOnce) of the arrays that begin `pitch` apart, a vector a cell; `from`
/// is the first array's cell x.
template <class D>
HWY_INLINE std::array<hn::Vec<D>, 4> load_across(D d, const float* from, std::size_t pitch) {
  return transposed_blocks(
      d,
      {load_blocks(d, from, 4 * pitch), load_blocks(d, from + pitch, 4 * pitch),
       load_blocks(d, from + 2 * pitch, 4 * pitch), load_blocks(d, from + 3 * pitch, 4 * pitch)});
}

/// The way back.
template <class D>
HWY_INLINE void store_across(D d, const std::array<hn::Vec<D>, 4>& cells, float* to,
                             std::size_t pitch) {
  const auto rows = transposed_blocks(d, cells);
  for (std::size_t r = 0; r < 4; ++r) store_blocks(d, rows[r], to + r * pitch, 4 * pitch);
}
#endif

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#endif
