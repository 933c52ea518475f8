#include <optional>

#include <CLI/CLI.hpp>
#include <oneapi/tbb/info.h>

#include "tests/bench/bench_options.h"
#include "tests/bench/model_case.h"
#include "tests/bench/report.h"
#include "tests/bench/slider_case.h"

namespace poolscope::bench {
namespace {

Result<void> run(const BenchOptions& options) {
  const auto cases = chosen_cases(options);
  if (!cases) return tl::unexpected(cases.error());
  start_measuring();
  const int threads = oneapi::tbb::info::default_concurrency();
  print_header(threads);
  std::vector<Row> rows;
  std::optional<Task> task;
  for (const BenchCase& row : *cases) {
    auto next = make_task(row, threads, task ? &*task : nullptr);
    if (!next) return tl::unexpected(next.error());
    task = std::move(*next);
    auto measured = measure(*task, options.quick ? Effort{0.05, 5, 5e8} : Effort{});
    if (!measured) return tl::unexpected(measured.error());
    print_row(*measured);
    rows.push_back(std::move(*measured));
  }
  print_means(rows);
  if (options.shapes.empty()) print_targets(rows);
  if (options.json.empty()) return {};
  return write_json(rows, options.json);
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  namespace bench = poolscope::bench;
  bench::BenchOptions options;
  CLI::App app("Times Poolscope's CPU engine beside LibTorch, OpenCV and oneDNN.");
  app.name("poolscope_bench");
  bench::add_bench_options(app, options);
  std::string model;
  int side = 224;
  app.add_option("--model", model, "Time a TorchScript model that keeps its maps, and no cases")
      ->type_name("FILE");
  app.add_option("--side", side, "Of the picture that the model reads; 224 if left out")
      ->type_name("PIXELS");
#ifdef POOLSCOPE_BENCH_WINDOW
  bool slider = false;
  app.add_flag("--slider", slider,
               "Time the window's kernel slider on a large picture, and no cases");
#endif
  return bench::run_program(app, argc, argv, [&] {
#ifdef POOLSCOPE_BENCH_WINDOW
    if (slider) return bench::time_slider();
#endif
    return model.empty() ? bench::run(options) : bench::time_model(model, side);
  });
}
