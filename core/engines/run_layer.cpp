#include "core/engines/run_layer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "core/engines/network_loops.h"
#include "core/engines/roi_sampling.h"
#include "core/engines/unpool.h"

namespace poolscope {
namespace {

/// The engine named in outputs that no engine's windows give.
constexpr std::string_view kPlain = "reference";

Result<PoolOutput> run_work(const Engine& engine, const LayerRun& run, const LoweredPool& pool,
                            const RunOptions& options) {
  return engine.run(run.input, pool, options);
}

void take_notes(PoolOutput& from, PoolOutput& to) {
  std::ranges::move(from.notes, std::back_inserter(to.notes));
  to.engine = std::move(from.engine);
}

Result<PoolOutput> run_work(const Engine& engine, const LayerRun& run, const PoolChain& chain,
                            const RunOptions& options) {
  PoolOutput whole;
  whole.values = run.input;
  for (const LoweredPool& pool : chain.pools) {
    auto output = engine.run(whole.values, pool, {.cancelled = options.cancelled});
    if (!output) return output;
    take_notes(*output, whole);
    whole.values = std::move(output->values);
  }
  return whole;
}

/// Puts the planes of `part` at cells [at, ...) of the planes of `row`.
template <class T>
void place(const Array<T>& part, std::int64_t at, std::int64_t width, Buffer<T>& row) {
  const std::int64_t cells = part.shape().plane_size();
  for (std::int64_t p = 0; p < part.shape().planes(); ++p) {
    std::copy_n(part.data() + p * cells, cells, row.data() + p * width + at);
  }
}

Result<PoolOutput> run_work(const Engine& engine, const LayerRun& run, const PoolPyramid& pyramid,
                            const RunOptions& options) {
  const Shape shape = output_shape(pyramid, run.input.shape());
  auto values = Buffer<float>::allocate(shape.elements());
  if (!values) return tl::unexpected(values.error());
  auto winners = Buffer<std::int64_t>::allocate(options.winners ? shape.elements() : 0);
  if (!winners) return tl::unexpected(winners.error());
  PoolOutput whole;
  std::int64_t at = 0;
  for (const LoweredPool& pool : pyramid.pools) {
    auto level = engine.run(run.input, pool, options);
    if (!level) return level;
    take_notes(*level, whole);
    place(level->values, at, shape.w, *values);
    if (options.winners) place(*level->winners, at, shape.w, *winners);
    at += level->values.shape().plane_size();
  }
  whole.values = Tensor(shape, std::move(*values));
  if (options.winners) whole.winners = Indices(shape, std::move(*winners));
  return whole;
}

Result<PoolOutput> by_loops(Result<Tensor> values, std::string_view why) {
  if (!values) return tl::unexpected(values.error());
  return PoolOutput{.values = std::move(*values),
                    .engine = std::string(kPlain),
                    .notes = {fmt::format("{}: the reference computes it", why)}};
}

Result<PoolOutput> run_work(const Engine&, const LayerRun& run, const Unpool& unpool,
                            const RunOptions&) {
  POOLSCOPE_CHECK(run.winners != nullptr);
  return by_loops(unpooled(run.input, *run.winners, unpool), "unpooling has no windows");
}

Result<PoolOutput> run_work(const Engine&, const LayerRun& run, const RoiSampling& sampling,
                            const RunOptions& options) {
  return by_loops(sampled(run.input, sampling, options), "RoI align has no windows");
}

Result<PoolOutput> run_work(const Engine& engine, const LayerRun& run,
                            const Convolution& convolution, const RunOptions& options) {
  if (engine.has_network_layers()) return engine.convolve(run.input, convolution, options);
  return by_loops(convolved(run.input, convolution, options),
                  engine.name() + " has no convolution");
}

Result<PoolOutput> run_work(const Engine& engine, const LayerRun& run, const Pointwise& pointwise,
                            const RunOptions& options) {
  if (engine.has_network_layers()) return engine.map(run.input, pointwise, options);
  return by_loops(mapped(run.input, pointwise, options),
                  engine.name() + " has no pointwise layers");
}

}  // namespace

Result<PoolOutput> run_layer(const Engine& engine, const LayerRun& run, const RunOptions& options) {
  return std::visit([&](const auto& work) { return run_work(engine, run, work, options); },
                    run.lowered);
}

}  // namespace poolscope
