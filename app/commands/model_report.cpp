#include "app/commands/model_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/io/json_io.h"
#include "core/models/pool_script.h"
#include "core/models/top_k.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kTop = 5;

const ModelMap* map_in(const ModelReport& report, std::size_t layer) {
  return report.run && report.run->maps[layer].ran ? &report.run->maps[layer] : nullptr;
}

Json input_names(const Model& model, const ModelLayer& layer) {
  Json names = Json::array();
  for (const std::size_t input : layer.inputs) {
    names.push_back(input == kModelInput ? Json() : Json(model.layers()[input].name));
  }
  return names;
}

Json layer_json(const ModelReport& report, std::size_t index) {
  const ModelLayer& layer = report.model.layers()[index];
  Json parameters = Json::object();
  for (const auto& [name, value] : layer.parameters) {
    std::visit([&](const auto& known) { parameters[name] = known; }, value);
  }
  const ModelMap* const map = map_in(report, index);
  return {{"name", layer.name},
          {"kind", layer.kind},
          {"parameters", parameters},
          {"shape", map ? Json(map->axes) : Json()},
          {"parameter_count", layer.parameter_count},
          {"scope", layer.scope},
          {"depth", layer.depth},
          {"is_module", layer.is_module},
          {"is_container", layer.is_container},
          {"is_pooling", layer.is_pooling},
          {"layer", layer.layer ? Json(layer_text(*layer.layer)) : Json()},
          {"inputs", input_names(report.model, layer)}};
}

/// `281 (72.1 %)`.
std::string class_text(const std::vector<RankedClass>& classes, std::size_t rank) {
  if (rank >= classes.size()) return "";
  return fmt::format("{} ({:.1f} %)", classes[rank].index, 100.0 * classes[rank].share);
}

std::string ranks_text(const std::vector<RankedClass>& before,
                       const std::vector<RankedClass>& after) {
  std::string text;
  for (std::size_t rank = 0; rank < std::max(before.size(), after.size()); ++rank) {
    text += fmt::format("  {:<4}  {:<18}  {}\n", rank + 1, class_text(before, rank),
                        class_text(after, rank));
  }
  return text;
}

std::string top_text(const SwapReport& report) {
  const ModelMap &before = report.before.output, &after = report.after.output;
  if (before.axes.empty() || before.axes.size() > 2) return "";
  const auto samples = before.axes.size() == 2 ? static_cast<std::size_t>(before.axes[0]) : 1;
  std::string text;
  for (std::size_t sample = 0; sample < samples; ++sample) {
    const auto first = top_classes(before, kTop, sample);
    const auto second = top_classes(after, kTop, sample);
    if (!first || !second) return text;
    text += samples == 1 ? "" : fmt::format("sample {}\n", sample);
    text += fmt::format("  {:<4}  {:<18}  {}\n", "top", "before: class", "after: class");
    text += ranks_text(*first, *second);
  }
  return text;
}

}  // namespace

std::string info_text(const ModelReport& report) {
  const auto& layers = report.model.layers();
  std::string text = fmt::format("{}: {} parameters, {} layers\n", report.file,
                                 all_parameters(report.model.layers()), layers.size());
  for (const std::string& note : report.model.notes()) text += fmt::format("note: {}\n", note);
  std::size_t names = 4, kinds = 4, shapes = 5;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const ModelMap* const map = map_in(report, i);
    names = std::max(names, layers[i].name.size());
    kinds = std::max(kinds, layers[i].kind.size());
    shapes = std::max(shapes, map ? axes_text(map->axes).size() : 0);
  }
  text += fmt::format("\n  {:<{}}  {:<{}}  {:<{}}  {}\n", "name", names, "kind", kinds, "shape",
                      shapes, "parameters");
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const ModelMap* const map = map_in(report, i);
    std::string line =
        fmt::format("{} {:<{}}  {:<{}}  {:<{}}  {}", layers[i].is_pooling ? '*' : ' ',
                    layers[i].name, names, layers[i].kind, kinds, map ? axes_text(map->axes) : "",
                    shapes, parameters_text(layers[i].parameters));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  if (report.run == nullptr) return text;
  return text + fmt::format("\noutput {}, {}\n", axes_text(report.run->output.axes),
                            report.proven ? "bit for bit that of the plain forward"
                                          : "not that of the plain forward: maps may differ too");
}

std::string info_json(const ModelReport& report) {
  Json layers = Json::array();
  for (std::size_t i = 0; i < report.model.layers().size(); ++i) {
    layers.push_back(layer_json(report, i));
  }
  Json output;
  if (report.run) output = {{"shape", report.run->output.axes}, {"proven", report.proven}};
  return json_text({{"model", report.file},
                    {"output", output},
                    {"parameter_count", all_parameters(report.model.layers())},
                    {"notes", report.model.notes()},
                    {"layers", layers}},
                   2) +
         "\n";
}

std::string swap_text(const SwapReport& report) {
  const ModelLayer& swapped = report.swapped;
  std::string text = fmt::format(
      "{}: {} instead of {}\n", swapped.name, layer_text(report.replacement),
      swapped.layer ? layer_text(*swapped.layer)
                    : fmt::format("{}({})", swapped.kind, parameters_text(swapped.parameters)));
  if (swapped.is_module && report.replacement.kind->is(Framework::pytorch)) {
    text += fmt::format("in Python: {}\n", swap_recipe(swapped.name, report.replacement));
  }
  return text + top_text(report);
}

}  // namespace poolscope
