#pragma once

#include "core/engines/engine.h"

namespace poolscope {

/// A convolution by plain loops, its sums in double. Errors: memory; `cancelled`.
Result<Tensor> convolved(const Tensor& input, const Convolution& convolution,
                         const RunOptions& options);

/// A function of each value, in double. Errors: memory; `cancelled`.
Result<Tensor> mapped(const Tensor& input, const Pointwise& pointwise, const RunOptions& options);

}  // namespace poolscope
