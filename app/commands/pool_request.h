#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/engines/engine.h"
#include "core/io/input.h"
#include "core/pooling/pipeline.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace poolscope {

/// What --input, --layer and --engine say.
struct PoolRequest {
  std::filesystem::path input;
  std::vector<std::string> layers;
  std::string engine = "auto";
};

/// Adds --input, --layer (as often as there are layers) and --engine to a subcommand.
CLI::Option* add_input_option(CLI::App& options, PoolRequest& request);
CLI::Option* add_layer_option(CLI::App& options, PoolRequest& request);
CLI::Option* add_engine_option(CLI::App& options, PoolRequest& request);

/// Errors (kind usage): a text that is no layer, with the number of the layer.
Result<Pipeline> parse_pipeline(const std::vector<std::string>& layers);

/// Runs the pipeline on the input. Errors: the first layer that cannot run, by its number, or a
/// fault of the engine; a Trace given back is whole.
Result<Trace> run_whole(const Engine& engine, const Pipeline& pipeline, const LoadedArray& input,
                        const RunOptions& options);

/// A request carried out: its pipeline, what it read, and every stage.
struct TracedRequest {
  Pipeline pipeline;
  LoadedArray input;
  Trace trace;
};
/// Parses the layers, finds the engine, reads the input and runs; errors in this order, so that no
/// file is opened for a text that is wrong.
Result<TracedRequest> trace_request(const PoolRequest& request);

/// The error of a plan or of a trace that stopped before its end.
tl::unexpected<Error> layer_error(const Error& error, std::optional<std::size_t> failed_layer);

}  // namespace poolscope
