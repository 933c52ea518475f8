#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/bench/bench_case.h"

namespace CLI {
class App;
}

namespace poolscope::bench {

/// What both programs can be asked for.
struct BenchOptions {
  std::string shapes;  ///< A CSV file with the cases; empty for the suite.
  std::string json;    ///< Where the figures are also written; empty for nowhere.
  std::string filter;  ///< Only cases with this in their name.
  bool quick = false;
};

/// Adds the options to a program.
void add_bench_options(CLI::App& app, BenchOptions& options);

/// Reads the command line, then calls `run` and says what failed. The exit code: 1 where work
/// failed, 2 where the command line is wrong.
int run_program(CLI::App& app, int argc, char** argv, const std::function<Result<void>()>& run);

/// The cases asked for. Errors: those of the file, and a filter that leaves none.
Result<std::vector<BenchCase>> chosen_cases(const BenchOptions& options);

}  // namespace poolscope::bench
