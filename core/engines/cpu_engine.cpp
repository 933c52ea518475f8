#include "core/engines/cpu_engine.h"

#include <fmt/format.h>
#include <oneapi/tbb/info.h>

#include "core/engines/cpu_crew.h"
#include "core/engines/cpu_job.h"
#include "core/engines/cpu_plan.h"

namespace poolscope {

namespace {

int lent_threads() { return oneapi::tbb::info::default_concurrency(); }

}  // namespace

CpuEngine::CpuEngine(int threads)
    : crew_(std::make_unique<cpu::Crew>(threads > 0 ? threads : lent_threads())) {}

CpuEngine::~CpuEngine() = default;

std::string CpuEngine::title() const {
  const int threads = crew_->threads();
  return fmt::format("CPU, {} thread{}", threads, threads == 1 ? "" : "s");
}

Result<PoolOutput> CpuEngine::run(const Tensor& input, const LoweredPool& pool,
                                  const RunOptions& options) const {
  const Shape out = pool.output_shape(input.shape());
  auto values = Buffer<float>::allocate(out.elements());
  if (!values) return tl::unexpected(values.error());
  const bool with_winners = options.winners && pool.has_winners();
  auto winners = Buffer<std::int64_t>::allocate(with_winners ? out.elements() : 0);
  if (!winners) return tl::unexpected(winners.error());

  const cpu::Job job{.input = input.data(),
                     .in = input.shape(),
                     .out = out,
                     .pool = &pool,
                     .values = values->data(),
                     .winners = with_winners ? winners->data() : nullptr};
  const cpu::Plan plan(job, crew_->threads());
  const auto run_tile = [&](std::int64_t tile) {
    if (!options.is_cancelled()) plan.run(tile);
  };
  if (plan.is_short()) {
    for (std::int64_t tile = 0; tile < plan.tiles(); ++tile) run_tile(tile);
  } else {
    crew_->share(plan.tiles(), run_tile);
  }
  if (options.is_cancelled()) return failure("cancelled");

  PoolOutput output{.values = Tensor(out, std::move(*values)), .engine = name()};
  if (with_winners) output.winners = Indices(out, std::move(*winners));
  return output;
}

}  // namespace poolscope
