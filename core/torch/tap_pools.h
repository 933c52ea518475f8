#pragma once

#include "core/torch/block.h"

/// Pools for any list of windows: every tap is gathered, then LibTorch's reductions run over them.
/// Memory: a few numbers for each tap of each window of the block.
namespace poolscope::libtorch {

/// Sums of the windows of `planes` (the block's, or something computed from them), one axis after
/// the other, in their type.
at::Tensor folded_sum(const at::Tensor& planes, const Block& block);

/// Any reduction but mean and power, which are sums.
Reduced reduce_taps(const Block& block);

}  // namespace poolscope::libtorch
