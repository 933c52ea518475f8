#pragma once

#include "core/engines/engine.h"
#include "core/pooling/layer.h"

namespace poolscope {

/// TorchRoom::has_layer().
bool has_witness(const Layer& layer);

/// TorchRoom::witness().
Result<PoolOutput> witness(const Layer& layer, const Tensor& input);

}  // namespace poolscope
