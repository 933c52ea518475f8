#include "core/pooling/axis_windows.h"

#include <algorithm>

namespace poolscope {
namespace {

struct Padding {
  std::int64_t before, after;
};

/// Padding that gives ceil(size / stride) windows; the odd cell goes after the input, or before it.
Padding same_padding(const SlidingAxis& axis, bool odd_before) {
  const std::int64_t outputs = ceil_div(axis.size, axis.stride);
  const std::int64_t total =
      std::max((outputs - 1) * axis.stride + axis.extent() - axis.size, std::int64_t{0});
  const std::int64_t less = total / 2;
  return odd_before ? Padding{total - less, less} : Padding{less, total - less};
}

Padding resolved_padding(AutoPad rule, const SlidingAxis& axis, Padding given) {
  switch (rule) {
    case AutoPad::notset:
      return given;
    case AutoPad::valid:
      return {0, 0};
    case AutoPad::same_upper:
      return same_padding(axis, false);
    case AutoPad::same_lower:
      return same_padding(axis, true);
  }
  return given;
}

SlidingAxis with_padding(SlidingAxis axis, AutoPad rule, Padding given) {
  const Padding padding = resolved_padding(rule, axis, given);
  axis.before = padding.before;
  axis.after = padding.after;
  return axis;
}

}  // namespace

SlidingAxes sliding_axes(const Layer& layer, const Shape& input) {
  const Pair stride = layer.effective_stride();
  const SlidingAxis rows{.size = input.h,
                         .kernel = layer.kernel_size.h,
                         .stride = stride.h,
                         .dilation = layer.dilation.h,
                         .ceil = layer.ceil_mode};
  const SlidingAxis cols{.size = input.w,
                         .kernel = layer.kernel_size.w,
                         .stride = stride.w,
                         .dilation = layer.dilation.w,
                         .ceil = layer.ceil_mode};
  const Pads& pads = layer.padding;
  return {with_padding(rows, layer.auto_pad, {pads.top, pads.bottom}),
          with_padding(cols, layer.auto_pad, {pads.left, pads.right})};
}

std::int64_t taps_between(const AxisWindow& window, std::int64_t low, std::int64_t high) {
  const std::int64_t first = std::max(ceil_div(low - window.begin, window.step), std::int64_t{0});
  const std::int64_t last =
      std::min(floor_div(high - 1 - window.begin, window.step), window.count - 1);
  return std::max(last - first + 1, std::int64_t{0});
}

TapRange taps_inside(const AxisWindow& window, std::int64_t size) {
  const std::int64_t first = std::max(ceil_div(-window.begin, window.step), std::int64_t{0});
  return {first, first + taps_between(window, 0, size)};
}

std::optional<EvenAxis> even_axis(std::span<const AxisWindow> windows) {
  if (windows.empty()) return {};
  const AxisWindow& first = windows.front();
  EvenAxis axis{.begin = first.begin,
                .count = first.count,
                .step = first.count > 1 ? first.step : 1,
                .outputs = static_cast<std::int64_t>(windows.size())};
  if (axis.outputs > 1) axis.stride = windows[1].begin - first.begin;
  if (axis.stride < 1 || axis.count < 1 || axis.step < 1) return {};
  std::int64_t begin = first.begin;
  for (const AxisWindow& window : windows) {
    const bool same_step = window.count == 1 || window.step == axis.step;
    if (window.begin != begin || window.count != axis.count || !same_step) return {};
    begin += axis.stride;
  }
  return axis;
}

std::vector<AxisWindow> sliding_windows(const SlidingAxis& axis, Counted counted) {
  const std::int64_t low = counted == Counted::padded ? -axis.before : 0;
  const std::int64_t high = counted == Counted::padded ? axis.size + axis.after : axis.size;
  std::vector<AxisWindow> windows(static_cast<std::size_t>(axis.outputs()));
  std::int64_t begin = -axis.before;
  for (AxisWindow& window : windows) {
    window = {.begin = begin, .count = axis.kernel, .step = axis.dilation};
    if (counted != Counted::one) window.divisor = taps_between(window, low, high);
    begin += axis.stride;
  }
  return windows;
}

std::vector<AxisWindow> adaptive_windows(std::int64_t size, std::int64_t outputs, Counted counted) {
  std::vector<AxisWindow> windows(static_cast<std::size_t>(outputs));
  for (std::int64_t i = 0; i < outputs; ++i) {
    const std::int64_t begin = i * size / outputs;
    const std::int64_t count = ceil_div((i + 1) * size, outputs) - begin;
    windows[static_cast<std::size_t>(i)] = {.begin = begin, .count = count};
    if (counted != Counted::one) windows[static_cast<std::size_t>(i)].divisor = count;
  }
  return windows;
}

}  // namespace poolscope
