#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/commands/pool_request.h"
#include "app/commands/trace_report.h"

namespace poolscope {
namespace {

constexpr const char* kTraceExamples =
    "Examples:\n"
    "  poolscope trace --input grid.txt --layer 'MaxPool2d(2)'\n"
    "  poolscope trace --input x.npy --layer 'MaxPooling2D(2)' --layer 'GlobalAveragePooling2D()' "
    "--json";

struct TraceOptions {
  PoolRequest request;
  bool json = false;
};

Result<void> run_trace(const TraceOptions& options) {
  const auto traced = trace_request(options.request);
  if (!traced) return tl::unexpected(traced.error());
  if (!options.json) {
    fmt::print("{}", trace_text(traced->pipeline, traced->trace, traced->input));
    return {};
  }
  const auto json = trace_json(traced->pipeline, traced->trace);
  if (!json) return tl::unexpected(json.error());
  fmt::print("{}\n", *json);
  return {};
}

}  // namespace

Command add_trace(CLI::App& program) {
  auto options = std::make_shared<TraceOptions>();
  CLI::App* trace = program.add_subcommand(
      "trace", "Print every stage of a pipeline: layer, shape, parameters, range, small values");
  trace->footer(kTraceExamples);
  add_input_option(*trace, options->request)->required();
  add_layer_option(*trace, options->request)->required();
  add_engine_option(*trace, options->request);
  trace->add_flag("--json", options->json, "Print JSON: {\"stages\": [...]}, stage 0 the input");
  return {trace, [options] { return run_trace(*options); }};
}

}  // namespace poolscope
