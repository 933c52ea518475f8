#include <cstdio>
#include <fstream>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <oneapi/tbb/info.h>

#include "tests/bench/report.h"
#include "tests/bench/shapes_csv.h"

namespace poolscope::bench {
namespace {

struct Options {
  std::string shapes, json, filter;
  bool quick = false;
};

/// Exit codes: 1 where work failed, 2 where the command line is wrong.
int fail(const Error& error) {
  fmt::print(stderr, "poolscope_bench: {}\n", error.message);
  return 1;
}

Result<std::vector<BenchCase>> chosen_cases(const Options& options) {
  auto cases = options.shapes.empty() ? suite() : read_shapes(options.shapes);
  if (!cases) return cases;
  std::erase_if(*cases, [&](const BenchCase& row) {
    return row.name.find(options.filter) == std::string::npos;
  });
  if (cases->empty()) return failure(fmt::format("no case has '{}' in its name", options.filter));
  return cases;
}

int run(const Options& options) {
  const auto cases = chosen_cases(options);
  if (!cases) return fail(cases.error());

  start_measuring();
  const int threads = oneapi::tbb::info::default_concurrency();
  print_header(threads);
  std::vector<Row> rows;
  std::optional<Task> task;
  for (const BenchCase& row : *cases) {
    auto next = make_task(row, threads, task ? &*task : nullptr);
    if (!next) return fail(next.error());
    task = std::move(*next);
    auto measured = measure(*task, options.quick ? Effort{0.05, 5, 5e8} : Effort{});
    if (!measured) return fail(measured.error());
    print_row(*measured);
    rows.push_back(std::move(*measured));
  }
  print_means(rows);
  if (options.shapes.empty()) print_targets(rows);
  if (options.json.empty()) return 0;
  const auto written = write_json(rows, options.json);
  return written ? 0 : fail(written.error());
}

}  // namespace
}  // namespace poolscope::bench

int main(int argc, char** argv) {
  poolscope::bench::Options options;
  CLI::App app("Times Poolscope's CPU engine beside LibTorch, OpenCV and oneDNN.");
  app.name("poolscope_bench");
  app.add_option("--shapes", options.shapes, "Cases from a CSV file: name,N,C,H,W,layer")
      ->type_name("FILE");
  app.add_option("--json", options.json, "Also write the figures to this file")->type_name("FILE");
  app.add_option("--filter", options.filter, "Only cases with this in their name")
      ->type_name("TEXT");
  app.add_flag("--quick", options.quick,
               "Fewer repetitions, and no peer on the longest cases: rough figures");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return poolscope::bench::run(options);
}
