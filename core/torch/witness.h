#pragma once

#include "core/engines/engine.h"
#include "core/pooling/layer.h"

namespace poolscope {

/// TorchRoom::has_layer().
bool has_witness(const Layer& layer);

/// TorchRoom::witness().
Result<PoolOutput> witness(const Layer& layer, const Tensor& input, const Indices* winners);

/// TorchRoom::witness_gradient().
Result<Tensor> witness_gradient(const Layer& layer, const Tensor& input, const Tensor& output);

}  // namespace poolscope
