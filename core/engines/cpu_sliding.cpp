#include "core/engines/cpu_sliding.h"

#include <algorithm>
#include <numeric>

#include "core/engines/cpu_scratch.h"

namespace poolscope::cpu {

std::optional<SlidingAxis> sliding_axis(std::span<const AxisWindow> windows) {
  if (windows.empty()) return {};
  const AxisWindow& first = windows.front();
  SlidingAxis axis{first.begin, 1, first.count, first.count > 1 ? first.step : 1,
                   static_cast<std::int64_t>(windows.size())};
  axis.stride = windows.size() > 1 ? windows[1].begin - first.begin : axis.extent();
  if (axis.stride < 1 || axis.taps < 1 || axis.dilation < 1) return {};
  std::int64_t begin = first.begin;
  for (const AxisWindow& window : windows) {
    const bool same_step = window.count == 1 || window.step == first.step;
    if (window.begin != begin || window.count != first.count || !same_step) return {};
    begin += axis.stride;
  }
  return axis;
}

Feed even_feed(const SlidingAxis& axis) {
  const std::int64_t step = axis.taps > 1 ? std::gcd(axis.stride, axis.dilation) : axis.stride;
  Feed feed{.begin = axis.begin,
            .group = 1,
            .group_step = step,
            .step = 0,
            .dilation = axis.taps > 1 ? axis.dilation / step : 1,
            .period = axis.stride / step,
            .taps = axis.taps,
            .count = 0};
  feed.count = (axis.outputs - 1) * feed.period + feed.lead() + 1;
  return feed;
}

Feed row_feed(const SlidingAxis& axis) {
  if (axis.stride < axis.extent()) return even_feed(axis);
  return {.begin = axis.begin,
          .group = axis.taps,
          .group_step = axis.stride,
          .step = axis.dilation,
          .dilation = 1,
          .period = axis.taps,
          .taps = axis.taps,
          .count = axis.outputs * axis.taps};
}

std::int64_t scratch_bytes(const SlidingAxis& rows, const SlidingAxis& cols,
                           std::int64_t lane_bytes) {
  return ScratchLayout(row_feed(rows), even_feed(cols), cols.outputs).bytes(lane_bytes);
}

}  // namespace poolscope::cpu
