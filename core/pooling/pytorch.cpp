#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "core/pooling/lowering.h"
#include "core/pooling/pytorch_parameters.h"
#include "core/pooling/unpool.h"

namespace poolscope {
namespace {

Result<LoweredLayer> lower_max(const Layer& layer, const Shape& input) {
  return lower_half_padded(layer, input, Counted::one).map(max_pool);
}

Result<LoweredLayer> lower_average(const Layer& layer, const Shape& input) {
  const Counted counted = layer.count_include_pad ? Counted::padded : Counted::inside;
  auto pool = lower_half_padded(layer, input, counted).map(mean_pool);
  if (pool) pool->divisor_override = layer.divisor_override;
  return pool;
}

/// LibTorch takes the mean of x^p, times the cells of a full window, and then the root: a partial
/// window of ceil_mode is scaled as if it were full. Norm inf is the maximum, as documented.
Result<LoweredLayer> lower_power(const Layer& layer, const Shape& input) {
  if (std::isinf(layer.norm_type)) {
    return lower_sliding(layer, input, Counted::one).map(max_pool);
  }
  auto windows = lower_sliding(layer, input, Counted::padded);
  if (!windows) return tl::unexpected(windows.error());
  LoweredPool pool = power_pool(std::move(*windows), layer.norm_type);
  pool.gain = static_cast<double>(layer.kernel_size.h) * static_cast<double>(layer.kernel_size.w);
  return pool;
}

Result<LoweredLayer> lower_adaptive_max(const Layer& layer, const Shape& input) {
  return lower_adaptive(layer, input, Counted::one).map(max_pool);
}

Result<LoweredLayer> lower_adaptive_average(const Layer& layer, const Shape& input) {
  return lower_adaptive(layer, input, Counted::inside).map(mean_pool);
}

Result<void> check_one_size(const Layer& layer) {
  const bool sized = layer.output_size != OutputSize{};
  if (sized && (!layer.output_size.h || !layer.output_size.w)) {
    return parameter_error(layer, &Layer::output_size,
                           "output_size gives one of the two axes; both are needed");
  }
  if (sized != layer.output_ratio.has_value()) return {};
  return parameter_error(layer, &Layer::output_size,
                         sized ? "output_size and output_ratio are both given; one of the two"
                               : "neither output_size nor output_ratio is given; one of the two");
}

/// What both axes of a fractional pool need to know.
struct FractionalAxis {
  std::int64_t size, kernel, outputs;
  double ratio;
};

FractionalAxis fractional_axis(std::int64_t size, std::int64_t kernel,
                               const std::optional<std::int64_t>& wanted, double ratio) {
  const auto share = static_cast<std::int64_t>(static_cast<double>(size) * ratio);
  return {size, kernel, wanted.value_or(share), ratio};
}

Result<void> check_fractional(const Layer& layer, const FractionalAxis& axis) {
  if (axis.outputs < 1) {
    return parameter_error(
        layer, &Layer::output_ratio,
        fmt::format("output_ratio {} leaves no cell of {}; at least {:.3g}", axis.ratio, axis.size,
                    1.0 / static_cast<double>(axis.size)));
  }
  const std::int64_t most = axis.size - axis.kernel + 1;
  if (axis.outputs <= most) return {};
  return parameter_error(
      layer, layer.output_ratio ? ParameterField(&Layer::output_ratio) : &Layer::output_size,
      fmt::format("{} windows of {} do not start at different cells of {}; at most {}",
                  axis.outputs, axis.kernel, axis.size, std::max<std::int64_t>(most, 0)));
}

/// The starts are float32 arithmetic, as LibTorch computes them. `u` is in [0, 1).
/// Source: Graham 2014 (Fractional Max-Pooling), section 2; LibTorch's generate_intervals.
std::vector<AxisWindow> fractional_windows(const FractionalAxis& axis, float u) {
  std::vector<AxisWindow> windows(static_cast<std::size_t>(axis.outputs));
  const std::int64_t last = axis.size - axis.kernel;
  const float alpha =
      axis.outputs > 1 ? static_cast<float>(last) / static_cast<float>(axis.outputs - 1) : 0.0F;
  for (std::int64_t i = 0; i < axis.outputs; ++i) {
    const float place = (static_cast<float>(i) + u) * alpha;
    const auto start = static_cast<std::int64_t>(place) - static_cast<std::int64_t>(u * alpha);
    windows[static_cast<std::size_t>(i)] = {i + 1 == axis.outputs ? last : start, axis.kernel};
  }
  return windows;
}

/// One set of windows per sample and channel, its numbers drawn from the seed.
Result<LoweredLayer> lower_fractional(const Layer& layer, const Shape& input) {
  if (const auto one = check_one_size(layer); !one) return tl::unexpected(one.error());
  const OutputRatio ratio = layer.output_ratio.value_or(OutputRatio{1.0, 1.0});
  const FractionalAxis rows =
      fractional_axis(input.h, layer.kernel_size.h, layer.output_size.h, ratio.h);
  const FractionalAxis cols =
      fractional_axis(input.w, layer.kernel_size.w, layer.output_size.w, ratio.w);
  if (const auto fits = check_fractional(layer, rows); !fits) return tl::unexpected(fits.error());
  if (const auto fits = check_fractional(layer, cols); !fits) return tl::unexpected(fits.error());
  const std::int64_t planes = std::max<std::int64_t>(input.planes(), 1);
  if (planes * (rows.outputs + cols.outputs) > kMaxWindows) {
    return parameter_error(
        layer, layer.output_ratio ? ParameterField(&Layer::output_ratio) : &Layer::output_size,
        fmt::format("{} planes of {}x{} windows of their own are too many to list; at most {}",
                    planes, rows.outputs, cols.outputs, kMaxWindows));
  }
  LoweredPool pool;
  const auto seed = static_cast<std::uint64_t>(layer.seed);
  for (std::int64_t p = 0; p < planes; ++p) {
    const auto u = [&](std::uint64_t axis) {
      return static_cast<float>(hashed_number({seed, static_cast<std::uint64_t>(p), axis}));
    };
    pool.planes.push_back({fractional_windows(rows, u(0)), fractional_windows(cols, u(1))});
  }
  return pool;
}

constexpr Parameter kDilation{"dilation", &Layer::dilation, false,
                              "Cells from one tap of a window to the next."};
constexpr Parameter kReturnIndices{"return_indices", &Layer::return_indices, false,
                                   "Also give the position of each maximum, as y*W + x."};
constexpr Parameter kCountIncludePad{"count_include_pad", &Layer::count_include_pad, false,
                                     "Count the padding's zeros in the mean."};
constexpr Parameter kDivisorOverride{"divisor_override", &Layer::divisor_override, false,
                                     "Divide each sum by this number instead; None: by the cells."};
constexpr Parameter kNormType{"norm_type", &Layer::norm_type, true,
                              "The power p in (sum of x^p)^(1/p); inf is the maximum."};
constexpr Parameter kOutputSize{"output_size", &Layer::output_size, true,
                                "Rows and columns of the output; None keeps the input's."};

constexpr Parameter kUnpoolSize{"output_size", &Layer::output_size, false,
                                "Rows and columns of the output; None: (in-1)*stride-2*padding+k."};

constexpr Parameter kMaxPool[] = {kKernelSize, kStride,        kPadding,
                                  kDilation,   kReturnIndices, kCeilMode};
constexpr Parameter kAvgPool[] = {kKernelSize, kStride,          kPadding,
                                  kCeilMode,   kCountIncludePad, kDivisorOverride};
constexpr Parameter kLpPool[] = {kNormType, kKernelSize, kStride, kCeilMode};
constexpr Parameter kAdaptiveMaxPool[] = {kOutputSize, kReturnIndices};
constexpr Parameter kAdaptiveAvgPool[] = {kOutputSize};

constexpr Parameter kFractionalPool[] = {
    kKernelSize,
    {"output_size", &Layer::output_size, false, "Rows and columns of the output."},
    {"output_ratio", &Layer::output_ratio, false,
     "The output's size as a share of the input's, between 0 and 1."},
    kReturnIndices,
    kSeed};
constexpr Parameter kUnpool[] = {kKernelSize, kStride, kPadding, kUnpoolSize};
constexpr Parameter kAvgPool1d[] = {kKernelSize, kStride, kPadding, kCeilMode, kCountIncludePad};

constexpr Layer kAdaptiveDefaults{.output_size = {2, 2}};
constexpr Layer kRowDefaults{.kernel_size = {1, 2}};
constexpr Layer kAdaptiveRowDefaults{.kernel_size = {1, 2}, .output_size = {{}, 2}};

constexpr std::string_view kUnpoolRule = "out = (in-1)·s-2p+k, or output_size";

/// A kind that pools over a single row, by the rule of its 2d form.
constexpr LayerKind row_kind(std::string_view name, std::string_view title,
                             std::span<const Parameter> parameters,
                             decltype(LayerKind::lower) lower, Layer defaults = kRowDefaults) {
  return {.name = name,
          .framework = Framework::pytorch,
          .title = title,
          .parameters = parameters,
          .lower = lower,
          .defaults = std::move(defaults),
          .axes = 1,
          .size_rule = lower == lower_unpool ? kUnpoolRule : std::string_view{}};
}

constexpr LayerKind kKinds[] = {
    {"MaxPool2d", Framework::pytorch, "Max", kMaxPool, lower_max},
    {"AvgPool2d", Framework::pytorch, "Average", kAvgPool, lower_average},
    {"LPPool2d", Framework::pytorch, "LP norm", kLpPool, lower_power},
    {"AdaptiveMaxPool2d", Framework::pytorch, "Adaptive max", kAdaptiveMaxPool, lower_adaptive_max,
     kAdaptiveDefaults},
    {"AdaptiveAvgPool2d", Framework::pytorch, "Adaptive average", kAdaptiveAvgPool,
     lower_adaptive_average, kAdaptiveDefaults},
    {.name = "FractionalMaxPool2d",
     .framework = Framework::pytorch,
     .title = "Fractional max",
     .parameters = kFractionalPool,
     .lower = lower_fractional,
     .size_rule = "out = output_size, or ⌊in·ratio⌋"},
    {.name = "MaxUnpool2d",
     .framework = Framework::pytorch,
     .title = "Max unpool",
     .parameters = kUnpool,
     .lower = lower_unpool,
     .size_rule = kUnpoolRule},
    row_kind("MaxPool1d", "Max 1d", kMaxPool, lower_max),
    row_kind("AvgPool1d", "Average 1d", kAvgPool1d, lower_average),
    row_kind("LPPool1d", "LP norm 1d", kLpPool, lower_power),
    row_kind("AdaptiveMaxPool1d", "Adaptive max 1d", kAdaptiveMaxPool, lower_adaptive_max,
             kAdaptiveRowDefaults),
    row_kind("AdaptiveAvgPool1d", "Adaptive average 1d", kAdaptiveAvgPool, lower_adaptive_average,
             kAdaptiveRowDefaults),
    row_kind("MaxUnpool1d", "Max unpool 1d", kUnpool, lower_unpool),
};

}  // namespace

std::span<const LayerKind> pytorch_kinds() { return kKinds; }

}  // namespace poolscope
