#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

namespace poolscope {

/// The smallest and the largest of some values.
struct ValueExtent {
  float min = 0.0F, max = 0.0F;
};

/// The range of the values that are not NaN; empty where there is none.
inline std::optional<ValueExtent> value_extent(std::span<const float> values) {
  std::optional<ValueExtent> range;
  for (const float value : values) {
    if (std::isnan(value)) continue;
    if (!range) range = ValueExtent{value, value};
    range->min = std::min(range->min, value);
    range->max = std::max(range->max, value);
  }
  return range;
}

}  // namespace poolscope
