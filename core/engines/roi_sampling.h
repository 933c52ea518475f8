#pragma once

#include "core/engines/engine.h"
#include "core/pooling/lowered_layer.h"

namespace poolscope {

/// The bins of a rectangle, each the mean (or maximum) of its points' bilinear values, in double. A
/// point more than one cell outside the input counts as 0. Shape: N,C as the input, rows x cols.
/// Errors: memory; `cancelled`. Source: ONNX RoiAlign-16; He et al. 2017 (Mask R-CNN), section 3.
Result<Tensor> sampled(const Tensor& input, const RoiSampling& sampling, const RunOptions& options);

/// The gradient on the input when `output` is that on the bins: each point sends its part to its
/// four neighbours; of a maximum, the first largest point alone does.
Result<Tensor> sampled_gradient(const Tensor& input, const RoiSampling& sampling,
                                const Tensor& output);

}  // namespace poolscope
