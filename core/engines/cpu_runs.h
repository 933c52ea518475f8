#pragma once

#include <cstdint>

namespace poolscope::cpu {

/// Sum of cells that lie side by side, in double.
double sum_run(const float* cells, std::int64_t count);

/// Maximum of at least one cell: NaN wins, and a zero has the sign of the first.
float max_run(const float* cells, std::int64_t count);

}  // namespace poolscope::cpu
