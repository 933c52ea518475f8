#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands/apply_batch.h"
#include "app/commands/apply_case.h"
#include "app/commands/commands.h"
#include "app/commands/pool_request.h"
#include "app/commands/usage.h"
#include "core/engines/engine_list.h"

namespace poolscope {
namespace {

constexpr const char* kApplyExamples =
    "Examples:\n"
    "  poolscope apply --input x.npy --layer 'MaxPool2d(kernel_size=2)' --output y.npy\n"
    "  poolscope apply --input photo.jpg --layer 'AvgPool2d(3, stride=2)' --layer 'MaxPool2d(2)' "
    "--output small.png\n"
    "  poolscope apply --batch cases.json";

struct ApplyOptions {
  PoolRequest request;
  std::filesystem::path output, indices, batch;
};

Result<void> require(bool given, std::string_view option) {
  if (given) return {};
  return usage_error(
      fmt::format("apply: {} is required; poolscope apply --help shows how", option));
}

Result<void> apply_one(const ApplyOptions& options) {
  const PoolRequest& request = options.request;
  if (auto input = require(!request.input.empty(), "--input"); !input) return input;
  if (auto layer = require(!request.layers.empty(), "--layer"); !layer) return layer;
  if (auto output = require(!options.output.empty(), "--output"); !output) return output;
  auto pipeline = parse_pipeline(request.layers);
  if (!pipeline) return tl::unexpected(pipeline.error());
  const auto engine = find_engine(request.engine);
  if (!engine) return tl::unexpected(engine.error());

  ApplyCase job{request.input, std::move(*pipeline), options.output, {}};
  if (!options.indices.empty()) job.indices = options.indices;
  const auto applied = apply_case(job, **engine);
  if (!applied) return tl::unexpected(applied.error());
  for (const std::string& note : applied->notes) fmt::print("note: {}\n", note);
  return {};
}

Result<void> apply_all(const ApplyOptions& options) {
  const auto engine = find_engine(options.request.engine);
  if (!engine) return tl::unexpected(engine.error());
  return apply_batch(options.batch, **engine);
}

}  // namespace

Command add_apply(CLI::App& program) {
  auto options = std::make_shared<ApplyOptions>();
  CLI::App* apply =
      program.add_subcommand("apply", "Apply pooling layers to an array and write the result");
  apply->footer(kApplyExamples);
  CLI::Option* input = add_input_option(*apply, options->request);
  CLI::Option* layer = add_layer_option(*apply, options->request);
  CLI::Option* output =
      apply->add_option("-o,--output", options->output, "Result: .npy (float32), or .png (8 bit)")
          ->type_name("FILE");
  CLI::Option* indices =
      apply
          ->add_option(
              "--indices", options->indices,
              "Winners of the last layer as its framework counts them: .npy (int64, -1 for none)")
          ->type_name("FILE");
  add_engine_option(*apply, options->request);
  apply
      ->add_option("--batch", options->batch,
                   "JSON array of {\"input\", \"layer\": text or list of texts, \"output\", "
                   "\"indices\"?}, paths relative to it; prints a JSON line a case")
      ->type_name("FILE")
      ->excludes(input, layer, output, indices);
  return {apply,
          [options] { return options->batch.empty() ? apply_one(*options) : apply_all(*options); }};
}

}  // namespace poolscope
