#pragma once

#include <string>
#include <string_view>

#include "core/pooling/layer.h"

namespace poolscope {

/// A pool as the TorchScript expression that computes it from `x`, N,C,H,W or C,H,W: with it a
/// model is changed and saved. PyTorch's own pools are PyTorch's operators, so their bits are too.
/// Errors: a layer that such operators cannot say, by its name.
Result<std::string> pool_script(const Layer& layer);

/// The line of Python that puts one of PyTorch's pools into a model at a module's path:
/// `model.layer1[0].pool = nn.AvgPool2d(2)`.
std::string swap_recipe(std::string_view path, const Layer& layer);

}  // namespace poolscope
