#include "core/engines/cpu_sliding.h"

#include <algorithm>
#include <numeric>

#include "core/engines/cpu_scratch.h"
#include "core/pooling/axis_windows.h"

namespace poolscope::cpu {

std::optional<SlidingAxis> sliding_axis(std::span<const AxisWindow> windows) {
  const auto even = even_axis(windows);
  if (!even) return {};
  const std::int64_t stride = even->outputs > 1 ? even->stride : even->extent();
  return SlidingAxis{even->begin, stride, even->count, even->step, even->outputs};
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
