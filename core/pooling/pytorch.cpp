#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "core/pooling/lowering.h"

namespace poolscope {
namespace {

Result<void> check_half(const Layer& layer, const SlidingAxis& axis) {
  const std::int64_t most = axis.extent() / 2;
  if (axis.before <= most) return {};
  return parameter_error(layer, &Layer::padding,
                         fmt::format("padding {} is more than half of the window ({}); at most {}",
                                     axis.before, axis.extent(), most));
}

/// A sliding pool whose padding is at most half of the window.
Result<PlaneWindows> lower_half_padded(const Layer& layer, const Shape& input, Counted counted) {
  const auto [rows, cols] = sliding_axes(layer, input);
  if (const auto half = check_half(layer, rows); !half) return tl::unexpected(half.error());
  if (const auto half = check_half(layer, cols); !half) return tl::unexpected(half.error());
  return lower_sliding(layer, input, counted);
}

Result<LoweredPool> lower_max(const Layer& layer, const Shape& input) {
  return lower_half_padded(layer, input, Counted::one).map(max_pool);
}

Result<LoweredPool> lower_average(const Layer& layer, const Shape& input) {
  const Counted counted = layer.count_include_pad ? Counted::padded : Counted::inside;
  auto pool = lower_half_padded(layer, input, counted).map(mean_pool);
  if (pool) pool->divisor_override = layer.divisor_override;
  return pool;
}

/// LibTorch takes the mean of x^p, times the cells of a full window, and then the root: a partial
/// window of ceil_mode is scaled as if it were full. Norm inf is the maximum, as documented.
Result<LoweredPool> lower_power(const Layer& layer, const Shape& input) {
  if (std::isinf(layer.norm_type)) {
    return lower_sliding(layer, input, Counted::one).map(max_pool);
  }
  auto windows = lower_sliding(layer, input, Counted::padded);
  if (!windows) return tl::unexpected(windows.error());
  LoweredPool pool = power_pool(std::move(*windows), layer.norm_type);
  pool.gain = static_cast<double>(layer.kernel_size.h) * static_cast<double>(layer.kernel_size.w);
  return pool;
}

Result<LoweredPool> lower_adaptive_max(const Layer& layer, const Shape& input) {
  return lower_adaptive(layer, input, Counted::one).map(max_pool);
}

Result<LoweredPool> lower_adaptive_average(const Layer& layer, const Shape& input) {
  return lower_adaptive(layer, input, Counted::inside).map(mean_pool);
}

constexpr Parameter kKernelSize{"kernel_size", &Layer::kernel_size, true,
                                "Height and width of the window, in cells."};
constexpr Parameter kStride{"stride", &Layer::stride, false,
                            "Cells from one window to the next; None: the kernel_size."};
constexpr Parameter kPadding{"padding", &Layer::padding, false,
                             "Cells added on both sides; at most half of the window."};
constexpr Parameter kDilation{"dilation", &Layer::dilation, false,
                              "Cells from one tap of a window to the next."};
constexpr Parameter kReturnIndices{"return_indices", &Layer::return_indices, false,
                                   "Also give the position of each maximum, as y*W + x."};
constexpr Parameter kCeilMode{"ceil_mode", &Layer::ceil_mode, false,
                              "Round the output size up: the last window may overhang."};
constexpr Parameter kCountIncludePad{"count_include_pad", &Layer::count_include_pad, false,
                                     "Count the padding's zeros in the mean."};
constexpr Parameter kDivisorOverride{"divisor_override", &Layer::divisor_override, false,
                                     "Divide each sum by this number instead; None: by the cells."};
constexpr Parameter kNormType{"norm_type", &Layer::norm_type, true,
                              "The power p in (sum of x^p)^(1/p); inf is the maximum."};
constexpr Parameter kOutputSize{"output_size", &Layer::output_size, true,
                                "Rows and columns of the output; None keeps the input's."};

constexpr Parameter kMaxPool[] = {kKernelSize, kStride,        kPadding,
                                  kDilation,   kReturnIndices, kCeilMode};
constexpr Parameter kAvgPool[] = {kKernelSize, kStride,          kPadding,
                                  kCeilMode,   kCountIncludePad, kDivisorOverride};
constexpr Parameter kLpPool[] = {kNormType, kKernelSize, kStride, kCeilMode};
constexpr Parameter kAdaptiveMaxPool[] = {kOutputSize, kReturnIndices};
constexpr Parameter kAdaptiveAvgPool[] = {kOutputSize};

constexpr Layer kAdaptiveDefaults{.output_size = {2, 2}};

constexpr LayerKind kKinds[] = {
    {"MaxPool2d", Framework::pytorch, "Max", kMaxPool, lower_max},
    {"AvgPool2d", Framework::pytorch, "Average", kAvgPool, lower_average},
    {"LPPool2d", Framework::pytorch, "LP norm", kLpPool, lower_power},
    {"AdaptiveMaxPool2d", Framework::pytorch, "Adaptive max", kAdaptiveMaxPool, lower_adaptive_max,
     kAdaptiveDefaults},
    {"AdaptiveAvgPool2d", Framework::pytorch, "Adaptive average", kAdaptiveAvgPool,
     lower_adaptive_average, kAdaptiveDefaults},
};

}  // namespace

std::span<const LayerKind> pytorch_kinds() { return kKinds; }

}  // namespace poolscope
