#include "core/engines/cpu_convolution.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/engines/cpu_convolution.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After foreach_target.
#include "core/engines/cpu_convolution_row.h"
#include "core/engines/cpu_divide-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// `kKernels` kernels over one row of outputs, two vectors at a time.
template <int kKernels>
HWY_INLINE void convolve_row(const ConvolutionRow& row, std::int64_t first) {
  const hn::ScalableTag<double> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  using V = hn::Vec<decltype(d)>;
  for (std::int64_t x = 0; x < row.outputs; x += 2 * lanes) {
    V left[kKernels], right[kKernels];
    for (int k = 0; k < kKernels; ++k) left[k] = right[k] = hn::Zero(d);
    for (std::int64_t r = 0; r < row.runs; ++r) {
      const ConvolutionRow::Run& run = row.run[r];
      for (std::int64_t t = 0; t < row.taps; ++t) {
        const double* const cells = run.cells + row.tap_offset[t] + x;
        const V a = hn::LoadU(d, cells), b = hn::LoadU(d, cells + lanes);
        for (int k = 0; k < kKernels; ++k) {
          const V weight = hn::Set(d, run.weights[(first + k) * row.kernel_stride + t]);
          left[k] = hn::MulAdd(weight, a, left[k]);
          right[k] = hn::MulAdd(weight, b, right[k]);
        }
      }
    }
    for (int k = 0; k < kKernels; ++k) {
      const V offset = hn::Set(d, row.offsets[first + k]);
      float* const target = row.values + (first + k) * row.value_stride + x;
      const std::int64_t count = row.outputs - x;
      store_floats(d, hn::Add(left[k], offset), target, static_cast<std::size_t>(count));
      if (count <= lanes) continue;
      store_floats(d, hn::Add(right[k], offset), target + lanes,
                   static_cast<std::size_t>(count - lanes));
    }
  }
}

void ConvolveRow(const ConvolutionRow& row) {
  std::int64_t kernel = 0;
  for (; kernel + 4 <= row.kernels; kernel += 4) convolve_row<4>(row, kernel);
  for (; kernel < row.kernels; ++kernel) convolve_row<1>(row, kernel);
}

/// Cells past a row's end that its last two vectors may load.
std::int64_t ConvolutionSlack() {
  return 2 * static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<double>()));
}

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace poolscope::cpu {

HWY_EXPORT(ConvolveRow);
HWY_EXPORT(ConvolutionSlack);

namespace {

constexpr std::int64_t kTileCols = 512, kMostTileRows = 32;
/// Doubles that the rows of a tile should not exceed: they stay in the second-level cache.
constexpr std::int64_t kTileCells = 1 << 15;

bool reaches_far(const EvenAxis& axis, std::int64_t size) {
  constexpr std::int64_t kReach = 4, kSmall = 4096;
  return axis.begin < -kReach * (size + kSmall) || axis.end() > kReach * (size + kSmall);
}

/// Copies every stride-th cell of an input row, from `first` on, with zeros outside it.
void copy_phase(const float* row, std::int64_t width, std::int64_t first, std::int64_t stride,
                std::span<double> cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::int64_t x = first + static_cast<std::int64_t>(i) * stride;
    cells[i] = x >= 0 && x < width ? double{row[x]} : 0.0;
  }
}

}  // namespace

std::optional<ConvolutionPlan> ConvolutionPlan::of(const Job& job) {
  const auto rows = even_axis(job.convolution->windows.rows);
  const auto cols = even_axis(job.convolution->windows.cols);
  if (!rows || !cols || reaches_far(*rows, job.in.h) || reaches_far(*cols, job.in.w)) return {};
  return ConvolutionPlan(job, *rows, *cols);
}

ConvolutionPlan::ConvolutionPlan(const Job& job, const EvenAxis& rows, const EvenAxis& cols)
    : job_(job), rows_(rows), cols_(cols), slack_(HWY_DYNAMIC_DISPATCH(ConvolutionSlack)()) {
  weights_.assign(job.convolution->weights.begin(), job.convolution->weights.end());
  for (std::int64_t tap = 0; tap < cols.count; ++tap) {
    const std::int64_t phase = tap * cols.step % cols.stride;
    auto found = std::ranges::find(phases_, phase);
    if (found == phases_.end()) found = phases_.insert(phases_.end(), phase);
    tap_phase_.push_back(found - phases_.begin());
  }
  tile_cols_ = std::min(kTileCols, job.out.w);
  const std::int64_t row_cells = (tile_cols_ + cols.extent() / cols.stride + slack_) *
                                 std::ssize(phases_) * job.convolution->channels;
  const std::int64_t rows_kept = std::max<std::int64_t>(kTileCells / row_cells - rows.extent(), 0);
  tile_rows_ = std::clamp<std::int64_t>(rows_kept / rows.stride, 1, kMostTileRows);
  row_tiles_ = (job.out.h + tile_rows_ - 1) / tile_rows_;
  col_tiles_ = (job.out.w + tile_cols_ - 1) / tile_cols_;
}

