#pragma once

#include <string_view>

#include "core/pooling/layer.h"

namespace poolscope {

/// `PyTorch`, `Keras`, `ONNX`; `research` for the pools of papers.
std::string_view framework_title(Framework framework);

/// The setting of `layer` as `framework` writes it, its parameters carried over by meaning and
/// those that only one side has left at their defaults: what a person porting a network types.
/// It may be refused on the input, and may give other numbers. Errors: why there is no such layer.
Result<Layer> translated(const Layer& layer, Framework framework, const Shape& input);

}  // namespace poolscope
