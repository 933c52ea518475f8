#include "core/engines/cpu_plan.h"

#include <algorithm>
#include <bit>

#include "core/base/check.h"
#include "core/engines/cpu_general.h"

namespace poolscope::cpu {
namespace {

/// A tile's scratch has to stay in a core's second-level cache to be of use.
constexpr std::int64_t kCacheBytes = 256 << 10;
/// Beyond this the windows are so large that a tile by tile walk of the windows takes over.
constexpr std::int64_t kMaxScratchBytes = 16 << 20;
/// Input cells that make a task worth its start.
constexpr std::int64_t kTaskCells = 32 << 10;

std::int64_t lane_bytes(const Job& job) {
  const bool floats = job.pool->reduction == Reduction::max && !job.winners;
  return floats ? 4 : 8;
}

/// How often a term is rounded on its way into a sum of `taps`.
int additions(std::int64_t taps) {
  return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(taps - 1)));
}

/// Whether a window's rows may be reduced first, and their results next.
bool is_separable(Reduction reduction) {
  return reduction == Reduction::max || reduction == Reduction::mean ||
         reduction == Reduction::power;
}

/// Whether windows are so large and share so little that each is best read by itself.
bool better_apart(const Job& job, const SlidingAxis& rows, const SlidingAxis& cols) {
  constexpr std::int64_t kLongRun = 64;
  if (job.out.plane_size() == 1) return true;
  return !job.winners && cols.dilation == 1 && cols.taps >= kLongRun &&
         2 * rows.stride > rows.extent() && 2 * cols.stride > cols.extent() &&
         job.pool->reduction != Reduction::power && rows.taps > kLongRun;
}

/// Scratch memory of this thread, kept between tiles.
std::byte* scratch(std::int64_t bytes) {
  thread_local std::vector<std::byte> memory;
  constexpr std::size_t alignment = 128;
  const auto needed = static_cast<std::size_t>(bytes) + alignment;
  if (memory.size() < needed) memory.resize(needed);
  const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
  return memory.data() + (alignment - address % alignment) % alignment;
}

}  // namespace

Plan::Plan(const Job& job, int threads)
    : job_(job), planes_(job.out.planes()), band_rows_(job.out.h), strip_cols_(job.out.w) {
  if (job.out.elements() == 0) {
    planes_ = 0;
    return;
  }
  if (job.pool->planes.size() == 1 && is_separable(job.pool->reduction)) {
    const PlaneWindows& windows = job.pool->planes.front();
    const auto rows = sliding_axis(windows.rows);
    const auto cols = sliding_axis(windows.cols);
    if (rows && cols && !better_apart(job, *rows, *cols)) sliding_ = Sliding{*rows, *cols};
  }
  cut_columns();
  cut_rows(threads);
  if (sliding_ && job.pool->reduction != Reduction::max) fill_divisors();
}

void Plan::cut_columns() {
  constexpr std::int64_t kNarrow = 256;
  const auto bytes = [&] {
    return scratch_bytes(sliding_->rows, sliding_->cols.part(0, strip_cols_), lane_bytes(job_));
  };
  while (sliding_ && strip_cols_ > kNarrow && bytes() > kCacheBytes) {
    strip_cols_ = (strip_cols_ + 1) / 2;
  }
  if (sliding_ && bytes() > kMaxScratchBytes) sliding_.reset();
  strips_ = (job_.out.w + strip_cols_ - 1) / strip_cols_;
}

std::int64_t Plan::tile_cells() const {
  if (!sliding_) {
    const AxisWindow& row = job_.pool->planes.front().rows.front();
    const AxisWindow& col = job_.pool->planes.front().cols.front();
    return band_rows_ * strip_cols_ * std::min(row.count, job_.in.h) *
           std::min(col.count, job_.in.w);
  }
  const std::int64_t rows = (band_rows_ - 1) * sliding_->rows.stride + sliding_->rows.extent();
  const std::int64_t cols = (strip_cols_ - 1) * sliding_->cols.stride + sliding_->cols.extent();
  return std::min(rows, job_.in.h) * std::min(cols, job_.in.w);
}

