#pragma once

#include <span>

#include "core/engines/cpu_job.h"
#include "core/engines/cpu_sliding.h"
#include "core/engines/cpu_window.h"

namespace poolscope::cpu {

/// Small planes that are pooled as many at a time as a vector has lanes: their cells are brought
/// side by side, so that any windows run at full width.
struct PlaneGroup {
  const Job* job = nullptr;
  std::span<const Taps> rows, cols;
  TileDivisors divisors;
  std::int64_t plane_begin = 0, plane_end = 0;  ///< Any number of planes.
  std::byte* scratch = nullptr;                 ///< plane_scratch_bytes(), aligned to 128.
};

/// Whether a run's windows, the same on all planes, are of that kind. Means also need few enough
/// taps for sums in float.
bool fits_planes(const Job& job);

std::int64_t plane_scratch_bytes(const Job& job);

/// Maxima or minima.
void extreme_planes(const PlaneGroup& group);
/// Means with float sums; false when a result is not finite, which a sum in double might be.
bool mean_planes(const PlaneGroup& group);

}  // namespace poolscope::cpu
