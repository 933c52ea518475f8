#pragma once

#include <vector>

#include "core/pooling/lowered_layer.h"

namespace poolscope {

/// One output cell of a convolution: sample, output channel, row and column.
struct ConvolvedCell {
  std::int64_t sample = 0, channel = 0, row = 0, col = 0;
};

/// What one of the channels that a kernel reads adds to a cell, in double.
struct ChannelTerm {
  std::int64_t channel = 0;  ///< Of the input.
  double sum = 0.0;          ///< Weighted taps; those outside the input add 0.
};

/// The terms that add up to a cell, with the kernel's offset, in the order of the channels.
std::vector<ChannelTerm> convolution_terms(const Convolution& convolution, const Tensor& input,
                                           const ConvolvedCell& cell);

/// The gradient on the input when `output` is that on the convolution's output: each output sends
/// its own to its taps, times their weights. Shape: `input`. Errors: memory.
Result<Tensor> convolution_gradient(const Convolution& convolution, const Shape& input,
                                    const Tensor& output);

}  // namespace poolscope
