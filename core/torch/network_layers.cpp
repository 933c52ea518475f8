#include "core/torch/network_layers.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/pooling/axis_windows.h"
#include "core/pooling/kernels.h"

namespace poolscope::libtorch {
namespace {

using Two = std::array<std::int64_t, 2>;

at::Tensor numbers_of(const std::vector<double>& numbers) {
  return at::from_blob(const_cast<double*>(numbers.data()), {std::ssize(numbers)}, at::kDouble)
      .to(at::kFloat);
}

at::Tensor floats_of(const std::vector<float>& numbers) {
  return at::from_blob(const_cast<float*>(numbers.data()), {std::ssize(numbers)}, at::kFloat)
      .clone();
}

/// A preset's kernels as conv2d takes them.
at::Tensor preset_weight(const Layer& layer, std::int64_t groups, std::int64_t channels) {
  const Parameter& parameter = *find_parameter(*layer.kind, "weight");
  const KernelPreset& preset = kernel_preset(parameter.choices[layer.weight.preset.index]);
  const std::int64_t out = layer.out_channels.value_or(preset.count * groups);
  const std::int64_t made = preset.is_drawn ? out : out / groups;
  const at::Tensor weight =
      floats_of(preset_kernels({.preset = preset.name,
                                .size = layer.kernel_size,
                                .count = made,
                                .channels = channels,
                                .seed = static_cast<std::uint64_t>(layer.seed)}))
          .view({made, channels, layer.kernel_size.h, layer.kernel_size.w});
  return weight.repeat({out / made, 1, 1, 1});
}

/// Typed kernels: without axes of their own, each group and channel has the same.
at::Tensor typed_weight(const KernelBank& bank, std::int64_t groups, std::int64_t channels) {
  const at::Tensor numbers = numbers_of(bank.numbers);
  if (bank.axes.size() == 4) return numbers.view(bank.axes);
  const std::int64_t kernels = bank.axes.size() == 3 ? bank.axes.front() : 1;
  return numbers.view({kernels, 1, bank.size().h, bank.size().w}).repeat({groups, channels, 1, 1});
}

at::Tensor own_convolution(const Layer& layer, const at::Tensor& x) {
  const std::int64_t groups = layer.groups.value_or(x.size(1));
  const std::int64_t channels = x.size(1) / groups;
  const at::Tensor weight = layer.weight.is_typed() ? typed_weight(layer.weight, groups, channels)
                                                    : preset_weight(layer, groups, channels);
  c10::optional<at::Tensor> bias;
  if (!layer.bias.empty()) bias = numbers_of(layer.bias).expand({weight.size(0)}).contiguous();
  const Pair stride = layer.effective_stride();
  return at::conv2d(x, weight, bias, Two{stride.h, stride.w},
                    Two{layer.padding.top, layer.padding.left},
                    Two{layer.dilation.h, layer.dilation.w}, groups);
}

at::Tensor own_batch_norm(const Layer& layer, const at::Tensor& x) {
  const auto spread = [&](const std::vector<double>& numbers, double left_out) {
    return numbers.empty() ? at::full({x.size(1)}, left_out)
                           : numbers_of(numbers).expand({x.size(1)}).contiguous();
  };
  return at::batch_norm(x, spread(layer.gamma, 1.0), spread(layer.bias, 0.0),
                        spread(layer.running_mean, 0.0), spread(layer.running_var, 1.0),
                        /*training=*/false, /*momentum=*/0.1, layer.eps, /*cudnn_enabled=*/false);
}

struct NetworkLayer {
  std::string_view kind;
  at::Tensor (*run)(const Layer& layer, const at::Tensor& x);
};
/// One line a layer.
constexpr NetworkLayer kLayers[] = {
    {"Conv2d", own_convolution},
    {"BatchNorm2d", own_batch_norm},
    {"ReLU", [](const Layer&, const at::Tensor& x) { return at::relu(x); }},
    {"ReLU6", [](const Layer&, const at::Tensor& x) { return at::relu6(x); }},
    {"LeakyReLU", [](const Layer& layer,
                     const at::Tensor& x) { return at::leaky_relu(x, layer.negative_slope); }},
    {"ELU", [](const Layer& layer, const at::Tensor& x) { return at::elu(x, layer.alpha); }},
    {"GELU", [](const Layer&, const at::Tensor& x) { return at::gelu(x); }},
    {"SiLU", [](const Layer&, const at::Tensor& x) { return at::silu(x); }},
    {"Softplus",
     [](const Layer& layer, const at::Tensor& x) { return at::softplus(x, layer.beta); }},
    {"Sigmoid", [](const Layer&, const at::Tensor& x) { return at::sigmoid(x); }},
    {"Tanh", [](const Layer&, const at::Tensor& x) { return at::tanh(x); }},
    {"Hardtanh", [](const Layer& layer,
                    const at::Tensor& x) { return at::hardtanh(x, layer.min_val, layer.max_val); }},
    {"Abs", [](const Layer&, const at::Tensor& x) { return at::abs(x); }},
    {"Square", [](const Layer&, const at::Tensor& x) { return at::square(x); }},
};

const NetworkLayer* find_layer(const Layer& layer) {
  const auto found = std::ranges::find(kLayers, layer.kind->name, &NetworkLayer::kind);
  return found == std::end(kLayers) ? nullptr : found;
}

/// scale * x + shift, by channel.
at::Tensor affine(const at::Tensor& x, const Pointwise& pointwise) {
  const auto of_channels = [&](const std::vector<double>& numbers) {
    return numbers_of(numbers).to(x.device()).view({1, -1, 1, 1});
  };
  return x * of_channels(pointwise.scale) + of_channels(pointwise.shift);
}

/// The windows' cells from the first tap to the last: x with zeros added, or cells left out.
at::Tensor padded(const at::Tensor& x, const EvenAxis& rows, const EvenAxis& cols) {
  const std::array<std::int64_t, 4> added{-cols.begin, cols.end() - x.size(3), -rows.begin,
                                          rows.end() - x.size(2)};
  const bool same = std::ranges::all_of(added, [](std::int64_t cells) { return cells == 0; });
  return same ? x : at::constant_pad_nd(x, added, 0);
}

}  // namespace

bool has_network_layer(const Layer& layer) { return find_layer(layer) != nullptr; }

at::Tensor own_network_layer(const Layer& layer, const at::Tensor& x) {
  return find_layer(layer)->run(layer, x);
}

at::Tensor convolved(const at::Tensor& x, const Convolution& convolution) {
  const EvenAxis rows = *even_axis(convolution.windows.rows);
  const EvenAxis cols = *even_axis(convolution.windows.cols);
  const at::Tensor weight =
      floats_of(convolution.weights)
          .view({convolution.out_channels, convolution.channels, rows.count, cols.count})
          .to(x.device());
  c10::optional<at::Tensor> bias;
  if (!convolution.offsets.empty()) bias = floats_of(convolution.offsets).to(x.device());
  return at::conv2d(padded(x, rows, cols), weight, bias, Two{rows.stride, cols.stride}, Two{0, 0},
                    Two{rows.step, cols.step}, convolution.groups);
}

at::Tensor mapped(const at::Tensor& x, const Pointwise& pointwise) {
  const double a = pointwise.a;
  switch (pointwise.function) {
    case PointwiseFunction::clamp:
      return at::clamp(x, a, pointwise.b);
    case PointwiseFunction::leaky_relu:
      return at::leaky_relu(x, a);
    case PointwiseFunction::elu:
      return at::elu(x, a);
    case PointwiseFunction::gelu:
      return at::gelu(x);
    case PointwiseFunction::silu:
      return at::silu(x);
    case PointwiseFunction::softplus:
      return at::softplus(x, a);
    case PointwiseFunction::sigmoid:
      return at::sigmoid(x);
    case PointwiseFunction::tanh:
      return at::tanh(x);
    case PointwiseFunction::abs:
      return at::abs(x);
    case PointwiseFunction::square:
      return at::square(x);
    case PointwiseFunction::affine:
      break;
  }
  return affine(x, pointwise);
}

}  // namespace poolscope::libtorch
