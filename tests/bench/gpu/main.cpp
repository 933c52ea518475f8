#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <oneapi/tbb/info.h>

#include "tests/bench/gpu/gpu_suite.h"
#include "tests/bench/shapes_csv.h"

namespace poolscope::bench {
namespace {

struct Options {
  std::string shapes, json, filter;
  bool quick = false, software = false;
};

int fail(const Error& error) {
  fmt::print(stderr, "poolscope_gpu_bench: {}\n", error.message);
  return 1;
}

int run(const Options& options) {
  const auto suite = GpuSuite::open(options.software);
  if (!suite) return fail(suite.error());
  auto cases = options.shapes.empty() ? bench::suite() : read_shapes(options.shapes);
  if (!cases) return fail(cases.error());
  print_gpu_header(suite->info());
  std::vector<GpuRow> rows;
  std::optional<Task> task;
  for (const BenchCase& row : *cases) {
    if (row.name.find(options.filter) == std::string::npos) continue;
    auto next = make_task(row, oneapi::tbb::info::default_concurrency(), task ? &*task : nullptr);
    if (!next) return fail(next.error());
    task = std::move(*next);
    auto measured = suite->measure(*task, options.quick ? 3 : 30);
    if (!measured) return fail(measured.error());
    print_gpu_row(*measured);
    rows.push_back(std::move(*measured));
  }
  print_gpu_targets(rows);
  if (options.json.empty()) return 0;
  const auto written = write_gpu_json(rows, options.json);
  return written ? 0 : fail(written.error());
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  poolscope::bench::Options options;
  CLI::App app("Times Poolscope's OpenGL engine beside LibTorch on the same card.");
  app.name("poolscope_gpu_bench");
  app.add_option("--shapes", options.shapes, "Cases from a CSV file: name,N,C,H,W,layer")
      ->type_name("FILE");
  app.add_option("--json", options.json, "Also write the figures to this file")->type_name("FILE");
  app.add_option("--filter", options.filter, "Only cases with this in their name")
      ->type_name("TEXT");
  app.add_flag("--quick", options.quick, "Fewer repetitions: rough figures");
  app.add_flag("--software", options.software, "Take a software renderer too, for checks");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return poolscope::bench::run(options);
}
