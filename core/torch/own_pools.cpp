#include "core/torch/own_pools.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/torch/tap_pools.h"

namespace poolscope::libtorch {
namespace {

/// An even axis as LibTorch's operators take it: cells added before and after, then theirs.
struct PaddedAxis {
  EvenAxis even;
  std::int64_t before = 0, after = 0;  ///< Added by us; negative: cells left out.
  std::int64_t padding = 0;            ///< Added by the operator, on both sides.
};

/// All padding ours, as a sum does not tell who added a zero.
PaddedAxis padded_by_us(const EvenAxis& even, std::int64_t size) {
  return {.even = even, .before = -even.begin, .after = even.end() - size};
}

/// The padding before is the operator's as far as it allows, so that a tap it adds never wins over
/// one of ours; cells added after come too late in row-major order to win a tie.
PaddedAxis padded_by_operator(const EvenAxis& even, std::int64_t size) {
  PaddedAxis axis{.even = even};
  axis.padding = std::clamp(-even.begin, std::int64_t{0}, even.count / 2);
  axis.before = -even.begin - axis.padding;
  axis.after = std::max(even.end() - size - axis.padding, std::int64_t{0});
  return axis;
}

struct PaddedAxes {
  PaddedAxis rows, cols;

  std::array<std::int64_t, 4> added() const {
    return {cols.before, cols.after, rows.before, rows.after};
  }
  std::array<std::int64_t, 2> kernel() const { return {rows.even.count, cols.even.count}; }
  std::array<std::int64_t, 2> stride() const { return {rows.even.stride, cols.even.stride}; }
  std::array<std::int64_t, 2> padding() const { return {rows.padding, cols.padding}; }
  std::array<std::int64_t, 2> dilation() const { return {rows.even.step, cols.even.step}; }
};

/// The block's planes with cells added and left out, as a batch of one sample.
at::Tensor padded(const at::Tensor& planes, const PaddedAxes& axes, float value) {
  const auto added = axes.added();
  const bool same = std::ranges::all_of(added, [](std::int64_t cells) { return cells == 0; });
  return (same ? planes : at::constant_pad_nd(planes, added, value)).unsqueeze(0);
}

/// An operator's output without the batch, and without windows past the last one.
at::Tensor trimmed(const at::Tensor& output, const PaddedAxes& axes) {
  return output.squeeze(0)
      .narrow(1, 0, axes.rows.even.outputs)
      .narrow(2, 0, axes.cols.even.outputs);
}

/// LibTorch prints an index outside the plane for a window without taps.
at::Tensor without_strays(const at::Tensor& winners, const Block& block) {
  const auto rows = windows_with_taps(block.rows, block.height());
  const auto cols = windows_with_taps(block.cols, block.width());
  const auto all = [](const std::vector<std::uint8_t>& set) {
    return std::ranges::find(set, 0) == set.end();
  };
  if (all(rows) && all(cols)) return winners;
  const at::Tensor stray = ~(flags(rows, winners).unsqueeze(1) & flags(cols, winners));
  return winners.masked_fill(stray, -1);
}

Reduced sliding_max(const Block& block, const PaddedAxes& axes) {
  const at::Tensor planes = padded(block.planes, axes, -std::numeric_limits<float>::infinity());
  const auto [values, indices] = at::max_pool2d_with_indices(planes, axes.kernel(), axes.stride(),
                                                             axes.padding(), axes.dilation());
  Reduced reduced{trimmed(values, axes)};
  if (block.winners) {
    const at::Tensor winners = trimmed(indices, axes);
    const at::Tensor placed =
        rewidth(winners, planes.size(3), block.width(), -axes.rows.before, -axes.cols.before);
    reduced.winners = without_strays(placed, block);
  }
  return reduced;
}

bool adaptive(const Block& block) {
  return is_adaptive(block.rows, block.height()) && is_adaptive(block.cols, block.width());
}

std::array<std::int64_t, 2> output_size(const Block& block) {
  return {static_cast<std::int64_t>(block.rows.size()),
          static_cast<std::int64_t>(block.cols.size())};
}

Reduced adaptive_max(const Block& block) {
  const auto [values, indices] =
      at::adaptive_max_pool2d(block.planes.unsqueeze(0), output_size(block));
  return {values.squeeze(0), block.winners ? indices.squeeze(0) : at::Tensor()};
}

/// The one divisor of all windows, where there is one that a mean can have.
std::optional<std::int64_t> common_divisor(const Block& block) {
  const auto differs = [](const AxisWindow& a, const AxisWindow& b) {
    return a.divisor != b.divisor;
  };
  const bool same = std::ranges::adjacent_find(block.rows, differs) == block.rows.end() &&
                    std::ranges::adjacent_find(block.cols, differs) == block.cols.end();
  const std::int64_t divisor = block.pool->divisor(block.rows.front(), block.cols.front());
  if (divisor == 0 || !(same || block.pool->divisor_override)) return {};
  return divisor;
}

/// avg_pool2d takes no dilation.
bool has_avg_pool(const Block& block) {
  const auto rows = even_axis(block.rows);
  const auto cols = even_axis(block.cols);
  return rows && cols && rows->step == 1 && cols->step == 1;
}

at::Tensor avg_pool(const at::Tensor& planes, const Block& block, std::int64_t divisor) {
  const PaddedAxes axes{padded_by_us(*even_axis(block.rows), planes.size(1)),
                        padded_by_us(*even_axis(block.cols), planes.size(2))};
  const at::Tensor sums =
      at::avg_pool2d(padded(planes, axes, 0.0F), axes.kernel(), axes.stride(), axes.padding(),
                     /*ceil_mode=*/false, /*count_include_pad=*/true, divisor);
  return trimmed(sums, axes);
}

/// One window a plane is left to sum(), as PyTorch's global averages are: avg_pool2d adds one cell
/// after another and would lose digits.
bool is_whole_plane(const Block& block) {
  return is_global(block.rows, block.height()) && is_global(block.cols, block.width());
}

}  // namespace

bool slides(const Block& block) { return even_axis(block.rows) && even_axis(block.cols); }

std::optional<Reduced> own_max(const Block& block) {
  if (!slides(block)) {
    if (!adaptive(block)) return {};
    return adaptive_max(block);
  }
  const PaddedAxes axes{padded_by_operator(*even_axis(block.rows), block.height()),
                        padded_by_operator(*even_axis(block.cols), block.width())};
  if (block.winners && (axes.rows.before > 0 || axes.cols.before > 0)) return {};
  return sliding_max(block, axes);
}

std::optional<at::Tensor> own_mean(const Block& block) {
  if (is_whole_plane(block)) return {};
  const auto divisor = common_divisor(block);
  if (divisor && has_avg_pool(block)) return avg_pool(block.planes, block, *divisor);
  const bool counted = counts_its_taps(block.rows) && counts_its_taps(block.cols);
  if (block.pool->divisor_override || !counted || !adaptive(block)) return {};
  return at::adaptive_avg_pool2d(block.planes.unsqueeze(0), output_size(block)).squeeze(0);
}

bool has_own_sum(const Block& block) { return is_whole_plane(block) || has_avg_pool(block); }

at::Tensor own_sum(const at::Tensor& planes, const Block& block) {
  return is_whole_plane(block) ? folded_sum(planes, block) : avg_pool(planes, block, 1);
}

}  // namespace poolscope::libtorch
