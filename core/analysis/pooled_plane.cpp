#include "core/analysis/pooled_plane.h"

#include <algorithm>
#include <utility>

#include "core/analysis/coverage.h"
#include "core/engines/run_layer.h"

namespace poolscope {
namespace {

void keep_plane(LoweredPool& pool, std::int64_t plane) {
  pool.planes = {pool.windows(plane)};
  pool.origin.plane += plane;
}

std::optional<PlaneWindows> windows_of(const LoweredLayer& lowered, const Shape& input) {
  if (const auto* pool = std::get_if<LoweredPool>(&lowered)) return pool->planes.front();
  return footprint(lowered, input);
}

Border border_of(const LoweredLayer& lowered) {
  const auto* pool = std::get_if<LoweredPool>(&lowered);
  return pool ? pool->border : Border::skip;
}

}  // namespace

bool keeps_planes_apart(const LoweredLayer& lowered) {
  return !pools_of(lowered).empty() || std::holds_alternative<RoiSampling>(lowered);
}

LoweredLayer on_plane(const LoweredLayer& lowered, std::int64_t plane) {
  LoweredLayer one = lowered;
  if (auto* pool = std::get_if<LoweredPool>(&one)) keep_plane(*pool, plane);
  if (auto* chain = std::get_if<PoolChain>(&one)) {
    for (LoweredPool& pool : chain->pools) keep_plane(pool, plane);
  }
  if (auto* pyramid = std::get_if<PoolPyramid>(&one)) {
    for (LoweredPool& pool : pyramid->pools) keep_plane(pool, plane);
  }
  return one;
}

Result<Tensor> plane_of(const Tensor& input, std::int64_t plane) {
  if (input.shape().planes() == 1) return input;
  return Tensor::copy_of({1, 1, input.shape().h, input.shape().w}, input.plane(plane));
}

Result<PooledPlane> pool_plane(const PlaneRun& run, const RunOptions& options) {
  if (std::holds_alternative<Unpool>(run.lowered)) {
    return failure("an unpooling reads the winners of another layer; it does not run by itself");
  }
  const bool apart = keeps_planes_apart(run.lowered);
  const LoweredLayer lowered = apart ? on_plane(run.lowered, run.plane) : run.lowered;
  auto input = plane_of(run.input, run.plane);
  if (!input) return tl::unexpected(input.error());
  RunOptions wanted = options;
  wanted.winners = options.winners && has_winners(lowered);
  auto output = run_layer(run.engine, {apart ? *input : run.input, lowered}, wanted);
  if (!output) return tl::unexpected(output.error());
  const std::int64_t last = output->values.shape().planes() - 1;
  auto values = plane_of(output->values, std::min(apart ? 0 : run.plane, last));
  if (!values) return tl::unexpected(values.error());
  auto windows = windows_of(lowered, input->shape());
  return PooledPlane{std::move(*input), std::move(*values), std::move(output->winners),
                     std::move(windows), border_of(lowered)};
}

std::int64_t cells_read(const PooledPlane& plane) {
  const Shape& shape = plane.input.shape();
  if (!plane.windows) return shape.plane_size();
  const CoverageCounts counts = count_cells(coverage(*plane.windows, shape, plane.border));
  return counts.cells - counts.dead;
}

}  // namespace poolscope
