#pragma once

#include <cstdint>

#include "core/engines/engine.h"

namespace poolscope::cpu {

/// One run of the CPU engine: what is read, what is written, and how. Pointers outlive the run.
struct Job {
  const float* input = nullptr;
  Shape in, out;
  const LoweredPool* pool = nullptr;
  float* values = nullptr;
  std::int64_t* winners = nullptr;  ///< Null unless asked for.

  const float* plane(std::int64_t p) const { return input + p * in.plane_size(); }
  std::int64_t cell(std::int64_t p, std::int64_t row) const { return (p * out.h + row) * out.w; }
};

/// A rectangle of output cells in one plane: what one task computes.
struct Tile {
  std::int64_t plane = 0;
  std::int64_t row_begin = 0, row_end = 0;
  std::int64_t col_begin = 0, col_end = 0;
};

}  // namespace poolscope::cpu
