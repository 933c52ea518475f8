#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/tensor.h"
#include "core/pooling/layer_text.h"
#include "core/pooling/pipeline.h"

namespace poolscope {

inline constexpr float kInf = std::numeric_limits<float>::infinity();
inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

using Values = std::vector<float>;

inline Values values_of(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

/// The layer that a text names.
inline Layer layer_of(std::string_view text) {
  const auto layer = parse_layer(text);
  EXPECT_TRUE(layer) << text << ": " << (layer ? "" : layer.error().message);
  return layer ? *layer : make_layer(*find_kind("MaxPool2d"));
}

inline Pipeline pipeline_of(const std::vector<std::string>& layers) {
  Pipeline pipeline;
  for (const std::string& text : layers) pipeline.push_back({layer_of(text)});
  return pipeline;
}

}  // namespace poolscope
