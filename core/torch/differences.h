#pragma once

#include <string>
#include <vector>

#include "core/pooling/layer.h"

namespace poolscope {

/// Where the linked LibTorch's own layer departs from the documented rule that Poolscope follows:
/// the rows of its table that apply to this layer, each a sentence for the user.
std::vector<std::string> differences(const Layer& layer, const Shape& input);

}  // namespace poolscope
