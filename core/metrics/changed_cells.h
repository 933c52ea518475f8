#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/base/tensor.h"

namespace poolscope {

/// A cell of a map before and after a change.
struct ChangedCell {
  std::int64_t channel = 0, row = 0, col = 0;
  float before = 0.0F, after = 0.0F;

  /// How far apart both are; infinite where one of them is NaN.
  double size() const;
};

/// What a change did to a map.
struct MapChange {
  std::int64_t cells = 0;            ///< In all.
  std::int64_t changed = 0;          ///< Whose value is another one; NaN is one value, −0 is 0.
  std::int64_t channels = 0;         ///< With at least one of those.
  std::vector<ChangedCell> largest;  ///< The largest changes of all, the largest first.
};

/// Compares a sample of two maps, and lists the `count` largest changes of one channel, or of all
/// where `channel` is -1; equal ones come in the order of their cells. Errors: maps of different
/// sizes, a sample or channel that is not there.
Result<MapChange> changed_cells(const Tensor& before, const Tensor& after, std::int64_t sample,
                                std::int64_t channel, std::size_t count);

}  // namespace poolscope
