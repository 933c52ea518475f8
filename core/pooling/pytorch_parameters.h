#pragma once

#include "core/pooling/lowering.h"

/// The parameters that PyTorch's pools and those of papers, which are written alike, have in
/// common.
namespace poolscope {

inline constexpr Parameter kKernelSize{"kernel_size", &Layer::kernel_size, true,
                                       "Height and width of the window, in cells."};
inline constexpr Parameter kStride{"stride", &Layer::stride, false,
                                   "Cells from one window to the next; None: the kernel_size."};
inline constexpr Parameter kPadding{"padding", &Layer::padding, false,
                                    "Cells added on both sides; at most half of the window."};
inline constexpr Parameter kCeilMode{"ceil_mode", &Layer::ceil_mode, false,
                                     "Round the output size up: the last window may overhang."};
inline constexpr Parameter kSeed{
    "seed",
    &Layer::seed,
    false,
    "Decides what is drawn: the same seed draws the same.",
    {0.0, static_cast<double>(kMaxParameter), "an integer from 0 to 2^31-1"}};

}  // namespace poolscope
