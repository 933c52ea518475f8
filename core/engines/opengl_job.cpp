#include "core/engines/opengl_job.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace poolscope {
namespace {

constexpr std::int32_t kHasDivisor = 1;

std::int32_t as_int(std::int64_t number) { return static_cast<std::int32_t>(number); }

/// The bits of 2^exponent.
std::int32_t bits_of_power(double exponent) {
  return std::bit_cast<std::int32_t>(static_cast<float>(std::exp2(exponent)));
}

/// What `taps` terms are raised to or weighed by before they are added up, at most: as an exponent
/// of the taps, and as a power of 2.
struct Terms {
  double exponent = 1.0, growth = 0.0;
};

Terms terms_of(const LoweredPool& pool, std::int64_t taps) {
  const double many = std::log2(static_cast<double>(std::max<std::int64_t>(1, taps)));
  return {pool.reduction == Reduction::power ? pool.exponent : 1.0, std::ceil(many)};
}

}  // namespace

OpenGlJob job_of(const LoweredPool& pool, const OpenGlPlan& plan, const OpenGlPass& pass) {
  // A driver may flush what lies below 2^-126 to 0: nothing beside a term of 2^-80.
  constexpr double low = -80.0, top = 126.0;
  const Terms terms = terms_of(pool, pass.most_taps);
  const Shape& out = plan.output();
  OpenGlJob job;
  job.source_height = as_int(plan.input.h);
  job.source_width = as_int(plan.input.w);
  job.output_height = as_int(pass.output.h);
  job.output_width = as_int(pass.output.w);
  job.table_step = plan.windows_each_plane ? as_int(out.h + out.w) : 0;
  job.table_rows = as_int(out.h);
  job.flags = pool.divisor_override ? kHasDivisor : 0;
  job.low_bits = bits_of_power(low / terms.exponent);
  job.top_bits = bits_of_power((top - terms.growth) / terms.exponent);
  job.divisor = static_cast<float>(pool.divisor_override.value_or(1));
  job.gain = static_cast<float>(pool.gain);
  if (pass.kernel == OpenGlKernel::slide)
    job.group_outputs = as_int(slide_outputs(plan, pass.stage));
  job.row_slide = plan.rows.value_or(OpenGlSlide{});
  job.col_slide = plan.cols.value_or(OpenGlSlide{});
  job.least = static_cast<float>(pool.least.value_or(0.0));
  job.scale = static_cast<float>(pool.scale);
  job.alpha = pool.alpha;
  return job;
}

void set_chunk(OpenGlJob& job, const OpenGlChunk& chunk) {
  job.plane = as_int(chunk.plane);
  job.planes = as_int(chunk.planes);
  job.row = as_int(chunk.row);
  job.rows = as_int(chunk.rows);
  job.source_row = as_int(chunk.source_row);
  job.source_end = as_int(chunk.source_row + chunk.source_rows);
}

}  // namespace poolscope
