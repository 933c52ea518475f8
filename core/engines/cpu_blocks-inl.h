// Included once for each instruction set (Highway's foreach_target), so the guard toggles.
#if defined(POOLSCOPE_CPU_BLOCKS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef POOLSCOPE_CPU_BLOCKS_INL_H_
#undef POOLSCOPE_CPU_BLOCKS_INL_H_
#else
#define POOLSCOPE_CPU_BLOCKS_INL_H_
#endif

#include <algorithm>
#include <array>

#include "core/engines/cpu_sliding-inl.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

/// Whether run_blocks() can pool the tile: no two windows share a row, the columns lie side by
/// side, and are enough for a vector.
inline bool fits_blocks(const SlidingTile& tile) {
  const LineCells cells(even_feed(tile.cols), tile.width);
  return tile.rows.stride >= tile.rows.extent() && tile.rows.taps <= kMaxBlockRows &&
         cells.step == 1 && cells.end - cells.first >= kSlack;
}

/// Joins rows of floats, kFan at a time, in the shape of a tree.
template <class Lanes>
class RowJoin {
 public:
  /// Rows are `length` long, at least a vector; `parts` are the block lines of the scratch.
  RowJoin(const Lanes& lanes, std::size_t length, float* parts, std::int64_t line)
      : lanes_(lanes), length_(length), parts_(parts), line_(line) {}

  /// Joins rows[0], ..., rows[count - 1], at least one.
  HWY_INLINE void operator()(const float* const* rows, std::int64_t count, float* to) const {
    join(rows, count, to, 0);
  }

 private:
  void join(const float* const* rows, std::int64_t count, float* to, std::int64_t round) const {
    if (count <= kFan) {
      join_few(rows, count, to);
      return;
    }
    const std::int64_t part = count <= kFan * kFan ? kFan : kFan * kFan;
    std::array<const float*, kFan> parts{};
    std::int64_t used = 0;
    for (std::int64_t row = 0; row < count; row += part) {
      float* const line = parts_ + (round * kFan + used) * line_;
      join(rows + row, std::min(part, count - row), line, round + 1);
      parts[static_cast<std::size_t>(used++)] = line;
    }
    join_few(parts.data(), used, to);
  }

  HWY_INLINE void join_few(const float* const* rows, std::int64_t count, float* to) const {
    switch (count) {
      case 1:
        return join_exactly<1>(rows, to);
      case 2:
        return join_exactly<2>(rows, to);
      case 3:
        return join_exactly<3>(rows, to);
      case 4:
        return join_exactly<4>(rows, to);
      case 5:
        return join_exactly<5>(rows, to);
      case 6:
        return join_exactly<6>(rows, to);
      case 7:
        return join_exactly<7>(rows, to);
      default:
        return join_exactly<8>(rows, to);
    }
  }

  template <int kCount>
  HWY_INLINE void join_exactly(const float* const* rows, float* to) const {
    const std::size_t step = hn::Lanes(lanes_.d);
    std::size_t x = 0;
    for (; x + step <= length_; x += step) lanes_.store(tree<kCount>(rows, x), to, x);
    // The last vector overlaps the one before, so that nothing past the row is touched.
    if (x < length_) lanes_.store(tree<kCount>(rows, length_ - step), to, length_ - step);
  }

  template <int kCount>
  HWY_INLINE typename Lanes::State tree(const float* const* rows, std::size_t x) const {
    if constexpr (kCount == 1) {
      return lanes_.load(rows[0], x);
    } else {
      return lanes_.join(tree<kCount / 2>(rows, x),
                         tree<kCount - kCount / 2>(rows + kCount / 2, x));
    }
  }

  const Lanes& lanes_;
  std::size_t length_;
  float* parts_;
  std::int64_t line_;
};

/// The first zero of a window whose maximum is zero, in row-major order: its sign is the result's.
inline float first_zero(const SlidingTile& tile, std::int64_t i, std::int64_t j) {
  for (std::int64_t t = 0; t < tile.rows.taps; ++t) {
    const std::int64_t y = tile.rows.begin + i * tile.rows.stride + t * tile.rows.dilation;
    if (y < 0 || y >= tile.height) continue;
    for (std::int64_t u = 0; u < tile.cols.taps; ++u) {
      const std::int64_t x = tile.cols.begin + j * tile.cols.stride + u * tile.cols.dilation;
      if (x < 0 || x >= tile.width) continue;
      const float value = tile.plane[y * tile.width + x];
      if (value == 0.0F) return value;
    }
  }
  return 0.0F;
}

/// Columns were joined before rows: gives zeros the sign that row-major order asks for.
HWY_INLINE void settle_zeros(const MaxLanes& lanes, const SlidingTile& tile, std::int64_t i,
                             float* row) {
  for_vectors(lanes, static_cast<std::size_t>(tile.cols.outputs), [&](std::size_t x) HWY_ATTR {
    if (hn::AllFalse(lanes.d, hn::Eq(lanes.load(row, x), hn::Zero(lanes.d)))) return;
    const auto end = std::min(x + hn::Lanes(lanes.d), static_cast<std::size_t>(tile.cols.outputs));
    for (std::size_t j = x; j < end; ++j) {
      if (row[j] == 0.0F) row[j] = first_zero(tile, i, static_cast<std::int64_t>(j));
    }
  });
}
template <class Lanes>
HWY_INLINE void settle_zeros(const Lanes&, const SlidingTile&, std::int64_t, float*) {}

/// Pools a tile that fits_blocks(): joins each window's rows, then its columns.
template <class Lanes, class Sink>
HWY_INLINE void run_blocks(const SlidingTile& tile, const Lanes& lanes, Sink& sink) {
  const Feed cols = even_feed(tile.cols);
  const LineCells cells(cols, tile.width);
  const ScratchLayout layout(row_feed(tile.rows), cols, tile.cols.outputs);
  float* const memory = reinterpret_cast<float*>(tile.scratch);
  const std::array lines{memory, memory + layout.line(), memory + 2 * layout.line()};
  float* const parts = memory + 3 * layout.line();
  float* const row = parts + layout.block_lines() * layout.line();
  const float nothing = hn::GetLane(lanes.nothing());
  const RowPass<Lanes> row_pass(lanes, cols, tile.cols.outputs);
  const RowJoin<Lanes> row_join(lanes, static_cast<std::size_t>(cells.end - cells.first), parts,
                                layout.line());

  std::array<const float*, kMaxBlockRows> rows;
  const float* const first = tile.plane + cells.begin + cells.first;
  for (std::int64_t i = 0; i < tile.rows.outputs; ++i) {
    std::size_t inside = 0;
    for (std::int64_t t = 0; t < tile.rows.taps; ++t) {
      const std::int64_t y = tile.rows.begin + i * tile.rows.stride + t * tile.rows.dilation;
      if (y >= 0 && y < tile.height) rows[inside++] = first + y * tile.width;
    }
    std::fill_n(lines[0], inside == 0 ? cells.count : cells.first, nothing);
    std::fill(lines[0] + cells.end, lines[0] + cells.count, nothing);
    if (inside > 0) {
      row_join(rows.data(), static_cast<std::int64_t>(inside), lines[0] + cells.first);
    }
    row_pass(lines[0], lines, row);
    settle_zeros(lanes, tile, i, row);
    sink.begin_row(i);
    for_vectors(lanes, static_cast<std::size_t>(tile.cols.outputs),
                [&](std::size_t x) HWY_ATTR { sink(lanes.load(row, x), x); });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#endif
