#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/commands/model_input.h"
#include "app/commands/model_report.h"
#include "app/commands/usage.h"
#include "core/engines/torch_room.h"
#include "core/io/npy.h"
#include "core/models/pool_script.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModelExamples =
    "Examples:\n"
    "  poolscope model info resnet18.pt --input x.npy\n"
    "  poolscope model maps resnet18.pt --input x.npy --at maxpool --output maps\n"
    "  poolscope model maps resnet18.pt --input photo.jpg --preset imagenet --output maps\n"
    "  poolscope model swap resnet18.pt --at maxpool --layer 'AvgPool2d(2, 2)' --input x.npy \\\n"
    "    --output maps --save changed.pt\n"
    "A model is a TorchScript file: torch.jit.script(model.eval()).save(\"model.pt\")";

struct ModelOptions {
  fs::path model, output, save;
  ModelInputOptions input;
  std::vector<std::string> at;
  std::string layer, device = "cpu";
  bool json = false;
};

Result<std::shared_ptr<const Model>> open_model(const ModelOptions& options) {
  const auto room = torch_room();
  if (!room) return tl::unexpected(room.error());
  return (*room)->open_model(options.model, options.device);
}

/// One file a layer that ran, and the output.
Result<void> write_maps(const fs::path& folder, const Model& model, const ModelRun& run,
                        const std::vector<std::size_t>& wanted) {
  std::error_code fault;
  fs::create_directories(folder, fault);
  if (fault) return failure(fmt::format("{}: {}", folder.string(), fault.message()));
  for (std::size_t i = 0; i < run.maps.size(); ++i) {
    const bool asked = wanted.empty() || std::ranges::find(wanted, i) != wanted.end();
    if (!asked || !run.maps[i].ran) continue;
    std::string name = model.layers()[i].name + ".npy";
    std::ranges::replace(name, '/', '_');
    const ModelMap& map = run.maps[i];
    if (auto written = write_npy(folder / name, map.values.values(), map.axes); !written) {
      return written;
    }
  }
  return write_npy(folder / "output.npy", run.output.values.values(), run.output.axes);
}

Result<void> run_info(const ModelOptions& options) {
  const auto model = open_model(options);
  if (!model) return tl::unexpected(model.error());
  std::optional<ModelRun> run;
  bool proven = false;
  if (!options.input.path.empty()) {
    auto request = read_model_request(options.input);
    if (!request) return tl::unexpected(request.error());
    request->budget = 0;
    auto done = (*model)->run(*request);
    if (!done) return tl::unexpected(done.error());
    run = std::move(*done);
    const auto plain = (*model)->plain(*request);
    if (!plain) return tl::unexpected(plain.error());
    proven = same_bits(*plain, run->output);
  }
  const ModelReport report{options.model.string(), **model, run ? &*run : nullptr, proven};
  fmt::print("{}", options.json ? info_json(report) : info_text(report));
  return {};
}

Result<std::vector<std::size_t>> layers_named(const Model& model,
                                              const std::vector<std::string>& names) {
  std::vector<std::size_t> layers;
  for (const std::string& name : names) {
    const auto layer = find_layer(model.layers(), name);
    if (!layer) return tl::unexpected(layer.error());
    layers.push_back(*layer);
  }
  return layers;
}

Result<void> run_maps(const ModelOptions& options) {
  const auto model = open_model(options);
  if (!model) return tl::unexpected(model.error());
  auto request = read_model_request(options.input);
  if (!request) return tl::unexpected(request.error());
  const auto wanted = layers_named(**model, options.at);
  if (!wanted) return tl::unexpected(wanted.error());
  request->wanted = *wanted;
  const auto run = (*model)->run(*request);
  if (!run) return tl::unexpected(run.error());
  for (const std::size_t layer : *wanted) {
    if (run->maps[layer].ran) continue;
    return failure(fmt::format("{} does not run on this input", (*model)->layers()[layer].name));
  }
  return write_maps(options.output, **model, *run, *wanted);
}

Result<void> run_swap(const ModelOptions& options) {
  const auto layer = parse_layer(options.layer);
  if (!layer) return tl::unexpected(layer.error());
  const auto model = open_model(options);
  if (!model) return tl::unexpected(model.error());
  const auto place = find_pooling_layer((*model)->layers(), options.at.front());
  if (!place) return tl::unexpected(place.error());
  auto request = read_model_request(options.input);
  if (!request) return tl::unexpected(request.error());
  request->wanted = {*place};
  const auto before = (*model)->run(*request);
  if (!before) return tl::unexpected(before.error());
  request->wanted.clear();
  request->swaps = {{*place, *layer}};
  const auto after = (*model)->run(*request);
  if (!after) return tl::unexpected(after.error());
  if (!options.save.empty()) {
    if (auto saved = (*model)->save(request->swaps, options.save); !saved) return saved;
  }
  if (auto written = write_maps(options.output, **model, *after, {}); !written) return written;
  fmt::print("{}", swap_text({(*model)->layers()[*place], *layer, *before, *after}));
  return {};
}

CLI::App* add_part(CLI::App& model, const char* name, const char* about, ModelOptions& options) {
  CLI::App* part = model.add_subcommand(name, about);
  part->add_option("MODEL", options.model, "TorchScript file")->type_name("")->required();
  add_model_input(*part, options.input);
  part->add_option("--device", options.device, "Where it runs; cpu where left out")
      ->type_name("NAME");
  return part;
}

void add_output(CLI::App& part, ModelOptions& options) {
  part.get_option("--input")->required();
  part.add_option("-o,--output", options.output, "Folder for NAME.npy of each layer and output.npy")
      ->type_name("DIR")
      ->required();
}

CLI::Option* add_at(CLI::App& part, ModelOptions& options, const char* about) {
  return part.add_option("--at", options.at, about)->type_name("NAME");
}

}  // namespace

Command add_model(CLI::App& program) {
  auto options = std::make_shared<ModelOptions>();
  CLI::App* model = program.add_subcommand("model", "Look into a trained model, or swap its pools");
  model->footer(kModelExamples);
  model->require_subcommand(1);
  CLI::App* info = add_part(*model, "info", "List every layer", *options);
  info->add_flag("--json", options->json, "As JSON");
  CLI::App* maps = add_part(*model, "maps", "Write every feature map of one run", *options);
  add_at(*maps, *options, "Layer whose map is written; all where left out");
  add_output(*maps, *options);
  CLI::App* swap =
      add_part(*model, "swap", "The same with another pool in a layer's place", *options);
  add_at(*swap, *options, "Pooling layer to swap")->required()->expected(1);
  swap->add_option("-l,--layer", options->layer, "The pool that takes its place")
      ->type_name("LAYER")
      ->required();
  add_output(*swap, *options);
  swap->add_option("--save", options->save, "Also write the changed model as TorchScript")
      ->type_name("FILE");
  return {model, [options, info, maps]() -> Result<void> {
            if (info->parsed()) return run_info(*options);
            return maps->parsed() ? run_maps(*options) : run_swap(*options);
          }};
}

}  // namespace poolscope