ConvolutionPlan::Tile ConvolutionPlan::tile_at(std::int64_t index) const {
  Tile tile;
  tile.col_begin = index % col_tiles_ * tile_cols_;
  tile.col_end = std::min(job_.out.w, tile.col_begin + tile_cols_);
  index /= col_tiles_;
  tile.row_begin = index % row_tiles_ * tile_rows_;
  tile.row_end = std::min(job_.out.h, tile.row_begin + tile_rows_);
  index /= row_tiles_;
  tile.group = index % job_.convolution->groups;
  tile.sample = index / job_.convolution->groups;
  const std::int64_t first = rows_.begin + tile.row_begin * rows_.stride;
  const std::int64_t end = rows_.begin + (tile.row_end - 1) * rows_.stride + rows_.extent();
  tile.first_kept = std::clamp<std::int64_t>(first, 0, job_.in.h);
  tile.kept_rows = std::clamp<std::int64_t>(end, tile.first_kept, job_.in.h) - tile.first_kept;
  tile.phase_cells = tile.outputs() + (cols_.extent() - 1) / cols_.stride + slack_;
  return tile;
}

void ConvolutionPlan::keep_rows(const Tile& tile, std::vector<double>& kept) const {
  const std::int64_t channels = job_.convolution->channels;
  kept.resize(
      static_cast<std::size_t>(channels * tile.kept_rows * std::ssize(phases_) * tile.phase_cells));
  const std::int64_t first_col = cols_.begin + tile.col_begin * cols_.stride;
  double* cells = kept.data();
  for (std::int64_t c = 0; c < channels; ++c) {
    const std::int64_t plane = tile.sample * job_.in.c + tile.group * channels + c;
    for (std::int64_t y = tile.first_kept; y < tile.first_kept + tile.kept_rows; ++y) {
      const float* row = job_.input + (plane * job_.in.h + y) * job_.in.w;
      for (const std::int64_t phase : phases_) {
        copy_phase(row, job_.in.w, first_col + phase, cols_.stride,
                   {cells, static_cast<std::size_t>(tile.phase_cells)});
        cells += tile.phase_cells;
      }
    }
  }
}

void ConvolutionPlan::list_runs(const Tile& tile, std::int64_t row, const double* kept,
                                std::vector<ConvolutionRow::Run>& runs) const {
  const Convolution& conv = *job_.convolution;
  const AxisWindow& window = conv.windows.rows[static_cast<std::size_t>(row)];
  const TapRange inside = taps_inside(window, job_.in.h);
  const std::int64_t row_cells = std::ssize(phases_) * tile.phase_cells;
  const std::int64_t first_kernel = tile.group * (conv.out_channels / conv.groups);
  const double* weights = weights_.data() + first_kernel * conv.channels * conv.taps();
  runs.clear();
  for (std::int64_t c = 0; c < conv.channels; ++c, weights += conv.taps()) {
    for (std::int64_t t = inside.first; t < inside.end; ++t) {
      const std::int64_t at = c * tile.kept_rows + window.tap(t) - tile.first_kept;
      runs.push_back({kept + at * row_cells, weights + t * cols_.count});
    }
  }
}

void ConvolutionPlan::run(std::int64_t index) const {
  const Convolution& conv = *job_.convolution;
  const Tile tile = tile_at(index);
  thread_local std::vector<double> kept, offsets;
  thread_local std::vector<ConvolutionRow::Run> runs;
  thread_local std::vector<std::int64_t> tap_offsets;
  keep_rows(tile, kept);
  tap_offsets.clear();
  for (std::int64_t t = 0; t < cols_.count; ++t) {
    tap_offsets.push_back(tap_phase_[static_cast<std::size_t>(t)] * tile.phase_cells +
                          t * cols_.step / cols_.stride);
  }
  const std::int64_t kernels = conv.out_channels / conv.groups;
  const std::int64_t first_kernel = tile.group * kernels;
  offsets.clear();
  for (std::int64_t k = 0; k < kernels; ++k) offsets.push_back(conv.offset(first_kernel + k));
  float* const values =
      job_.values + (tile.sample * conv.out_channels + first_kernel) * job_.out.plane_size();
  for (std::int64_t row = tile.row_begin; row < tile.row_end; ++row) {
    list_runs(tile, row, kept.data(), runs);
    HWY_DYNAMIC_DISPATCH(ConvolveRow)
    ({.run = runs.data(),
      .runs = std::ssize(runs),
      .taps = cols_.count,
      .tap_offset = tap_offsets.data(),
      .kernels = kernels,
      .kernel_stride = conv.channels * conv.taps(),
      .offsets = offsets.data(),
      .outputs = tile.outputs(),
      .values = values + row * job_.out.w + tile.col_begin,
      .value_stride = job_.out.plane_size()});
  }
}

}  // namespace poolscope::cpu
#endif
