#pragma once

#include <atomic>
#include <cstdint>

#include "core/base/tensor.h"

namespace poolscope {

/// Cells that stand out of all their neighbours, as salt-and-pepper noise does.
struct Specks {
  std::int64_t count = 0, cells = 0;

  double share() const {
    return cells == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(cells);
  }
};

/// Which way a speck stands out.
enum class SpeckSide { bright, dark };

/// Counts the cells of all planes that lie above (or below) each of their up to 8 neighbours by
/// more than a quarter of their plane's range of values. NaN and infinities are no specks and no
/// neighbours. `cancelled` ends it early.
Specks count_specks(const Tensor& input, SpeckSide side, const std::atomic<bool>& cancelled);

}  // namespace poolscope
