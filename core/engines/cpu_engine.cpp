#include "core/engines/cpu_engine.h"

#include <fmt/format.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include "core/engines/cpu_job.h"
#include "core/engines/cpu_plan.h"

namespace poolscope {

struct CpuEngine::Threads {
  int count;
  oneapi::tbb::task_arena arena;
};

namespace {

int lent_threads() { return oneapi::tbb::info::default_concurrency(); }

/// Runs tiles [begin, end) of a plan, unless cancelled.
void run_tiles(const cpu::Plan& plan, const RunOptions& options, std::int64_t begin,
               std::int64_t end) {
  for (std::int64_t i = begin; i < end && !options.is_cancelled(); ++i) plan.run(i);
}

void share_tiles(const cpu::Plan& plan, const RunOptions& options) {
  const oneapi::tbb::blocked_range<std::int64_t> tiles(0, plan.tiles(), plan.tiles_per_task());
  oneapi::tbb::parallel_for(
      tiles, [&](const auto& some) { run_tiles(plan, options, some.begin(), some.end()); });
}

}  // namespace

CpuEngine::CpuEngine(int threads) : threads_(std::make_unique<Threads>()) {
  threads_->count = threads > 0 ? threads : lent_threads();
  threads_->arena.initialize(threads_->count);
}

CpuEngine::~CpuEngine() = default;

std::string CpuEngine::title() const {
  return fmt::format("CPU, {} thread{}", threads_->count, threads_->count == 1 ? "" : "s");
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
  const cpu::Plan plan(job, threads_->count);
  if (threads_->count == 1 || plan.is_short()) {
    run_tiles(plan, options, 0, plan.tiles());
  } else {
    threads_->arena.execute([&] { share_tiles(plan, options); });
  }
  if (options.is_cancelled()) return failure("cancelled");

  PoolOutput output{.values = Tensor(out, std::move(*values)), .engine = name()};
  if (with_winners) output.winners = Indices(out, std::move(*winners));
  return output;
}

}  // namespace poolscope
