#include "tests/bench/bench_options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tests/bench/shapes_csv.h"

namespace poolscope::bench {

void add_bench_options(CLI::App& app, BenchOptions& options) {
  app.add_option("--shapes", options.shapes, "Cases from a CSV file: name,N,C,H,W,layer")
      ->type_name("FILE");
  app.add_option("--json", options.json, "Also write the figures to this file")->type_name("FILE");
  app.add_option("--filter", options.filter, "Only cases with this in their name")
      ->type_name("TEXT");
  app.add_flag("--quick", options.quick,
               "Fewer repetitions, and no peer on the longest cases: rough figures");
}

int run_program(CLI::App& app, int argc, char** argv, const std::function<Result<void>()>& run) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto done = run();
  if (done) return 0;
  fmt::print(stderr, "{}: {}\n", app.get_name(), done.error().message);
  return 1;
}

Result<std::vector<BenchCase>> chosen_cases(const BenchOptions& options) {
  auto cases = options.shapes.empty() ? suite() : read_shapes(options.shapes);
  if (!cases) return cases;
  std::erase_if(*cases, [&](const BenchCase& row) {
    return row.name.find(options.filter) == std::string::npos;
  });
  if (cases->empty()) return failure(fmt::format("no case has '{}' in its name", options.filter));
  return cases;
}

}  // namespace poolscope::bench
