#include "core/torch/script_model.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <streambuf>

#include <fmt/format.h>
#include <torch/csrc/jit/runtime/interpreter.h>
#include <torch/csrc/jit/serialization/import.h>

#include "core/io/file.h"
#include "core/models/script_archive.h"
#include "core/pooling/layer_text.h"
#include "core/torch/script_capture.h"
#include "core/torch/script_graph.h"

namespace poolscope {
namespace {

namespace jit = torch::jit;

/// Bytes in memory as the stream that LibTorch reads.
class ByteStream final : public std::streambuf {
 public:
  explicit ByteStream(Bytes bytes) {
    char* const begin = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
    setg(begin, begin, begin + bytes.size());
  }

 protected:
  pos_type seekoff(off_type by, std::ios_base::seekdir from, std::ios_base::openmode) override {
    char* const start = from == std::ios_base::beg   ? eback()
                        : from == std::ios_base::cur ? gptr()
                                                     : egptr();
    if (by < eback() - start || by > egptr() - start) return pos_type(off_type(-1));
    setg(eback(), start + by, egptr());
    return pos_type(gptr() - eback());
  }
  pos_type seekpos(pos_type place, std::ios_base::openmode which) override {
    return seekoff(off_type(place), std::ios_base::beg, which);
  }
};

/// What LibTorch says of memory on the CPU that it cannot have, in our words; else the text itself.
std::string said_of_memory(const std::string& cause) {
  constexpr std::string_view kAsked = "you tried to allocate ";
  const std::size_t at = cause.find(kAsked);
  if (at == std::string::npos) return cause;
  const double bytes = std::strtod(cause.c_str() + at + kAsked.size(), nullptr);
  return fmt::format("out of memory: {:.1f} MiB asked for", bytes / (1 << 20));
}

/// The interpreter tells where in the source it was; what the user needs is the exception itself.
std::string cause_of(const std::exception& exception) {
  const auto* const own = dynamic_cast<const c10::Error*>(&exception);
  const std::string text = own ? own->what_without_backtrace() : exception.what();
  std::istringstream lines(text);
  std::string cause = text.substr(0, text.find('\n'));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(": ");
    const std::string_view head = std::string_view(line).substr(0, colon);
    const bool named = head.find(' ') == std::string_view::npos &&
                       (head.ends_with("Error") || head.ends_with("Exception"));
    if (colon != std::string::npos && named) cause = line.substr(colon + 2);
  }
  return said_of_memory(cause);
}

/// Evaluation, and a note where the model was saved for training.
void evaluate(jit::Module& module, std::vector<std::string>& notes) {
  bool training = module.is_training();
  for (const jit::Module& inner : module.modules()) training = training || inner.is_training();
  if (!training) return;
  module.eval();
  notes.push_back(
      "saved in training mode; shown in evaluation, as model.eval() gives it: dropout is off and "
      "batch norm uses its running statistics");
}

/// The module with another forward: a class of its own, which shares all weights and parts.
jit::Module with_forward(const jit::Module& module, const std::shared_ptr<jit::Graph>& graph) {
  const auto type = module.type();
  jit::Module changed(*type->name(), std::make_shared<jit::CompilationUnit>());
  for (std::size_t i = 0; i < type->numAttributes(); ++i) {
    changed.register_attribute(type->getAttributeName(i), type->getAttribute(i),
                               module._ivalue()->getSlot(i), type->is_parameter(i),
                               type->is_buffer(i));
  }
  for (const auto& method : module.get_methods()) {
    if (method.name() != "forward") changed.clone_method(module, method.name());
  }
  const auto remapped = [&](const c10::TypePtr& found) -> c10::TypePtr {
    return found == type ? changed.type() : found;
  };
  graph->remapTypes(remapped);
  jit::Function* const forward = changed._ivalue()->compilation_unit()->create_function(
      c10::QualifiedName(*changed.type()->name(), "forward"), graph);
  const auto& schema = module.get_method("forward").function().getSchema();
  forward->setSchema(schema.cloneWithRemappedTypes(remapped));
  changed.type()->addMethod(forward);
  return changed;
}

class ScriptModel final : public Model {
 public:
  ScriptModel(jit::Module module, libtorch::ScriptGraph script, at::Device device)
      : module_(std::move(module)),
        script_(std::move(script)),
        device_(device),
        code_(script_.graph, "forward") {}

