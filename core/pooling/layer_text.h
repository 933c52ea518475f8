#pragma once

#include <string>
#include <string_view>

#include "core/pooling/layer.h"

namespace poolscope {

/// Reads a layer as its framework writes it: `nn.MaxPool2d(3, stride=(2, 1), ceil_mode=True)`,
/// `MaxPooling2D(pool_size=2, padding="same")`, `MaxPool(kernel_shape=[2, 2], pads=[0, 0, 1, 1])`.
/// Errors (kind usage, position set, one line): unknown name (with the nearest one), unknown,
/// repeated or missing argument, a value of the wrong type. Limits are lower()'s business.
Result<Layer> parse_layer(std::string_view text);

/// The layer as its framework writes it, with the arguments that differ from the defaults and those
/// that are required; parse_layer reads it back to an equal layer.
std::string layer_text(const Layer& layer);

/// Short for cards: `k2 s2 p1`, `3x3`, `same`.
std::string layer_summary(const Layer& layer);

/// One parameter's value as its framework writes it: `(2, 1)`, `None`, `"same"`, `[0, 0, 1, 1]`.
std::string parameter_text(const Layer& layer, const Parameter& parameter);

/// Sets one parameter from text, as parse_layer would read it as a keyword argument.
Result<void> set_parameter(Layer& layer, std::string_view name, std::string_view text);

}  // namespace poolscope
