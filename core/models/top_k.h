#pragma once

#include <cstddef>
#include <vector>

#include "core/models/model.h"

namespace poolscope {

/// A class that a model names.
struct RankedClass {
  std::size_t index = 0;
  float value = 0.0F;  ///< The model's own number.
  double share = 0.0;  ///< Softmax over all classes, from 0 to 1.
};

/// The `count` classes with the largest values, the largest first; equal ones by their index, NaN
/// last. Shape: the output has the classes on its last axis; the sample is counted over the axes
/// before it. Errors: an output without classes, a sample that is not there.
Result<std::vector<RankedClass>> top_classes(const ModelMap& output, std::size_t count,
                                             std::size_t sample = 0);

}  // namespace poolscope
