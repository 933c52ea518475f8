#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/commands/pool_request.h"
#include "app/commands/trace_report.h"
#include "core/engines/engine_list.h"

namespace poolscope {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  poolscope trace --input grid.txt --layer 'MaxPool2d(2)'\n"
    "  poolscope trace --input x.npy --layer 'MaxPooling2D(2)' --layer 'GlobalAveragePooling2D()' "
    "--json";

struct TraceOptions {
  PoolRequest request;
  bool json = false;
};

Result<void> run_trace(const TraceOptions& options) {
  const auto pipeline = parse_pipeline(options.request.layers);
  if (!pipeline) return tl::unexpected(pipeline.error());
  const auto engine = find_engine(options.request.engine);
  if (!engine) return tl::unexpected(engine.error());
  const auto input = read_input(options.request.input);
  if (!input) return tl::unexpected(input.error());
  const auto trace = run_whole(**engine, *pipeline, *input, {});
  if (!trace) return tl::unexpected(trace.error());
  if (!options.json) {
    fmt::print("{}", trace_text(*pipeline, *trace, *input));
    return {};
  }
  const auto json = trace_json(*pipeline, *trace);
  if (!json) return tl::unexpected(json.error());
  fmt::print("{}\n", *json);
  return {};
}

}  // namespace

Command add_trace(CLI::App& program) {
  auto options = std::make_shared<TraceOptions>();
  CLI::App* trace = program.add_subcommand(
      "trace", "Print every stage of a pipeline: layer, shape, parameters, range, small values");
  trace->footer(kExamples);
  add_input_option(*trace, options->request)->required();
  add_layer_option(*trace, options->request)->required();
  add_engine_option(*trace, options->request);
  trace->add_flag("--json", options->json, "Print JSON: {\"stages\": [...]}, stage 0 the input");
  return {trace, [options] { return run_trace(*options); }};
}

}  // namespace poolscope
