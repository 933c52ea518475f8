#pragma once

#include <string>

#include "core/pooling/call_syntax.h"
#include "core/pooling/layer.h"

/// How each framework writes the values of parameters: reading here, writing in parameter_text().
namespace poolscope {

/// Gives `layer` the value of one parameter; false, and an unspecified value, when it is of a type
/// that the framework does not take. Kernels given as numbers set kernel_size too.
bool read_parameter(Layer& layer, const Parameter& parameter, const SyntaxValue& value);

/// What read_parameter takes: `an integer or a pair of integers`.
std::string expected_value(const LayerKind& kind, const Parameter& parameter);

}  // namespace poolscope
