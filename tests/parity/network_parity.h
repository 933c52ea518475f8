#pragma once

#include "core/engines/reference_engine.h"
#include "tests/parity/parity.h"

namespace poolscope {

/// Success where `got` is the reference's convolution within the bounds of a sum.
inline testing::AssertionResult convolves(const Tensor& got, const Tensor& input,
                                          const Convolution& convolution,
                                          const Bounds& bounds = {}) {
  const PoolOutput expected = *ReferenceEngine().convolve(input, convolution, {});
  return result_of(*agreement({{.values = got}, expected, input, convolution}, bounds));
}

/// A convolution that `layer` is on `input`.
inline Convolution convolution_of(const Layer& layer, const Shape& input) {
  const auto lowered = lower_layer(layer, input);
  EXPECT_TRUE(lowered) << lowered.error().message;
  return std::get<Convolution>(*lowered);
}

/// Layers of every kind of window and of channels, for inputs of 4 channels.
inline constexpr const char* kConvolutions[] = {
    "Conv2d(out_channels=1, kernel_size=1)",
    "Conv2d(out_channels=5, kernel_size=3, padding=1, bias=[1, -2, 0.5, 0, 3])",
    "Conv2d(out_channels=8, kernel_size=(2, 5), stride=(3, 2), padding=(1, 4), groups=2)",
    "Conv2d(out_channels=9, kernel_size=3, stride=2, dilation=(2, 3), padding=3)",
    "Conv2d(kernel_size=3, stride=4, groups=None, bias=0.25)",
    "Conv2d(out_channels=3, kernel_size=(1, 7), dilation=3, padding=(0, 9), stride=(1, 3))",
    "Conv2d(kernel_size=4, stride=3, padding=7, weight=\"gabor\")",
    "Conv2d(padding=1, groups=None, weight=\"sobel_y\")",
};

}  // namespace poolscope
