#include <utility>

#include <fmt/format.h>

#include "core/pooling/kernels.h"
#include "core/pooling/lowering.h"
#include "core/pooling/pytorch_parameters.h"

/// Pools from papers, which no framework has as a layer; each rule names its source. Taps outside
/// the input are left out of value and divisor alike, and a NaN in a window makes its result NaN.
namespace poolscope {
namespace {

/// Windows that slide as PyTorch's, with the divisor that counts the taps inside.
Result<LoweredPool> sliding_pool(const Layer& layer, const Shape& input, Reduction reduction) {
  auto pool = lower_half_padded(layer, input, Counted::inside).map(max_pool);
  if (pool) pool->reduction = reduction;
  return pool;
}

/// min(x) = -max(-x).
Result<LoweredLayer> lower_min(const Layer& layer, const Shape& input) {
  return sliding_pool(layer, input, Reduction::min);
}

/// The middle value; the lower of the two middle ones where the taps are even in number.
/// Source: Tukey 1977 (Exploratory Data Analysis), running medians.
Result<LoweredLayer> lower_median(const Layer& layer, const Shape& input) {
  return sliding_pool(layer, input, Reduction::median);
}

/// sqrt(sum x^2). Source: Hyvarinen and Koster 2007 (Complex cell pooling), p = 2.
Result<LoweredLayer> lower_l2(const Layer& layer, const Shape& input) {
  auto pool = lower_half_padded(layer, input, Counted::one).map(max_pool);
  if (pool) pool->reduction = Reduction::power;
  return pool;
}

/// sqrt(sum x^2 / K). Source: Yang et al. 2009 (Linear spatial pyramid matching), equation 8.
Result<LoweredLayer> lower_rms(const Layer& layer, const Shape& input) {
  return sliding_pool(layer, input, Reduction::power);
}

/// alpha * max + (1 - alpha) * mean. Source: Lee, Gallagher and Tu 2016 (Generalizing pooling
/// functions), equation 3.
Result<LoweredLayer> lower_mixed(const Layer& layer, const Shape& input) {
  auto pool = sliding_pool(layer, input, Reduction::mixed);
  if (pool) pool->alpha = layer.alpha;
  return pool;
}

/// p = x / sum x; training draws one x by p, evaluation gives sum p x. Negative x count as 0.
/// Source: Zeiler and Fergus 2013 (Stochastic pooling), equations 1, 2 and 6.
Result<LoweredLayer> lower_stochastic(const Layer& layer, const Shape& input) {
  auto pool = sliding_pool(layer, input, Reduction::stochastic);
  if (!pool) return tl::unexpected(pool.error());
  pool->sampled = layer.training;
  pool->seed = static_cast<std::uint64_t>(layer.seed);
  return pool;
}

/// (sum max(x, eps)^p / K)^(1/p). Source: Radenovic, Tolias and Chum 2018 (Fine-tuning CNN image
/// retrieval), equation 3; eps as in its code.
Result<LoweredLayer> lower_gem(const Layer& layer, const Shape& input) {
  auto pool = sliding_pool(layer, input, Reduction::power);
  if (!pool) return tl::unexpected(pool.error());
  pool->exponent = layer.norm_type;
  pool->least = layer.eps;
  return pool;
}

/// sum e^(x/T) x / sum e^(x/T): attention whose score is the value itself.
Result<LoweredLayer> softmax_pool(const Layer& layer, const Shape& input, double scale) {
  auto pool = sliding_pool(layer, input, Reduction::softmax);
  if (pool) pool->scale = scale;
  return pool;
}

/// sum e^(beta x) x / sum e^(beta x). Source: Stergiou, Poppe and Kalliatakis 2021 (SoftPool),
/// equations 1 and 2 (beta = 1); Boureau, Ponce and LeCun 2010 for other beta.
Result<LoweredLayer> lower_soft(const Layer& layer, const Shape& input) {
  return softmax_pool(layer, input, layer.beta);
}

/// Source: Ilse, Tomczak and Welling 2018 (Attention-based MIL), equation 7, with the score x / T.
Result<LoweredLayer> lower_attention(const Layer& layer, const Shape& input) {
  return softmax_pool(layer, input, 1.0 / layer.temperature);
}

/// log(sum e^(beta x)) / beta. Source: Boyd and Vandenberghe 2004 (Convex optimization), 3.1.5; as
/// a pool Pinheiro and Collobert 2015, equation 4, who divide the sum by K.
Result<LoweredLayer> lower_log_sum_exp(const Layer& layer, const Shape& input) {
  auto pool = sliding_pool(layer, input, Reduction::log_sum_exp);
  if (pool) pool->scale = layer.beta;
  return pool;
}

Result<void> check_reflection(const Layer& layer, std::int64_t size, std::string_view cells) {
  const std::int64_t most = layer.filter_size / 2;
  if (most < size) return {};
  return parameter_error(layer, &Layer::filter_size,
                         fmt::format("filter_size {} reflects {} {} of {}; at most {}",
                                     layer.filter_size, most, cells, size, 2 * size - 1));
}

/// The binomial filter at every stride-th cell, its border reflected floor((f-1)/2) cells before
/// and ceil((f-1)/2) after. Source: Zhang 2019 (Making convolutional networks shift-invariant
/// again), section 3.2.
Result<LoweredPool> blur(const Layer& layer, const Shape& input) {
  if (const auto fits = check_reflection(layer, input.h, "rows"); !fits) {
    return tl::unexpected(fits.error());
  }
  if (const auto fits = check_reflection(layer, input.w, "columns"); !fits) {
    return tl::unexpected(fits.error());
  }
  const std::int64_t before = (layer.filter_size - 1) / 2, after = layer.filter_size / 2;
  const Pair stride = layer.effective_stride();
  const auto axis = [&](std::int64_t size, std::int64_t step) {
    return SlidingAxis{.size = size,
                       .kernel = layer.filter_size,
                       .stride = step,
                       .before = before,
                       .after = after};
  };
  LoweredPool pool = max_pool({sliding_windows(axis(input.h, stride.h), Counted::one),
                               sliding_windows(axis(input.w, stride.w), Counted::one)});
  pool.reduction = Reduction::weighted;
  pool.border = Border::reflect;
  pool.weights = outer(binomial(layer.filter_size), binomial(layer.filter_size));
  return pool;
}

Result<LoweredLayer> lower_blur(const Layer& layer, const Shape& input) {
  return blur(layer, input);
}

/// The maximum with stride 1, then the blur with the stride. Source: as blur(), figure 4.
Result<LoweredLayer> lower_max_blur(const Layer& layer, const Shape& input) {
  Layer dense = layer;
  dense.stride = Pair{1, 1};
  auto max = lower_sliding(dense, input, Counted::one).map(max_pool);
  if (!max) return tl::unexpected(max.error());
  auto blurred = blur(layer, max->output_shape(input));
  if (!blurred) return tl::unexpected(blurred.error());
  return PoolChain{{std::move(*max), std::move(*blurred)}};
}

constexpr std::string_view kWeights[] = {"average", "binomial", "centre"};

Result<void> check_strided_weight(const Layer& layer) {
  const KernelBank& weight = layer.weight;
  if (!weight.is_typed()) return {};
  if (weight.axes.size() > 2) {
    return parameter_error(layer, &Layer::weight,
                           "weight is a bank of kernels; one kernel, or Conv2d");
  }
  if (weight.size() == layer.kernel_size) return {};
  return parameter_error(
      layer, &Layer::kernel_size,
      fmt::format("kernel_size {}x{} differs from the typed kernel, which is "
                  "{}x{}",
                  layer.kernel_size.h, layer.kernel_size.w, weight.size().h, weight.size().w));
}

std::vector<float> strided_weights(const Layer& layer) {
  if (!layer.weight.is_typed()) {
    return preset_kernels(
        {.preset = kWeights[layer.weight.preset.index], .size = layer.kernel_size});
  }
  return {layer.weight.numbers.begin(), layer.weight.numbers.end()};
}

/// A convolution of each channel with one kernel, zeros around the input. Source: Springenberg et
/// al. 2015 (Striving for simplicity), equation 2, with kernels that are shown instead of learned.
Result<LoweredLayer> lower_strided(const Layer& layer, const Shape& input) {
  constexpr std::int64_t kMostWeights = std::int64_t{1} << 20;
  if (const auto typed = check_strided_weight(layer); !typed) {
    return tl::unexpected(typed.error());
  }
  const Pair& kernel = layer.kernel_size;
  if (kernel.h > kMostWeights / kernel.w) {
    return parameter_error(layer, &Layer::kernel_size,
                           fmt::format("kernel_size {}x{} has too many weights; at most {}",
                                       kernel.h, kernel.w, kMostWeights));
  }
  auto pool = lower_half_padded(layer, input, Counted::one).map(max_pool);
  if (!pool) return tl::unexpected(pool.error());
  pool->reduction = Reduction::weighted;
  pool->border = Border::zero;
  pool->weights = strided_weights(layer);
  return pool;
}

/// Adaptive maxima of several sizes, side by side in one row of sum(bins^2) cells. Source: He et
/// al. 2014 (Spatial pyramid pooling), section 2.2.
Result<LoweredLayer> lower_pyramid(const Layer& layer, const Shape& input) {
  PoolPyramid pyramid;
  Layer level = layer;
  std::int64_t cells = 0;
  for (const std::int64_t bin : layer.bins) {
    level.output_size = {bin, bin};
    const Shape output{input.n, input.c, 1, cells += bin * bin};
    if (const auto small = check_output(layer, output, &Layer::bins); !small) {
      return tl::unexpected(small.error());
    }
    auto windows = lower_adaptive(level, input, Counted::one);
    if (!windows) return tl::unexpected(windows.error());
    pyramid.pools.push_back(max_pool(std::move(*windows)));
  }
  return pyramid;
}

constexpr NumberRange kSharpness{1e-6, 1e6, "from 1e-6 to 1e6"};
/// Beyond it the powers of a 16-bit picture leave double.
constexpr NumberRange kGemPower{0.01, 60.0, "from 0.01 to 60"};
constexpr NumberRange kEps{1e-30, 1e30, "from 1e-30 to 1e30"};
constexpr NumberRange kShare{0.0, 1.0, "from 0 to 1"};

constexpr Parameter kBeta{"beta", &Layer::beta, false,
                          "How strongly large values weigh: 0 the average, large the maximum.",
                          kSharpness};
constexpr Parameter kFilterSize{"filter_size",
                                &Layer::filter_size,
                                false,
                                "Taps of the binomial filter: 3 is [1 2 1] / 4.",
                                {1.0, 15.0, "an integer from 1 to 15"}};

constexpr Parameter kSliding[] = {kKernelSize, kStride, kPadding, kCeilMode};
constexpr Parameter kMixed[] = {
    kKernelSize,
    kStride,
    kPadding,
    kCeilMode,
    {"alpha", &Layer::alpha, false, "The share of the maximum; the rest is average.", kShare}};
constexpr Parameter kStochastic[] = {
    kKernelSize,
    kStride,
    kPadding,
    kCeilMode,
    kSeed,
    {"training", &Layer::training, false, "Draw one cell a window, by its share of the sum."}};
constexpr Parameter kGem[] = {
    kKernelSize,
    kStride,
    kPadding,
    kCeilMode,
    {"p", &Layer::norm_type, false, "The power: 1 the average, large the maximum.", kGemPower},
    {"eps", &Layer::eps, false, "Smaller values are raised to it.", kEps}};
constexpr Parameter kSoft[] = {kKernelSize, kStride, kPadding, kCeilMode, kBeta};
constexpr Parameter kAttention[] = {
    kKernelSize,
    kStride,
    kPadding,
    kCeilMode,
    {"temperature", &Layer::temperature, false,
     "How evenly the window is looked at: large is the average.", kSharpness}};
constexpr Parameter kBlur[] = {
    {"kernel_size", &Layer::kernel_size, true,
     "Of the pool it takes the place of: the stride, where that is None."},
    kStride,
    kFilterSize};
constexpr Parameter kMaxBlur[] = {kKernelSize, kStride, kFilterSize};
constexpr Parameter kStrided[] = {
    kKernelSize,
    kStride,
    kPadding,
    {"weight",
     &Layer::weight,
     false,
     "The kernel: average (1/k^2), binomial, its centre cell alone, or its numbers.",
     {},
     kWeights}};
constexpr Parameter kPyramid[] = {
    {"bins", &Layer::bins, false, "Rows and columns of each level: [1, 2, 4] gives 21 cells."}};

LayerKind kind(std::string_view name, std::string_view title, std::span<const Parameter> parameters,
               decltype(LayerKind::lower) lower) {
  return {.name = name,
          .framework = Framework::research,
          .title = title,
          .parameters = parameters,
          .lower = lower};
}

LayerKind with_rule(LayerKind kind, std::string_view size_rule) {
  kind.size_rule = size_rule;
  return kind;
}

LayerKind with_defaults(LayerKind kind, Layer defaults) {
  kind.defaults = std::move(defaults);
  return kind;
}

}  // namespace

std::span<const LayerKind> research_kinds() {
  static const std::vector<LayerKind> kinds{
      kind("MinPool2d", "Min", kSliding, lower_min),
      kind("MedianPool2d", "Median", kSliding, lower_median),
      kind("L2Pool2d", "L2 norm", kSliding, lower_l2),
      kind("RMSPool2d", "Root mean square", kSliding, lower_rms),
      kind("MixedPool2d", "Mixed max and average", kMixed, lower_mixed),
      kind("StochasticPool2d", "Stochastic", kStochastic, lower_stochastic),
      with_defaults(kind("GeMPool2d", "Generalized mean", kGem, lower_gem), {.norm_type = 3.0}),
      kind("SoftPool2d", "Soft", kSoft, lower_soft),
      kind("LogSumExpPool2d", "Log-sum-exp", kSoft, lower_log_sum_exp),
      with_rule(kind("BlurPool2d", "Blur", kBlur, lower_blur), "out = ⌈in/s⌉"),
      with_rule(kind("MaxBlurPool2d", "Max blur", kMaxBlur, lower_max_blur), "out = ⌈(in-k+1)/s⌉"),
      kind("StridedConv2d", "Strided convolution", kStrided, lower_strided),
      with_rule(
          with_defaults(kind("SpatialPyramidPool2d", "Spatial pyramid", kPyramid, lower_pyramid),
                        {.bins = {1, 2, 4}}),
          "out = sum of bins², in one row"),
      kind("AttentionPool2d", "Attention", kAttention, lower_attention),
  };
  return kinds;
}

}  // namespace poolscope
