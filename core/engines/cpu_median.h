#pragma once

#include "core/engines/cpu_job.h"

namespace poolscope::cpu {

/// Whether medians of the windows are quicker found as the windows slide: these share so many
/// columns that few cells come and go from one to the next.
bool medians_slide(const PlaneWindows& windows);

/// Medians of a tile under windows that slide, with winners where the job asks for them. The cells
/// are ranked once; then the cost of a window grows with its height alone.
void median_tile(const Job& job, const Tile& tile);

}  // namespace poolscope::cpu
