#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

namespace poolscope {

/// The smallest and the largest of some values.
struct ValueRange {
  float min = 0.0F, max = 0.0F;
};

/// The range of the values that are not NaN; empty where there is none.
inline std::optional<ValueRange> value_range(std::span<const float> values) {
  std::optional<ValueRange> range;
  for (const float value : values) {
    if (std::isnan(value)) continue;
    if (!range) range = ValueRange{value, value};
    range->min = std::min(range->min, value);
    range->max = std::max(range->max, value);
  }
  return range;
}

}  // namespace poolscope
