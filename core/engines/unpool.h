#pragma once

#include "core/pooling/lowered_layer.h"

namespace poolscope {

/// Zeros, and each value at its winner (y*W + x in the output plane); of several at one place the
/// last stays; -1 is left out. Shape: N,C as the input, the unpooling's height x width. Errors: a
/// winner outside that plane, memory. Source: PyTorch's MaxUnpool2d.
Result<Tensor> unpooled(const Tensor& input, const Indices& winners, const Unpool& unpool);

}  // namespace poolscope