  const std::vector<ModelLayer>& layers() const override { return script_.layers; }
  const std::vector<std::string>& notes() const override { return script_.notes; }
  Result<ModelRun> run(const ModelRequest& request) const override;
  Result<ModelMap> plain(const ModelRequest& request) const override;
  Result<Tensor> filter(std::size_t layer, std::int64_t channel) const override;
  Result<void> save(const std::vector<LayerSwap>& swaps,
                    const std::filesystem::path& path) const override;

 private:
  std::vector<libtorch::CallSwap> calls_of(const std::vector<LayerSwap>& swaps) const {
    std::vector<libtorch::CallSwap> calls;
    for (const LayerSwap& swap : swaps) {
      calls.push_back({script_.calls.at(swap.layer), swap.replacement});
    }
    return calls;
  }

  Result<jit::Code> code_for(const std::vector<LayerSwap>& swaps) const {
    if (swaps.empty()) return code_;
    return libtorch::captured_graph(module_, calls_of(swaps), script_.calls)
        .map([](const std::shared_ptr<jit::Graph>& graph) { return jit::Code(graph, "forward"); });
  }

  /// The model itself, its input, and whatever else its forward takes by default.
  jit::Stack stack_for(const ModelRequest& request, bool with_self) const {
    const at::Tensor input = at::from_blob(const_cast<float*>(request.input.data()), request.axes);
    jit::Stack stack{module_._ivalue(), input.to(device_)};
    module_.get_method("forward").function().getSchema().checkAndNormalizeInputs(stack);
    if (!with_self) stack.erase(stack.begin());
    return stack;
  }

  /// Gives the maps of the layers that ran, whether or not the pass came to its end.
  Result<ModelMap> pass(const ModelRequest& request, std::vector<ModelMap>& maps) const;
  Error with_remedy(const ModelRequest& request, const std::vector<ModelMap>& maps,
                    Error error) const;

  Error error_at(std::size_t layer, const std::exception& exception) const {
    const std::string cause = cause_of(exception);
    if (layer == kModelInput) return {fmt::format("the model: {}", cause)};
    const ModelLayer& found = script_.layers[layer];
    return {fmt::format("{} ({}): {}", found.name, found.kind, cause)};
  }

