#include "core/engines/cpu_columns.h"

#include <algorithm>
#include <optional>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/engines/cpu_columns.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After foreach_target.
#include "core/engines/cpu_columns-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

/// Whether the cells that a tile reads have a negative zero among them.
inline bool has_minus_zero(const ColumnTile& tile) {
  const LineRange range(tile);
  std::int64_t begin = tile.height, end = 0;
  for (const AxisWindow& row : tile.rows) {
    begin = std::min(begin, row.begin);
    end = std::max(end, row.last() + 1);
  }
  const hn::ScalableTag<std::uint32_t> d;
  const auto minus_zero = hn::Set(d, 0x80000000U);
  auto any = hn::FirstN(d, 0);
  for (std::int64_t y = std::max<std::int64_t>(begin, 0); y < std::min(end, tile.height); ++y) {
    const auto* const row = reinterpret_cast<const std::uint32_t*>(tile.plane + y * tile.width);
    for_whole_vectors(d, static_cast<std::size_t>(range.last - range.first),
                      [&](std::size_t x) HWY_ATTR {
                        const auto cells = hn::LoadU(d, row + range.first + x);
                        any = hn::Or(any, hn::Eq(cells, minus_zero));
                      });
  }
  return !hn::AllFalse(d, any);
}

/// The first zero of a window whose extreme is zero, in row-major order: its sign is the result's.
inline float first_zero(const ColumnTile& tile, const AxisWindow& row, const AxisWindow& col) {
  for (std::int64_t t = 0; t < row.count; ++t) {
    const std::int64_t y = row.tap(t);
    if (y < 0 || y >= tile.height) continue;
    for (std::int64_t u = 0; u < col.count; ++u) {
      const std::int64_t x = col.tap(u);
      if (x < 0 || x >= tile.width) continue;
      const float value = tile.plane[y * tile.width + x];
      if (value == 0.0F) return value;
    }
  }
  return 0.0F;
}

/// Takes maxima or minima. Rows were joined before columns, so a zero may have the sign of another
/// one than the first in row-major order; that is put right where both kinds are about.
template <bool kMin>
class ExtremeWriter {
 public:
  using D = hn::ScalableTag<float>;

  struct Row {
    hn::Mask<D> zeros;
    HWY_INLINE hn::Vec<D> operator()(hn::Vec<D> cells, std::size_t) {
      zeros = hn::Or(zeros, hn::Eq(cells, hn::Zero(D())));
      return cells;
    }
  };

  explicit ExtremeWriter(const ColumnTile& tile) : tile_(tile) {}

  static HWY_INLINE float run(const float* cells, std::int64_t count) {
    return run_extreme<kMin>(cells, count);
  }
  void begin_row(std::int64_t i) { i_ = i; }
  HWY_INLINE Row row() const { return {hn::FirstN(D(), 0)}; }
  HWY_INLINE void end_row(const Row& row) {
    if (!hn::AllFalse(D(), row.zeros)) settle_zeros();
  }

 private:
  void settle_zeros() {
    if (!minus_zero_) minus_zero_ = has_minus_zero(tile_);
    if (!*minus_zero_) return;
    float* const row = tile_.values + i_ * tile_.pitch;
    for (std::size_t j = 0; j < tile_.cols.size(); ++j) {
      if (row[j] == 0.0F) {
        row[j] = first_zero(tile_, tile_.rows[static_cast<std::size_t>(i_)], tile_.cols[j]);
      }
    }
  }

  const ColumnTile& tile_;
  std::int64_t i_ = 0;
  std::optional<bool> minus_zero_;
};

/// Takes sums and divides them; all_finite() tells whether each mean is a finite number.
class MeanWriter {
 public:
  using D = hn::ScalableTag<float>;

  /// Sums become means; `odd` is 0 where all of them are finite, NaN elsewhere.
  struct Row {
    std::size_t outputs;
    Divide<float> divide;
    hn::Vec<D> odd;
    HWY_INLINE hn::Vec<D> operator()(hn::Vec<D> sums, std::size_t x) {
      const D d;
      const auto means = divide(sums, x);
      const std::size_t left = outputs - x;
      odd = hn::MulAdd(left < hn::Lanes(d) ? hn::IfThenElseZero(hn::FirstN(d, left), means) : means,
                       hn::Zero(d), odd);
      return means;
    }
  };

  explicit MeanWriter(const ColumnTile& tile)
      : outputs_(tile.cols.size()),
        divide_(tile.divisors.rows, tile.divisors.rounded_cols,
                static_cast<std::int64_t>(tile.cols.size())),
        odd_(hn::Zero(D())) {}

  static HWY_INLINE float run(const float* cells, std::int64_t count) {
    return static_cast<float>(run_sum(cells, count));
  }
  void begin_row(std::int64_t i) { divide_.begin_row(i); }
  HWY_INLINE Row row() const { return {outputs_, divide_, odd_}; }
  HWY_INLINE void end_row(const Row& row) { odd_ = row.odd; }

  bool all_finite() const { return hn::AllFalse(D(), hn::IsNaN(odd_)); }

 private:
  std::size_t outputs_;
  Divide<float> divide_;
  hn::Vec<D> odd_;
};

template <bool kMin, bool kNans>
bool walk_extremes(const ColumnTile& tile) {
  const ExtremeLanes<kMin, kNans> lanes{};
  ExtremeWriter<kMin> writer(tile);
  return ColumnWalk(lanes, tile, writer).run();
}

void ExtremeColumns(const ColumnTile& tile) {
  if (tile.reduction == Reduction::min) {
    if (!walk_extremes<true, false>(tile)) walk_extremes<true, true>(tile);
  } else {
    if (!walk_extremes<false, false>(tile)) walk_extremes<false, true>(tile);
  }
}

bool MeanColumns(const ColumnTile& tile) {
  const SumLanes<float> lanes{};
  MeanWriter writer(tile);
  ColumnWalk(lanes, tile, writer).run();
  return writer.all_finite();
}

std::int64_t ColumnScratchBytes(const ColumnTile& tile) {
  return tile.reduction == Reduction::mean
             ? ColumnWalk<SumLanes<float>, MeanWriter>::scratch_bytes(tile)
             : ColumnWalk<ExtremeLanes<false, true>, ExtremeWriter<false>>::scratch_bytes(tile);
}

bool DoublesCells() { return kDoubles; }

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace poolscope::cpu {

HWY_EXPORT(ExtremeColumns);
HWY_EXPORT(MeanColumns);
HWY_EXPORT(ColumnScratchBytes);
HWY_EXPORT(DoublesCells);

LineRange::LineRange(const ColumnTile& tile)
    : begin(tile.cols.front().begin), end(tile.cols.back().last() + 1) {
  for (const AxisWindow& col : tile.line ? std::span<const AxisWindow>() : tile.cols) {
    begin = std::min(begin, col.begin);
    end = std::max(end, col.last() + 1);
  }
  first = std::clamp<std::int64_t>(begin, 0, tile.width);
  last = std::clamp(end, first, tile.width);
}

std::int64_t column_scratch_bytes(const ColumnTile& tile) {
  return HWY_DYNAMIC_DISPATCH(ColumnScratchBytes)(tile);
}
bool doubles_cells() { return HWY_DYNAMIC_DISPATCH(DoublesCells)(); }
void extreme_columns(const ColumnTile& tile) { HWY_DYNAMIC_DISPATCH(ExtremeColumns)(tile); }
bool mean_columns(const ColumnTile& tile) { return HWY_DYNAMIC_DISPATCH(MeanColumns)(tile); }

}  // namespace poolscope::cpu
#endif
