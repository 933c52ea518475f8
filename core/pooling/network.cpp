#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "core/pooling/kernels.h"
#include "core/pooling/lowering.h"
#include "core/pooling/pytorch_parameters.h"

/// The layers that pools stand beside in a network, as PyTorch has them: the convolution that makes
/// feature maps, and functions of each value. Their weights are shown instead of learned.
namespace poolscope {
namespace {

constexpr std::int64_t kMostWeights = std::int64_t{1} << 22;
constexpr double kMostChannels = 65536.0;

/// How a convolution's channels are shared out.
struct Channels {
  std::int64_t groups = 1;
  std::int64_t read = 1;  ///< Of the input, by one kernel.
  std::int64_t out = 1;

  std::int64_t kernels() const { return out / groups; }
};

std::string_view preset_name(const Layer& layer) {
  return find_parameter(*layer.kind, &Layer::weight)->choices[layer.weight.preset.index];
}

Result<void> check_in_channels(const Layer& layer, const Shape& input) {
  if (!layer.in_channels || *layer.in_channels == input.c) return {};
  return parameter_error(
      layer, &Layer::in_channels,
      fmt::format("{} {} differs from the {} channel{} of the input; {} or None",
                  parameter_name(*layer.kind, &Layer::in_channels), *layer.in_channels, input.c,
                  input.c == 1 ? "" : "s", input.c));
}

/// Output channels where out_channels does not say: each group has one kernel, or a bank.
std::int64_t natural_channels(const Layer& layer, std::int64_t groups) {
  if (!layer.weight.is_typed()) return groups * kernel_preset(preset_name(layer)).count;
  const auto& axes = layer.weight.axes;
  if (axes.size() == 4) return axes.front();
  return axes.size() == 3 ? groups * axes.front() : groups;
}

/// Whether the weights can have that many output channels.
Result<void> check_out_channels(const Layer& layer, const Channels& channels) {
  if (channels.out % channels.groups != 0) {
    return parameter_error(layer, &Layer::out_channels,
                           fmt::format("out_channels {} cannot be shared by {} groups; a multiple "
                                       "of {}",
                                       channels.out, channels.groups, channels.groups));
  }
  const std::int64_t natural = natural_channels(layer, channels.groups);
  const bool drawn_up = !layer.weight.is_typed() && kernel_preset(preset_name(layer)).count > 1;
  if (drawn_up || channels.out == natural) return {};
  return parameter_error(
      layer, &Layer::out_channels,
      fmt::format("out_channels {} differs from the {} that the weight gives with {} group{}; {} "
                  "or None",
                  channels.out, natural, channels.groups, channels.groups == 1 ? "" : "s",
                  natural));
}

Result<Channels> shared_channels(const Layer& layer, const Shape& input) {
  if (const auto same = check_in_channels(layer, input); !same) return tl::unexpected(same.error());
  Channels channels{.groups = layer.groups.value_or(input.c)};
  if (input.c % channels.groups != 0) {
    return parameter_error(layer, &Layer::groups,
                           fmt::format("groups {} does not divide the {} channels of the input; "
                                       "1, {} or None",
                                       channels.groups, input.c, input.c));
  }
  channels.read = input.c / channels.groups;
  channels.out = layer.out_channels.value_or(natural_channels(layer, channels.groups));
  if (const auto fits = check_out_channels(layer, channels); !fits) {
    return tl::unexpected(fits.error());
  }
  const auto& axes = layer.weight.axes;
  if (axes.size() == 4 && axes[1] != channels.read) {
    return parameter_error(layer, &Layer::weight,
                           fmt::format("weight reads {} channels; with groups {} each kernel reads "
                                       "{} of the input's {}",
                                       axes[1], channels.groups, channels.read, input.c));
  }
  return channels;
}

/// A preset or a typed kernel as large as kernel_size says.
Result<void> check_kernel_size(const Layer& layer) {
  Pair size = layer.kernel_size;
  std::string what = "the typed kernel";
  if (layer.weight.is_typed()) {
    size = layer.weight.size();
  } else if (const KernelPreset& preset = kernel_preset(preset_name(layer)); !preset.any_size) {
    size = {preset.size, preset.size};
    what = fmt::format("\"{}\"", preset.name);
  }
  if (size == layer.kernel_size) return {};
  return parameter_error(
      layer, &Layer::kernel_size,
      fmt::format("kernel_size {}x{} differs from {}, which is {}x{}", layer.kernel_size.h,
                  layer.kernel_size.w, what, size.h, size.w));
}

Result<void> check_weight_count(const Layer& layer, const Channels& channels) {
  const double count = static_cast<double>(layer.kernel_size.h) *
                       static_cast<double>(layer.kernel_size.w) *
                       static_cast<double>(channels.out) * static_cast<double>(channels.read);
  if (count <= static_cast<double>(kMostWeights)) return {};
  return parameter_error(
      layer, &Layer::kernel_size,
      fmt::format("kernel_size {}x{} with {} output channels that read {} each has too many "
                  "weights; at most {}",
                  layer.kernel_size.h, layer.kernel_size.w, channels.out, channels.read,
                  kMostWeights));
}

/// `count` copies of a bank, one after the other.
std::vector<float> repeated(const std::vector<float>& bank, std::int64_t count) {
  std::vector<float> all;
  for (std::int64_t i = 0; i < count; ++i) all.insert(all.end(), bank.begin(), bank.end());
  return all;
}

/// A typed bank as PyTorch's weight: without channels of its own, each of the group's gets the
/// same; without kernels for each group, each has the same.
std::vector<float> typed_weights(const KernelBank& typed, const Channels& channels) {
  std::vector<float> numbers;
  for (const double number : typed.numbers) numbers.push_back(static_cast<float>(number));
  if (typed.axes.size() == 4) return numbers;
  const auto taps = static_cast<std::ptrdiff_t>(typed.size().h * typed.size().w);
  std::vector<float> bank;
  for (auto kernel = numbers.begin(); kernel != numbers.end(); kernel += taps) {
    const auto spread = repeated({kernel, kernel + taps}, channels.read);
    bank.insert(bank.end(), spread.begin(), spread.end());
  }
  return repeated(bank, channels.groups);
}

std::vector<float> convolution_weights(const Layer& layer, const Channels& channels) {
  if (layer.weight.is_typed()) return typed_weights(layer.weight, channels);
  KernelSpec spec{.preset = preset_name(layer),
                  .size = layer.kernel_size,
                  .count = channels.kernels(),
                  .channels = channels.read,
                  .seed = static_cast<std::uint64_t>(layer.seed)};
  // Drawn kernels are all different; a bank of others is the same for each group.
  if (!kernel_preset(spec.preset).is_drawn) return repeated(preset_kernels(spec), channels.groups);
  spec.count = channels.out;
  return preset_kernels(spec);
}

/// Numbers that are one for all channels, one each, or left out. Errors: another count.
Result<std::vector<double>> spread_numbers(const Layer& layer, std::vector<double> Layer::*field,
                                           std::pair<std::int64_t, double> channels_and_default) {
  const auto [channels, left_out] = channels_and_default;
  const std::vector<double>& numbers = layer.*field;
  if (std::ssize(numbers) == channels) return numbers;
  if (numbers.size() <= 1) {
    return std::vector<double>(static_cast<std::size_t>(channels),
                               numbers.empty() ? left_out : numbers.front());
  }
  return parameter_error(layer, field,
                         fmt::format("{} has {} numbers; 1, or {}, one a channel",
                                     parameter_name(*layer.kind, field), numbers.size(), channels));
}

/// Source: torch.nn.functional.conv2d with padding_mode zeros. Kernels are laid on the input as
/// they are printed, not mirrored.
Result<LoweredLayer> lower_convolution(const Layer& layer, const Shape& input) {
  const auto channels = shared_channels(layer, input);
  if (!channels) return tl::unexpected(channels.error());
  if (const auto sized = check_kernel_size(layer); !sized) return tl::unexpected(sized.error());
  if (const auto few = check_weight_count(layer, *channels); !few) {
    return tl::unexpected(few.error());
  }
  auto windows = lower_sliding(layer, input, Counted::one);
  if (!windows) return tl::unexpected(windows.error());
  const auto offsets = spread_numbers(layer, &Layer::bias, {channels->out, 0.0});
  if (!offsets) return tl::unexpected(offsets.error());
  Convolution convolution{.windows = std::move(*windows),
                          .out_channels = channels->out,
                          .groups = channels->groups,
                          .channels = channels->read,
                          .weights = convolution_weights(layer, *channels)};
  if (!layer.bias.empty()) convolution.offsets.assign(offsets->begin(), offsets->end());
  LoweredLayer lowered(std::move(convolution));
  const Shape output = output_shape(lowered, input);
  if (const auto small = check_output(layer, output, &Layer::out_channels); !small) {
    return tl::unexpected(small.error());
  }
  return lowered;
}

constexpr double kInf = std::numeric_limits<double>::infinity();

Result<LoweredLayer> lower_relu(const Layer&, const Shape&) { return Pointwise{.b = kInf}; }
Result<LoweredLayer> lower_relu6(const Layer&, const Shape&) { return Pointwise{.b = 6.0}; }

Result<LoweredLayer> lower_hardtanh(const Layer& layer, const Shape&) {
  if (layer.min_val < layer.max_val) return Pointwise{.a = layer.min_val, .b = layer.max_val};
  return parameter_error(layer, &Layer::min_val,
                         fmt::format("min_val {} is not below max_val {}; a smaller number",
                                     layer.min_val, layer.max_val));
}

template <PointwiseFunction function>
Result<LoweredLayer> lower_plain(const Layer&, const Shape&) {
  return Pointwise{.function = function};
}

/// A function with one number of its own, kept in `field`.
template <PointwiseFunction function, double Layer::*field>
Result<LoweredLayer> lower_numbered(const Layer& layer, const Shape&) {
  return Pointwise{.function = function, .a = layer.*field};
}

/// (x - running_mean) / sqrt(running_var + eps) * weight + bias: BatchNorm2d in evaluation, with
/// the figures of training given.
Result<LoweredLayer> lower_batch_norm(const Layer& layer, const Shape& input) {
  if (const auto same = check_in_channels(layer, input); !same) return tl::unexpected(same.error());
  const auto spread = [&](std::vector<double> Layer::*field, double left_out) {
    return spread_numbers(layer, field, {input.c, left_out});
  };
  const auto mean = spread(&Layer::running_mean, 0.0), var = spread(&Layer::running_var, 1.0);
  const auto gamma = spread(&Layer::gamma, 1.0), bias = spread(&Layer::bias, 0.0);
  for (const auto* given : {&mean, &var, &gamma, &bias}) {
    if (!*given) return tl::unexpected(given->error());
  }
  Pointwise affine{.function = PointwiseFunction::affine};
  for (std::size_t c = 0; c < mean->size(); ++c) {
    affine.scale.push_back((*gamma)[c] / std::sqrt((*var)[c] + layer.eps));
    affine.shift.push_back((*bias)[c] - (*mean)[c] * affine.scale.back());
  }
  return affine;
}

constexpr std::string_view kPresets[] = {"random",  "identity",  "box",     "gaussian", "sobel_x",
                                         "sobel_y", "laplacian", "sharpen", "emboss",   "gabor"};
constexpr NumberRange kChannelCount{1.0, kMostChannels, "an integer from 1 to 65536, or None"};
constexpr NumberRange kAnyNumber{-1e30, 1e30, "from -1e30 to 1e30"};

constexpr Parameter kInplace{"inplace", &Layer::inplace, false,
                             "Writes over its input; the values are the same."};
constexpr Parameter kConvolution[] = {
    {"in_channels", &Layer::in_channels, false, "Of the input; None: as many as it has.",
     kChannelCount},
    {"out_channels", &Layer::out_channels, false,
     "Of the output, one a kernel and group; None: as the weight has.", kChannelCount},
    {"kernel_size", &Layer::kernel_size, false, "Height and width of the kernel, in cells."},
    {"stride", &Layer::stride, false, "Cells from one window to the next."},
    {"padding", &Layer::padding, false, "Zeros added on both sides."},
    {"dilation", &Layer::dilation, false, "Cells from one tap of the kernel to the next."},
    {"groups", &Layer::groups, false,
     "1: each kernel sums over all channels; None: each channel by itself.", kChannelCount},
    {"bias", &Layer::bias, false, "Added to every output: a number, or one a channel.", kAnyNumber},
    {"weight",
     &Layer::weight,
     false,
     "The kernel: a preset, or its numbers row by row.",
     {},
     kPresets},
    kSeed};
constexpr Parameter kInplaceOnly[] = {kInplace};
constexpr Parameter kLeaky[] = {
    {"negative_slope", &Layer::negative_slope, false, "The slope below 0.", kAnyNumber}, kInplace};
constexpr Parameter kElu[] = {
    {"alpha", &Layer::alpha, false, "How far below 0 it goes.", kAnyNumber}, kInplace};
constexpr Parameter kHardtanh[] = {
    {"min_val", &Layer::min_val, false, "Smaller values become it.", kAnyNumber},
    {"max_val", &Layer::max_val, false, "Larger values become it.", kAnyNumber},
    kInplace};
constexpr Parameter kSoftplus[] = {{"beta",
                                    &Layer::beta,
                                    false,
                                    "How sharp the bend at 0 is: large is ReLU.",
                                    {1e-6, 1e6, "from 1e-6 to 1e6"}}};
constexpr Parameter kBatchNorm[] = {
    {"num_features", &Layer::in_channels, false, "Channels of the input; None: as it has.",
     kChannelCount},
    {"eps", &Layer::eps, false, "Added to the variance.", {0.0, 1e30, "from 0 to 1e30"}},
    {"running_mean", &Layer::running_mean, false, "Taken off: a number, or one a channel.",
     kAnyNumber},
    {"running_var",
     &Layer::running_var,
     false,
     "Divided by its root: a number, or one a channel.",
     {1e-30, 1e30, "above 0, at most 1e30"}},
    {"weight", &Layer::gamma, false, "Times this: a number, or one a channel.", kAnyNumber},
    {"bias", &Layer::bias, false, "Added last: a number, or one a channel.", kAnyNumber}};

LayerKind beside(std::string_view name, std::string_view title,
                 std::span<const Parameter> parameters, decltype(LayerKind::lower) lower) {
  return {.name = name,
          .framework = Framework::pytorch,
          .title = title,
          .parameters = parameters,
          .lower = lower,
          .axes = 0,
          .size_rule = "out = in",
          .is_pool = false};
}

LayerKind convolution_kind() {
  LayerKind kind = beside("Conv2d", "Convolution", kConvolution, lower_convolution);
  kind.defaults = {.kernel_size = {3, 3}, .stride = Pair{1, 1}};
  kind.axes = 2;
  kind.size_rule = {};
  kind.starting_text = "Conv2d(padding=1, groups=None, weight=\"sobel_x\")";
  return kind;
}

LayerKind batch_norm_kind() {
  LayerKind kind = beside("BatchNorm2d", "Batch norm (eval)", kBatchNorm, lower_batch_norm);
  kind.defaults = {.eps = 1e-5};
  kind.axes = 2;
  return kind;
}

LayerKind elu_kind() {
  LayerKind kind =
      beside("ELU", "ELU", kElu, lower_numbered<PointwiseFunction::elu, &Layer::alpha>);
  kind.defaults = {.alpha = 1.0};
  return kind;
}

}  // namespace

std::span<const LayerKind> network_kinds() {
  using enum PointwiseFunction;
  static const std::vector<LayerKind> kinds{
      convolution_kind(),
      batch_norm_kind(),
      beside("ReLU", "ReLU", kInplaceOnly, lower_relu),
      beside("ReLU6", "ReLU6", kInplaceOnly, lower_relu6),
      beside("LeakyReLU", "Leaky ReLU", kLeaky, lower_numbered<leaky_relu, &Layer::negative_slope>),
      elu_kind(),
      beside("GELU", "GELU", {}, lower_plain<gelu>),
      beside("SiLU", "SiLU (swish)", kInplaceOnly, lower_plain<silu>),
      beside("Softplus", "Softplus", kSoftplus, lower_numbered<softplus, &Layer::beta>),
      beside("Sigmoid", "Sigmoid", {}, lower_plain<sigmoid>),
      beside("Tanh", "Tanh", {}, lower_plain<PointwiseFunction::tanh>),
      beside("Hardtanh", "Hardtanh (clamp)", kHardtanh, lower_hardtanh),
      beside("Abs", "Absolute value", {}, lower_plain<PointwiseFunction::abs>),
      beside("Square", "Square", {}, lower_plain<square>),
  };
  return kinds;
}

}  // namespace poolscope