  jit::Module module_;
  libtorch::ScriptGraph script_;
  at::Device device_;
  jit::Code code_;
};

/// The model's answer as a map.
Result<ModelMap> output_of(const c10::IValue& value) {
  const at::Tensor tensor = libtorch::first_tensor(value);
  if (!tensor.defined()) return failure("the model returns no tensor");
  return libtorch::map_of(tensor, true);
}

Result<ModelMap> ScriptModel::pass(const ModelRequest& request, std::vector<ModelMap>& maps) const {
  libtorch::Capture capture(request, script_.layers.size());
  try {
    const at::NoGradGuard no_gradients;
    const auto code = code_for(request.swaps);
    if (!code) return tl::unexpected(code.error());
    jit::Stack stack = stack_for(request, true);
    jit::InterpreterState(*code).run(stack);
    maps = capture.take_maps();
    return output_of(stack.at(0));
  } catch (const std::exception& exception) {
    maps = capture.take_maps();
    if (capture.fault()) return tl::unexpected(*capture.fault());
    return tl::unexpected(error_at(capture.innermost(), exception));
  }
}

Result<ModelRun> ScriptModel::run(const ModelRequest& request) const {
  std::vector<ModelMap> maps;
  auto output = pass(request, maps);
  if (output) return ModelRun{std::move(maps), std::move(*output)};
  return tl::unexpected(with_remedy(request, maps, output.error()));
}

/// Later layers are made for the size that the swapped one gave.
Error ScriptModel::with_remedy(const ModelRequest& request, const std::vector<ModelMap>& maps,
                               Error error) const {
  ModelRequest unchanged = request;
  unchanged.swaps.clear();
  unchanged.budget = 0;
  for (const LayerSwap& swap : request.swaps) {
    if (maps.empty() || !maps[swap.layer].ran) continue;
    std::vector<ModelMap> before;
    if (!pass(unchanged, before)) break;
    const auto &was = before[swap.layer].axes, &is = maps[swap.layer].axes;
    if (was == is || was.size() != 4) continue;
    const bool max = swap.replacement.kind->name.find("Max") != std::string_view::npos;
    error.message += fmt::format(
        "; {} gives {} with {}, it gave {} before: Adaptive{}Pool2d(({}, {})) keeps that",
        script_.layers[swap.layer].name, axes_text(is), layer_text(swap.replacement),
        axes_text(was), max ? "Max" : "Avg", was[2], was[3]);
  }
  return error;
}

Result<ModelMap> ScriptModel::plain(const ModelRequest& request) const {
  try {
    const at::NoGradGuard no_gradients;
    jit::Module module = module_;
    return output_of(module.forward(stack_for(request, false)));
  } catch (const std::exception& exception) {
    return tl::unexpected(error_at(kModelInput, exception));
  }
}

Result<Tensor> ScriptModel::filter(std::size_t layer, std::int64_t channel) const {
  return libtorch::guarded([&]() -> Result<Tensor> {
    const std::string& name = script_.layers.at(layer).name;
    for (const auto& [path, module] : module_.named_modules()) {
      if (path != name || !module.hasattr("weight")) continue;
      const at::Tensor weight = module.attr("weight").toTensor();
      if (weight.dim() != 4) break;
      if (channel < 0 || channel >= weight.size(0))
        return failure(fmt::format("{} makes no channel {}", name, channel));
      return libtorch::map_of(weight.narrow(0, channel, 1), true).map([](const ModelMap& map) {
        return map.values;
      });
    }
    return failure(fmt::format("{} has no kernels", name));
  });
}

Result<void> ScriptModel::save(const std::vector<LayerSwap>& swaps,
                               const std::filesystem::path& path) const {
  const auto written = libtorch::guarded([&]() -> Result<std::string> {
    const auto graph = libtorch::swapped_graph(module_, calls_of(swaps));
    if (!graph) return tl::unexpected(graph.error());
    const jit::Module changed = with_forward(module_, *graph);
    std::ostringstream bytes;
    changed.save(bytes);
    return std::move(bytes).str();
  });
  if (!written) return tl::unexpected(about_file(path, written.error()));
  return write_file(path, *written);
}

Result<std::shared_ptr<const Model>> loaded(Bytes bytes, const std::string& device_name) {
  if (auto checked = check_script_archive(bytes); !checked) return tl::unexpected(checked.error());
  return libtorch::guarded([&]() -> Result<std::shared_ptr<const Model>> {
    ByteStream buffer(bytes);
    std::istream stream(&buffer);
    const at::Device device(device_name);
    jit::Module module = jit::load(stream, device);
    std::vector<std::string> notes;
    evaluate(module, notes);
    auto script = libtorch::captured_graph(module);
    if (!script) return tl::unexpected(script.error());
    libtorch::describe(*script, module);
    script->notes.insert(script->notes.begin(), notes.begin(), notes.end());
    return std::make_shared<const ScriptModel>(std::move(module), std::move(*script), device);
  });
}

}  // namespace

std::vector<std::string> torch_devices() {
  std::vector<std::string> devices{"cpu"};
  if (at::hasCUDA()) devices.push_back("cuda");
  if (at::hasMPS()) devices.push_back("mps");
  return devices;
}

Result<std::shared_ptr<const Model>> open_script(const std::filesystem::path& path,
                                                 const std::string& device) {
  const auto devices = torch_devices();
  if (std::ranges::find(devices, device) == devices.end()) {
    return failure(
        fmt::format("no device {} here; there are {}", device, fmt::join(devices, ", ")));
  }
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  auto model = loaded(*bytes, device);
  if (!model) return tl::unexpected(about_file(path, model.error()));
  return model;
}

}  // namespace poolscope
