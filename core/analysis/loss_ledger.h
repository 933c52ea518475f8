#pragma once

#include <vector>

#include "core/analysis/reconstruction.h"

namespace poolscope {

/// A guess of the input, and how far it is off.
struct RebuiltPlane {
  Rebuild way = Rebuild::unpool;
  Tensor values;     ///< 1 x 1 x H x W.
  double mse = 0.0;  ///< Mean of the squared differences to the input.
};

/// What a layer left of one plane, and what it threw away. Shares go from 0 to 1 unless said
/// otherwise; a share of nothing is NaN. NaN: a value that is not finite makes sums over it NaN.
struct LossLedger {
  std::int64_t cells_in = 0, cells_out = 0;
  std::int64_t cells_read = 0;   ///< Input cells that at least one window reads.
  std::int64_t cells_reach = 0;  ///< Input cells that reach the output: see `picks`.
  bool picks = false;  ///< Only winners reach the output; else every cell that is read has a part.
  /// Sum of squares of what unpooling puts back, over that of the input. Winners, and means of
  /// windows that tile, cannot exceed 1; norms and sums can.
  double energy_kept = 0.0;
  double variance_kept = 0.0;  ///< Variance of the output over that of the input; may exceed 1.
  std::vector<RebuiltPlane> rebuilt;  ///< Best first (least error); ways without one left out.
};

/// Takes the plane's account. `plane` has its winners where the layer has them. Errors: memory.
Result<LossLedger> loss_ledger(const PooledPlane& plane);

/// Mean and variance (over all values, not one fewer), and the sum of squares, in double.
struct Moments {
  double mean = 0.0, variance = 0.0, energy = 0.0;
};
Moments moments_of(const Tensor& values);

/// The mean of (a - b)^2. Shape: both the same.
double mean_squared_error(const Tensor& a, const Tensor& b);

}  // namespace poolscope
