#pragma once

#include <optional>

#include "core/torch/block.h"

/// LibTorch's own pooling operators, for the blocks that they can express.
namespace poolscope::libtorch {

/// By max_pool2d or adaptive_max_pool2d. Nothing for other windows, and where their padding would
/// blur which tap won.
std::optional<Reduced> own_max(const Block& block);

/// By avg_pool2d or adaptive_avg_pool2d, divisors included; nothing for other windows.
std::optional<at::Tensor> own_mean(const Block& block);

/// Whether the windows slide evenly.
bool slides(const Block& block);

/// Whether own_sum() can be called: windows that avg_pool2d can express, or one over each plane.
bool has_own_sum(const Block& block);

/// The sums of the windows of `planes`: the block's, or something computed from them.
at::Tensor own_sum(const at::Tensor& planes, const Block& block);

}  // namespace poolscope::libtorch
