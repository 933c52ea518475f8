#include "core/torch/witness.h"

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/torch/libtorch.h"
#include "core/torch/network_layers.h"

namespace poolscope {
namespace {

using One = std::array<std::int64_t, 1>;
using Two = std::array<std::int64_t, 2>;

Two both(const Pair& pair) { return {pair.h, pair.w}; }
Two padding(const Layer& layer) { return {layer.padding.top, layer.padding.left}; }

/// What a layer of LibTorch is called with; `x` is N,C,H,W, and a single row for a 1d layer.
struct Call {
  const Layer& layer;
  at::Tensor x;
  at::Tensor winners = {};  ///< Of an unpooling.

  at::Tensor row() const { return x.squeeze(2); }
  Two kernel() const { return both(layer.kernel_size); }
  Two stride() const { return both(layer.effective_stride()); }
  One kernel_1d() const { return {layer.kernel_size.w}; }
  One stride_1d() const { return {layer.effective_stride().w}; }
  One padding_1d() const { return {layer.padding.left}; }
};

/// What it gives: values, and indices where it has them.
struct Given {
  at::Tensor values, indices = {};

  Given(at::Tensor only) : values(std::move(only)) {}
  Given(const std::tuple<at::Tensor, at::Tensor>& pair)
      : values(std::get<0>(pair)), indices(std::get<1>(pair)) {}
};

/// A 1d layer's output as a plane of one row.
Given as_plane(const Given& row) {
  Given plane(row.values.unsqueeze(2));
  if (row.indices.defined()) plane.indices = row.indices.unsqueeze(2);
  return plane;
}

/// One axis of a layer that max_pool slides.
struct Slide {
  std::int64_t size, kernel, stride, padding, dilation;
};

/// Which of an axis' windows have a tap in [0, size): a dilated one may step over all of it.
at::Tensor with_taps(std::int64_t outputs, const Slide& slide) {
  const at::Tensor start = at::arange(outputs) * slide.stride - slide.padding;
  const at::Tensor skipped =
      (start.neg() + (slide.dilation - 1)).div(slide.dilation, "floor").clamp_min(0);
  return skipped.lt(slide.kernel).logical_and((start + skipped * slide.dilation).lt(slide.size));
}

/// For a window without taps LibTorch prints an index that means nothing.
at::Tensor without_strays(const at::Tensor& indices, const Call& call) {
  const Layer& layer = call.layer;
  const auto [stride_h, stride_w] = call.stride();
  const Slide rows{call.x.size(2), layer.kernel_size.h, stride_h, layer.padding.top,
                   layer.dilation.h};
  const Slide cols{call.x.size(3), layer.kernel_size.w, stride_w, layer.padding.left,
                   layer.dilation.w};
  const at::Tensor any = with_taps(indices.size(-1), cols);
  if (layer.kind->axes == 1) return indices.masked_fill(any.logical_not(), -1);
  return indices.masked_fill(
      with_taps(indices.size(2), rows).unsqueeze(1).logical_and(any).logical_not(), -1);
}

Given max_pool(const Call& call) {
  const auto [values, indices] =
      at::max_pool2d_with_indices(call.x, call.kernel(), call.stride(), padding(call.layer),
                                  both(call.layer.dilation), call.layer.ceil_mode);
  return std::tuple(values, without_strays(indices, call));
}

Given max_pool_1d(const Call& call) {
  const auto [values, indices] =
      at::max_pool1d_with_indices(call.row(), call.kernel_1d(), call.stride_1d(), call.padding_1d(),
                                  One{call.layer.dilation.w}, call.layer.ceil_mode);
  return as_plane(std::tuple(values, without_strays(indices, call)));
}

Given average_pool(const Call& call) {
  c10::optional<std::int64_t> divisor;
  if (call.layer.divisor_override) divisor = *call.layer.divisor_override;
  return at::avg_pool2d(call.x, call.kernel(), call.stride(), padding(call.layer),
                        call.layer.ceil_mode, call.layer.count_include_pad, divisor);
}

Given average_pool_1d(const Call& call) {
  return as_plane(at::avg_pool1d(call.row(), call.kernel_1d(), call.stride_1d(), call.padding_1d(),
                                 call.layer.ceil_mode, call.layer.count_include_pad));
}

/// The end of torch.nn.functional.lp_pool2d, which no operator of LibTorch holds.
at::Tensor root_of_mean(const at::Tensor& mean, std::int64_t cells, double norm) {
  return (mean.sign() * mean.abs().relu()).mul(cells).pow(1.0 / norm);
}

Given power_pool(const Call& call) {
  const double norm = call.layer.norm_type;
  const at::Tensor mean = at::avg_pool2d(call.x.pow(norm), call.kernel(), call.stride(), Two{0, 0},
                                         call.layer.ceil_mode);
  return root_of_mean(mean, call.kernel()[0] * call.kernel()[1], norm);
}

Given power_pool_1d(const Call& call) {
  const double norm = call.layer.norm_type;
  const at::Tensor mean = at::avg_pool1d(call.row().pow(norm), call.kernel_1d(), call.stride_1d(),
                                         One{0}, call.layer.ceil_mode);
  return as_plane(root_of_mean(mean, call.kernel_1d()[0], norm));
}

Two output_size(const Call& call) {
  const OutputSize& size = call.layer.output_size;
  return {size.h.value_or(call.x.size(2)), size.w.value_or(call.x.size(3))};
}

Given adaptive_max_pool(const Call& call) {
  return at::adaptive_max_pool2d(call.x, output_size(call));
}

Given adaptive_max_pool_1d(const Call& call) {
  return as_plane(at::adaptive_max_pool1d(call.row(), One{output_size(call)[1]}));
}

Given adaptive_average_pool(const Call& call) {
  return at::adaptive_avg_pool2d(call.x, output_size(call));
}

Given adaptive_average_pool_1d(const Call& call) {
  return as_plane(at::adaptive_avg_pool1d(call.row(), One{output_size(call)[1]}));
}

/// The numbers that Poolscope draws, in LibTorch's order: for the columns, then for the rows.
at::Tensor random_samples(const Call& call) {
  const std::int64_t planes = call.x.size(0) * call.x.size(1);
  const auto seed = static_cast<std::uint64_t>(call.layer.seed);
  std::vector<float> samples;
  for (std::int64_t plane = 0; plane < planes; ++plane) {
    for (const std::uint64_t axis : {1, 0}) {
      samples.push_back(
          static_cast<float>(hashed_number({seed, static_cast<std::uint64_t>(plane), axis})));
    }
  }
  return at::from_blob(samples.data(), {call.x.size(0), call.x.size(1), 2}, at::kFloat).clone();
}

/// The output's size as torch.nn.functional.fractional_max_pool2d reckons it.
Given fractional_pool(const Call& call) {
  const auto ratio = call.layer.output_ratio;
  const auto share = [](std::int64_t size, double of) {
    return static_cast<std::int64_t>(static_cast<double>(size) * of);
  };
  const Two size = ratio ? Two{share(call.x.size(2), ratio->h), share(call.x.size(3), ratio->w)}
                         : output_size(call);
  return at::fractional_max_pool2d(call.x, call.kernel(), size, random_samples(call));
}

/// The output's size as torch.nn.functional's _unpool_output_size checks it.
std::int64_t unpooled_size(std::int64_t usual, std::int64_t stride,
                           const std::optional<std::int64_t>& wanted) {
  if (!wanted) return usual;
  TORCH_CHECK(usual - stride < *wanted && *wanted < usual + stride, "invalid output_size");
  return *wanted;
}

Given unpool(const Call& call) {
  const auto usual = [&](int axis) {
    return (call.x.size(axis + 2) - 1) * call.stride()[axis] - 2 * padding(call.layer)[axis] +
           call.kernel()[axis];
  };
  const OutputSize& size = call.layer.output_size;
  const std::int64_t width = unpooled_size(usual(1), call.stride()[1], size.w);
  if (call.layer.kind->axes == 1) return at::max_unpool2d(call.x, call.winners, Two{1, width});
  const std::int64_t height = unpooled_size(usual(0), call.stride()[0], size.h);
  return at::max_unpool2d(call.x, call.winners, Two{height, width});
}

/// One line for each layer that LibTorch has.
struct OwnLayer {
  std::string_view kind;
  Given (*run)(const Call& call);
};
constexpr OwnLayer kOwnLayers[] = {
    {"MaxPool2d", max_pool},
    {"AvgPool2d", average_pool},
    {"LPPool2d", power_pool},
    {"AdaptiveMaxPool2d", adaptive_max_pool},
    {"AdaptiveAvgPool2d", adaptive_average_pool},
    {"FractionalMaxPool2d", fractional_pool},
    {"MaxUnpool2d", unpool},
    {"MaxPool1d", max_pool_1d},
    {"AvgPool1d", average_pool_1d},
    {"LPPool1d", power_pool_1d},
    {"AdaptiveMaxPool1d", adaptive_max_pool_1d},
    {"AdaptiveAvgPool1d", adaptive_average_pool_1d},
    {"MaxUnpool1d", unpool},
};

Given network_layer(const Call& call) { return libtorch::own_network_layer(call.layer, call.x); }

const OwnLayer* find_own_layer(const Layer& layer) {
  static constexpr OwnLayer kNetwork{"", network_layer};
  if (libtorch::has_network_layer(layer)) return &kNetwork;
  for (const OwnLayer& own : kOwnLayers) {
    if (own.kind == layer.kind->name) return &own;
  }
  return nullptr;
}

/// Runs LibTorch's own layer. Throws what LibTorch throws.
Given run_own(const OwnLayer& own, const Layer& layer, const at::Tensor& x,
              const Indices* winners) {
  Call call{layer, x};
  if (winners != nullptr) call.winners = libtorch::view_of(*winners);
  return own.run(call);
}

tl::unexpected<Error> no_own_layer(const Layer& layer) {
  return failure(fmt::format("LibTorch has no {}", layer.kind->name));
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

Result<PoolOutput> witness(const Layer& layer, const Tensor& input, const Indices* winners) {
  const OwnLayer* const own = find_own_layer(layer);
  if (own == nullptr) return no_own_layer(layer);
  return libtorch::guarded(
      [&] { return output_of(run_own(*own, layer, libtorch::view_of(input), winners)); });
}

Result<Tensor> witness_gradient(const Layer& layer, const Tensor& input, const Tensor& output) {
  const OwnLayer* const own = find_own_layer(layer);
  if (own == nullptr) return no_own_layer(layer);
  return libtorch::guarded([&] {
    const at::Tensor x = libtorch::view_of(input).clone().set_requires_grad(true);
    run_own(*own, layer, x, nullptr).values.backward(libtorch::view_of(output));
    return libtorch::array_of<float>(x.grad());
  });
}

}  // namespace poolscope
