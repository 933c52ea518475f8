#pragma once

#include "core/pooling/layer.h"

namespace poolscope {

/// Max unpooling, PyTorch's and ONNX': the output has (in-1)*stride - padding + kernel cells an
/// axis, or output_size, which lies strictly within a stride of it. Errors: output_size out of that
/// range, no cell, an output too large.
Result<LoweredLayer> lower_unpool(const Layer& layer, const Shape& input);

}  // namespace poolscope
