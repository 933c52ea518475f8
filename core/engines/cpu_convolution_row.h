#pragma once

#include <cstdint>

namespace poolscope::cpu {

/// One row of a convolution's outputs, for all kernels of a group.
struct ConvolutionRow {
  /// One row of taps of one channel: where its cells lie, and its weights in the first kernel.
  struct Run {
    const double* cells;
    const double* weights;
  };
  const Run* run;
  std::int64_t runs;
  std::int64_t taps;               ///< Of a run.
  const std::int64_t* tap_offset;  ///< From a run's cells to those of each tap.
  std::int64_t kernels;
  std::int64_t kernel_stride;  ///< From the weights of one kernel to those of the next.
  const double* offsets;       ///< Added to each kernel's sums.
  std::int64_t outputs;
  float* values;              ///< Of the first kernel.
  std::int64_t value_stride;  ///< From the outputs of one kernel to those of the next.
};

}  // namespace poolscope::cpu
