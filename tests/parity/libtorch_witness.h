#pragma once

#include <string>

#include "core/engines/engine.h"
#include "core/pooling/layer.h"

namespace poolscope {

/// What LibTorch makes of one of PyTorch's layers: values, and winners for max; or its error.
Result<PoolOutput> libtorch_pool(const Layer& layer, const Tensor& input);

/// `1.13.1`.
std::string libtorch_version();

}  // namespace poolscope
