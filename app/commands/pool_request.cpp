#include "app/commands/pool_request.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/engines/engine_list.h"
#include "core/pooling/layer_text.h"

namespace poolscope {

CLI::Option* add_input_option(CLI::App& options, PoolRequest& request) {
  return options
      .add_option("-i,--input", request.input,
                  "Array to read: .npy (2 to 4 axes), a grid as text (.txt, .csv) or an image "
                  "(PNG, JPEG, BMP, TGA, PSD, HDR)")
      ->type_name("FILE");
}

CLI::Option* add_layer_option(CLI::App& options, PoolRequest& request) {
  return options
      .add_option("-l,--layer", request.layers,
                  "Layer as PyTorch, Keras or ONNX writes it; give it again for each further "
                  "layer of a pipeline")
      ->type_name("LAYER")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

CLI::Option* add_engine_option(CLI::App& options, PoolRequest& request) {
  return options
      .add_option("-e,--engine", request.engine,
                  fmt::format("Engine that computes: {}; auto is the fastest that works here",
                              fmt::join(engine_names(), ", ")))
      ->type_name("NAME");
}

Result<Pipeline> parse_pipeline(const std::vector<std::string>& layers) {
  Pipeline pipeline;
  for (const std::string& text : layers) {
    auto layer = parse_layer(text);
    if (!layer) return layer_error(layer.error(), pipeline.size());
    pipeline.push_back({*layer});
  }
  return pipeline;
}

Result<Trace> run_whole(const Engine& engine, const Pipeline& pipeline, const LoadedArray& input,
                        const RunOptions& options) {
  Trace trace = run_pipeline(engine, pipeline, input.tensor, input.form, options);
  if (trace.error) return layer_error(*trace.error, trace.failed_layer);
  return trace;
}

Result<TracedRequest> trace_request(const PoolRequest& request) {
  auto pipeline = parse_pipeline(request.layers);
  if (!pipeline) return tl::unexpected(pipeline.error());
  const auto engine = find_engine(request.engine);
  if (!engine) return tl::unexpected(engine.error());
  auto input = read_input(request.input);
  if (!input) return tl::unexpected(input.error());
  auto trace = run_whole(**engine, *pipeline, *input, {});
  if (!trace) return tl::unexpected(trace.error());
  return TracedRequest{std::move(*pipeline), std::move(*input), std::move(*trace)};
}

tl::unexpected<Error> layer_error(const Error& error, std::optional<std::size_t> failed_layer) {
  Error named = error;
  if (failed_layer) named.message = fmt::format("layer {}: {}", *failed_layer + 1, error.message);
  return tl::unexpected(std::move(named));
}

}  // namespace poolscope
