#include "core/torch/witness.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/torch/libtorch.h"

namespace poolscope {
namespace {

using Two = std::array<std::int64_t, 2>;

Two both(const Pair& pair) { return {pair.h, pair.w}; }
Two padding(const Layer& layer) { return {layer.padding.top, layer.padding.left}; }

/// What a layer of LibTorch gives: values, and indices where it has them.
struct Given {
  at::Tensor values, indices = {};

  Given(at::Tensor only) : values(std::move(only)) {}
  Given(std::tuple<at::Tensor, at::Tensor> pair)
      : values(std::get<0>(pair)), indices(std::get<1>(pair)) {}
};

/// Which of an axis' windows have a tap in [0, size): a dilated one may step over all of it.
at::Tensor with_taps(std::int64_t outputs, std::int64_t size, Two stride_padding,
                     Two kernel_dilation) {
  const auto [stride, padding] = stride_padding;
  const auto [kernel, dilation] = kernel_dilation;
  const at::Tensor start = at::arange(outputs) * stride - padding;
  const at::Tensor skipped = (start.neg() + (dilation - 1)).div(dilation, "floor").clamp_min(0);
  return skipped.lt(kernel).logical_and((start + skipped * dilation).lt(size));
}

/// For a window without taps LibTorch prints an index that means nothing.
at::Tensor without_strays(const at::Tensor& indices, const Layer& layer, const at::Tensor& x) {
  const Pair stride = layer.effective_stride();
  const at::Tensor rows = with_taps(indices.size(2), x.size(2), {stride.h, layer.padding.top},
                                    {layer.kernel_size.h, layer.dilation.h});
  const at::Tensor cols = with_taps(indices.size(3), x.size(3), {stride.w, layer.padding.left},
                                    {layer.kernel_size.w, layer.dilation.w});
  return indices.masked_fill(rows.unsqueeze(1).logical_and(cols).logical_not(), -1);
}

Given max_pool(const Layer& layer, const at::Tensor& x) {
  const auto [values, indices] =
      at::max_pool2d_with_indices(x, both(layer.kernel_size), both(layer.effective_stride()),
                                  padding(layer), both(layer.dilation), layer.ceil_mode);
  return std::tuple(values, without_strays(indices, layer, x));
}

Given average_pool(const Layer& layer, const at::Tensor& x) {
  c10::optional<std::int64_t> divisor;
  if (layer.divisor_override) divisor = *layer.divisor_override;
  return at::avg_pool2d(x, both(layer.kernel_size), both(layer.effective_stride()), padding(layer),
                        layer.ceil_mode, layer.count_include_pad, divisor);
}

/// The body of torch.nn.functional.lp_pool2d, which no operator of LibTorch holds.
Given power_pool(const Layer& layer, const at::Tensor& x) {
  const at::Tensor out = at::avg_pool2d(x.pow(layer.norm_type), both(layer.kernel_size),
                                        both(layer.effective_stride()), Two{0, 0}, layer.ceil_mode);
  const auto [h, w] = both(layer.kernel_size);
  return (out.sign() * out.abs().relu()).mul(h * w).pow(1.0 / layer.norm_type);
}

Two output_size(const Layer& layer, const at::Tensor& x) {
  return {layer.output_size.h.value_or(x.size(2)), layer.output_size.w.value_or(x.size(3))};
}

Given adaptive_max_pool(const Layer& layer, const at::Tensor& x) {
  return at::adaptive_max_pool2d(x, output_size(layer, x));
}

Given adaptive_average_pool(const Layer& layer, const at::Tensor& x) {
  return at::adaptive_avg_pool2d(x, output_size(layer, x));
}

/// One line for each layer that LibTorch has.
struct OwnLayer {
  std::string_view kind;
  Given (*run)(const Layer& layer, const at::Tensor& x);
};
constexpr OwnLayer kOwnLayers[] = {
    {"MaxPool2d", max_pool},
    {"AvgPool2d", average_pool},
    {"LPPool2d", power_pool},
    {"AdaptiveMaxPool2d", adaptive_max_pool},
    {"AdaptiveAvgPool2d", adaptive_average_pool},
};

const OwnLayer* find_own_layer(const Layer& layer) {
  for (const OwnLayer& own : kOwnLayers) {
    if (own.kind == layer.kind->name) return &own;
  }
  return nullptr;
}

Result<PoolOutput> output_of(const Given& given) {
  auto values = libtorch::array_of<float>(given.values);
  if (!values) return tl::unexpected(values.error());
  PoolOutput output{.values = std::move(*values), .engine = "torch"};
  if (!given.indices.defined()) return output;
  auto winners = libtorch::array_of<std::int64_t>(given.indices);
  if (!winners) return tl::unexpected(winners.error());
  output.winners = std::move(*winners);
  return output;
}

}  // namespace

bool has_witness(const Layer& layer) { return find_own_layer(layer) != nullptr; }

Result<PoolOutput> witness(const Layer& layer, const Tensor& input) {
  const OwnLayer* const own = find_own_layer(layer);
  if (own == nullptr) return failure(fmt::format("LibTorch has no {}", layer.kind->name));
  return libtorch::guarded([&] { return output_of(own->run(layer, libtorch::view_of(input))); });
}

}  // namespace poolscope
