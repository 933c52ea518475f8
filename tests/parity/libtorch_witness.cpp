#include "tests/parity/libtorch_witness.h"

#include <torch/torch.h>

namespace poolscope {
namespace {

namespace functional = torch::nn::functional;

std::vector<std::int64_t> list(const Pair& pair) { return {pair.h, pair.w}; }

at::Tensor torch_tensor(const Tensor& input) {
  const Shape& s = input.shape();
  return torch::from_blob(const_cast<float*>(input.data()), {s.n, s.c, s.h, s.w});
}

template <class T>
Array<T> array_of(const at::Tensor& tensor) {
  const at::Tensor dense = tensor.contiguous();
  const auto sizes = dense.sizes();
  return *Array<T>::copy_of({sizes[0], sizes[1], sizes[2], sizes[3]},
                            {dense.data_ptr<T>(), static_cast<std::size_t>(dense.numel())});
}

PoolOutput output_of(const at::Tensor& values) { return {array_of<float>(values), {}}; }

PoolOutput output_of(const std::tuple<at::Tensor, at::Tensor>& output) {
  return {array_of<float>(std::get<0>(output)), array_of<std::int64_t>(std::get<1>(output))};
}

PoolOutput pool(const Layer& layer, const at::Tensor& x) {
  const std::string_view name = layer.kind->name;
  const auto kernel = list(layer.kernel_size);
  const auto stride = list(layer.effective_stride());
  const std::vector<std::int64_t> padding{layer.padding.top, layer.padding.left};
  const std::vector<std::int64_t> size{layer.output_size.h.value_or(x.size(2)),
                                       layer.output_size.w.value_or(x.size(3))};
  if (name == "MaxPool2d") {
    return output_of(at::max_pool2d_with_indices(x, kernel, stride, padding, list(layer.dilation),
                                                 layer.ceil_mode));
  }
  if (name == "AvgPool2d") {
    c10::optional<std::int64_t> divisor;
    if (layer.divisor_override) divisor = *layer.divisor_override;
    return output_of(at::avg_pool2d(x, kernel, stride, padding, layer.ceil_mode,
                                    layer.count_include_pad, divisor));
  }
  if (name == "LPPool2d") {
    const auto options = functional::LPPool2dFuncOptions(layer.norm_type, kernel)
                             .stride(stride)
                             .ceil_mode(layer.ceil_mode);
    return output_of(functional::lp_pool2d(x, options));
  }
  if (name == "AdaptiveMaxPool2d") return output_of(at::adaptive_max_pool2d(x, size));
  return output_of(at::adaptive_avg_pool2d(x, size));
}

}  // namespace

Result<PoolOutput> libtorch_pool(const Layer& layer, const Tensor& input) {
  try {
    at::set_num_threads(1);  // The inputs are too small to share out.
    return pool(layer, torch_tensor(input));
  } catch (const std::exception& error) {
    return failure(error.what());
  }
}

std::string libtorch_version() { return TORCH_VERSION; }

}  // namespace poolscope
