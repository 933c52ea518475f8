#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/engines/opengl_plan.h"

namespace poolscope {

/// The uniform block of shaders/common/pool_job.glsl (std140).
struct OpenGlJob {
  std::int32_t source_origin = 0, middle_origin = 0, output_origin = 0;
  std::int32_t plane = 0, planes = 0;
  std::int32_t row = 0, rows = 0;
  std::int32_t source_row = 0, source_end = 0, source_height = 0, source_width = 0;
  std::int32_t output_height = 0, output_width = 0;
  std::int32_t table_step = 0, table_rows = 0, flags = 0, low_bits = 0, top_bits = 0;
  std::int32_t group_outputs = 0;
  float divisor = 1.0F, gain = 1.0F;
  std::array<float, 3> unused = {};
  OpenGlSlide row_slide, col_slide;
  float least = 0.0F, scale = 1.0F;
  double alpha = 0.0;
};
static_assert(sizeof(OpenGlJob) == 144 && offsetof(OpenGlJob, row_slide) == 96 &&
              offsetof(OpenGlJob, alpha) == 136);

/// The numbers that all chunks of a pass share.
OpenGlJob job_of(const LoweredPool& pool, const OpenGlPlan& plan, const OpenGlPass& pass);
/// Fills in those of one chunk, but for its origins in the buffers.
void set_chunk(OpenGlJob& job, const OpenGlChunk& chunk);

}  // namespace poolscope
