#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/engines/cpu_job.h"

namespace poolscope::cpu {

/// Lanes by which a line is longer than its contents, so that whole vectors of any instruction set
/// may be read and written at its end.
inline constexpr std::int64_t kSlack = 64;

/// Windows that all have the same taps and move by the same stride: window i has the taps
/// begin + i * stride + t * dilation for t in [0, taps).
struct SlidingAxis {
  std::int64_t begin = 0, stride = 1, taps = 1, dilation = 1, outputs = 1;

  std::int64_t extent() const { return dilation * (taps - 1) + 1; }
  /// The part that gives outputs [from, to).
  SlidingAxis part(std::int64_t from, std::int64_t to) const {
    return {begin + from * stride, stride, taps, dilation, to - from};
  }
};

/// The windows as a SlidingAxis, where they are one.
std::optional<SlidingAxis> sliding_axis(std::span<const AxisWindow> windows);

/// The cells that the windows of an axis read, in the order in which a one-dimensional pass takes
/// them: cell f lies at begin + (f / group) * group_step + (f % group) * step, windows are
/// `dilation` of these cells apart, and window i is complete with cell lead() + i * period. Cells
/// that no window reads are left out where that is easy to tell.
struct Feed {
  std::int64_t begin, group, group_step, step, dilation, period, taps, count;

  std::int64_t lead() const { return dilation * (taps - 1); }
  std::int64_t at(std::int64_t f) const {
    return begin + f / group * group_step + f % group * step;
  }
  bool completes(std::int64_t f) const { return f >= lead() && (f - lead()) % period == 0; }
};
/// The feed that takes cells at even distances, overlapping windows or not.
Feed even_feed(const SlidingAxis& axis);
/// The feed for rows: window by window where no two share a cell, else the even one.
Feed row_feed(const SlidingAxis& axis);

/// The divisors of a mean, as factors of the rows and of the columns of a tile; those of the
/// columns may be read kSlack past their end.
struct TileDivisors {
  const double* rows = nullptr;
  const double* cols = nullptr;
  const float* rounded_cols = nullptr;
};

/// A rectangle of outputs of one plane under sliding windows.
struct SlidingTile {
  const float* plane = nullptr;
  const float* input_end = nullptr;  ///< One past the last float that may be read.
  std::int64_t height = 0, width = 0;
  SlidingAxis rows, cols;  ///< Of this tile alone.
  float* values = nullptr;
  std::int64_t* winners = nullptr;  ///< Null unless asked for.
  std::int64_t pitch = 0;           ///< From one output row to the next.
  TileDivisors divisors;
  const LoweredPool* pool = nullptr;
  bool mend = false;             ///< Of means: only those that are not finite are written.
  std::byte* scratch = nullptr;  ///< scratch_bytes() of it, aligned to 128.
};

/// How many bytes of scratch the tile's kernel needs, for lanes of `lane_bytes` (a float 4; a float
/// and its index 8; doubles 8 each).
std::int64_t scratch_bytes(const SlidingAxis& rows, const SlidingAxis& cols,
                           std::int64_t lane_bytes);

// The cost of these hardly depends on the window's size: windows of 1, 2, 4, ... cells are joined
// along a row, then down the rows.

/// Maxima or minima, and where they lie if the tile has winners.
void extreme_tile(const SlidingTile& tile);
/// Means with double sums.
void mean_tile(const SlidingTile& tile);
void power_tile(const SlidingTile& tile);
/// Mixed, expected stochastic, softmax and log-sum-exp pools.
void compound_tile(const SlidingTile& tile);

}  // namespace poolscope::cpu
