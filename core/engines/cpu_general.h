#pragma once

#include "core/engines/cpu_job.h"

namespace poolscope::cpu {

/// Computes a tile window by window, for any lists of windows: adaptive, dilated, uneven, one set a
/// plane. Sums are taken in double.
void pool_general(const Job& job, const Tile& tile);

/// Computes again, in double, the means of a tile that are not finite.
void mend_general(const Job& job, const Tile& tile);

}  // namespace poolscope::cpu
