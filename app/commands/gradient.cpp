#include "core/analysis/gradient.h"

#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/commands/pool_request.h"
#include "core/io/npy.h"

namespace poolscope {
namespace {

constexpr const char* kGradientExamples =
    "Examples:\n"
    "  poolscope gradient --input x.npy --layer 'MaxPool2d(3, stride=1)' --output dx.npy\n"
    "  poolscope gradient --input x.npy --layer 'AvgPool2d(2)' --from dy.npy --output dx.npy\n"
    "  poolscope gradient --input x.npy --layer 'MaxPool2d(2)' --ties split --output dx.npy "
    "--check";

struct GradientRequest {
  PoolRequest request;
  std::filesystem::path from, output;
  TiePolicy ties = TiePolicy::winner;
  bool check = false;
};

/// The gradient on the last stage: read from a file in the layout of the output, or ones.
Result<Tensor> given_gradient(const GradientRequest& options, const Stage& last) {
  const Shape& shape = last.plan.shape;
  if (options.from.empty()) {
    auto values = Buffer<float>::allocate(shape.elements());
    if (!values) return tl::unexpected(values.error());
    std::ranges::fill(values->span(), 1.0F);
    return Tensor(shape, std::move(*values));
  }
  auto loaded = read_input(options.from);
  if (!loaded) return tl::unexpected(loaded.error());
  const auto wanted = array_axes(shape, last.plan.form);
  const auto found = array_axes(loaded->tensor.shape(), loaded->form);
  if (wanted != found) {
    return failure(fmt::format("{}: the gradient is {}; the output is {}", options.from.string(),
                               axes_text(found), axes_text(wanted)));
  }
  return from_array_order(loaded->tensor, shape, last.plan.form);
}

/// One line a layer: how its gradient compares with finite differences.
Result<void> print_checks(const Pipeline& pipeline, const Trace& trace) {
  constexpr std::int64_t kCells = 200;
  constexpr float kStep = 0x1p-9F;
  for (std::size_t i = 1; i < trace.stages.size(); ++i) {
    const Stage& stage = trace.stages[i];
    const LoweredPool* pool = stage.plan.pool();
    const std::string_view name = pipeline[i - 1].layer.kind->name;
    if (!pool) {
      fmt::print("check: layer {}, {}: not compared, it is not one pool\n", i, name);
      continue;
    }
    const auto check = check_gradient(*pool, stage.input, kCells, kStep);
    if (!check) return tl::unexpected(check.error());
    fmt::print(
        "check: layer {}, {}: {} cells against finite differences, largest error {:.2g}, {} at a "
        "kink\n",
        i, name, check->cells, check->worst, check->kinks);
  }
  return {};
}

Result<void> run_gradient(const GradientRequest& options) {
  const auto traced = trace_request(options.request);
  if (!traced) return tl::unexpected(traced.error());
  const Trace& trace = traced->trace;
  const auto given = given_gradient(options, trace.stages.back());
  if (!given) return tl::unexpected(given.error());
  const auto found = gradients(trace, *given, options.ties);
  if (!found) return tl::unexpected(found.error());
  if (options.check) {
    if (auto checked = print_checks(traced->pipeline, trace); !checked) return checked;
  }
  return write_npy(options.output, found->front().values(),
                   array_axes(traced->input.tensor.shape(), traced->input.form));
}

}  // namespace

Command add_gradient(CLI::App& program) {
  auto options = std::make_shared<GradientRequest>();
  CLI::App* gradient = program.add_subcommand(
      "gradient", "Send a gradient on the output of a pipeline back to its input");
  gradient->footer(kGradientExamples);
  add_input_option(*gradient, options->request)->required();
  add_layer_option(*gradient, options->request)->required();
  add_engine_option(*gradient, options->request);
  gradient
      ->add_option("--from", options->from,
                   "Gradient on the output, an array of its shape; ones where left out")
      ->type_name("FILE");
  gradient
      ->add_option("--ties", options->ties,
                   "Who gets it of several cells with the winning value: the winner, each a part "
                   "(split), each all of it (all)")
      ->transform(CLI::CheckedTransformer(std::map<std::string, TiePolicy>{
          {"winner", TiePolicy::winner}, {"split", TiePolicy::split}, {"all", TiePolicy::all}}))
      ->type_name("POLICY");
  gradient->add_option("-o,--output", options->output, "Gradient on the input, .npy")
      ->type_name("FILE")
      ->required();
  gradient->add_flag("--check", options->check,
                     "Also compare each layer's gradient with finite differences");
  return {gradient, [options] { return run_gradient(*options); }};
}

}  // namespace poolscope