void Plan::cut_rows(int threads) {
  // A band reads the rows of its first window again that the band above it has read.
  const std::int64_t overlap = sliding_ ? sliding_->rows.extent() / sliding_->rows.stride : 1;
  const std::int64_t fewest_rows = std::max<std::int64_t>(2 * overlap, 1);
  const std::int64_t wanted = std::int64_t{4} * threads;
  while (planes_ * bands_ * strips_ < wanted && band_rows_ >= 2 * fewest_rows &&
         tile_cells() >= 2 * kTaskCells) {
    band_rows_ = (band_rows_ + 1) / 2;
    bands_ = (job_.out.h + band_rows_ - 1) / band_rows_;
  }
}

std::int64_t Plan::tiles_per_task() const {
  return std::clamp<std::int64_t>(kTaskCells / std::max<std::int64_t>(tile_cells(), 1), 1,
                                  std::max<std::int64_t>(tiles(), 1));
}

Tile Plan::tile(std::int64_t index) const {
  const std::int64_t strip = index % strips_;
  const std::int64_t band = index / strips_ % bands_;
  return {.plane = index / strips_ / bands_,
          .row_begin = band * band_rows_,
          .row_end = std::min((band + 1) * band_rows_, job_.out.h),
          .col_begin = strip * strip_cols_,
          .col_end = std::min((strip + 1) * strip_cols_, job_.out.w)};
}

void Plan::fill_divisors() {
  const PlaneWindows& windows = job_.pool->planes.front();
  const auto& override = job_.pool->divisor_override;
  for (const AxisWindow& row : windows.rows) {
    row_divisors_.push_back(override ? 1.0 : static_cast<double>(row.divisor));
  }
  for (const AxisWindow& col : windows.cols) {
    col_divisors_.push_back(static_cast<double>(override.value_or(col.divisor)));
  }
  col_divisors_.resize(col_divisors_.size() + kSlack, 1.0);
  rounded_col_divisors_.assign(col_divisors_.begin(), col_divisors_.end());
  // Each rounding is off by up to 6e-8 of the terms' size, and 1e-6 is allowed: additions, the
  // rounding of the divisor and the division make at most 16.
  float_sums_ = additions(sliding_->rows.taps) + additions(sliding_->cols.taps) + 2 <= 16;
}

void Plan::run(const Tile& tile) const {
  if (sliding_) {
    run_sliding(tile);
  } else {
    pool_general(job_, tile);
  }
}

void Plan::run_sliding(const Tile& tile) const {
  const std::int64_t cell = job_.cell(tile.plane, tile.row_begin) + tile.col_begin;
  SlidingTile part{
      .plane = job_.plane(tile.plane),
      .input_end = job_.input + job_.in.elements(),
      .height = job_.in.h,
      .width = job_.in.w,
      .rows = sliding_->rows.part(tile.row_begin, tile.row_end),
      .cols = sliding_->cols.part(tile.col_begin, tile.col_end),
      .values = job_.values + cell,
      .winners = job_.winners ? job_.winners + cell : nullptr,
      .pitch = job_.out.w,
      .divisors = {row_divisors_.data() + tile.row_begin, col_divisors_.data() + tile.col_begin,
                   rounded_col_divisors_.data() + tile.col_begin},
      .pool = job_.pool};
  part.scratch = scratch(scratch_bytes(part.rows, part.cols, lane_bytes(job_)));
  if (job_.winners) {
    argmax_tile(part);
  } else if (job_.pool->reduction == Reduction::max) {
    max_tile(part);
  } else if (job_.pool->reduction == Reduction::power) {
    power_tile(part);
  } else if (!float_sums_ || !mean_tile(part)) {
    exact_mean_tile(part);
  }
}

}  // namespace poolscope::cpu
