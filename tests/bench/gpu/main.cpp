#include <optional>

#include <CLI/CLI.hpp>
#include <oneapi/tbb/info.h>

#include "tests/bench/bench_options.h"
#include "tests/bench/gpu/gpu_suite.h"

namespace poolscope::bench {
namespace {

Result<void> run(const BenchOptions& options, bool software) {
  const auto suite = GpuSuite::open(software);
  if (!suite) return tl::unexpected(suite.error());
  const auto cases = chosen_cases(options);
  if (!cases) return tl::unexpected(cases.error());
  print_gpu_header(suite->info());
  std::vector<GpuRow> rows;
  std::optional<Task> task;
  for (const BenchCase& row : *cases) {
    auto next = make_task(row, oneapi::tbb::info::default_concurrency(), task ? &*task : nullptr);
    if (!next) return tl::unexpected(next.error());
    task = std::move(*next);
    auto measured = suite->measure(*task, options.quick ? 3 : 30);
    if (!measured) return tl::unexpected(measured.error());
    print_gpu_row(*measured);
    rows.push_back(std::move(*measured));
  }
  print_gpu_targets(rows);
  if (options.json.empty()) return {};
  return write_gpu_json(rows, options.json);
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  namespace bench = poolscope::bench;
  bench::BenchOptions options;
  bool software = false;
  CLI::App app("Times Poolscope's OpenGL engine beside LibTorch on the same card.");
  app.name("poolscope_gpu_bench");
  bench::add_bench_options(app, options);
  app.add_flag("--software", software, "Take a software renderer too, for checks");
  return bench::run_program(app, argc, argv, [&] { return bench::run(options, software); });
}
