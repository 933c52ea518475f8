#pragma once

#include <string_view>

#include "core/pooling/layer.h"
#include "core/torch/libtorch.h"

/// LibTorch's own layers that stand beside pools in a network.
namespace poolscope::libtorch {

/// Whether `layer` is one of them.
bool has_network_layer(const Layer& layer);

/// What LibTorch's layer of that name gives for x (N,C,H,W); of Poolscope's lowering only the
/// numbers of the presets are used. Throws what LibTorch throws.
at::Tensor own_network_layer(const Layer& layer, const at::Tensor& x);

/// By conv2d, in the float that LibTorch sums in; `weight` and `bias` as conv2d takes them, the
/// padding taken from the windows, which slide evenly.
at::Tensor convolved(const at::Tensor& x, const Convolution& convolution);

at::Tensor mapped(const at::Tensor& x, const Pointwise& pointwise);

}  // namespace poolscope::libtorch
