#include <cmath>

#include "app/commands/trace_report.h"
#include "app/commands/value_extent.h"
#include "core/io/json_io.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

using Json = nlohmann::json;

/// The values as lists within lists, one level an axis.
Json nested(std::span<const float> values, std::span<const std::int64_t> axes) {
  if (axes.empty()) return json_number(values.front());
  Json list = Json::array();
  if (axes.front() == 0) return list;
  const std::size_t part = values.size() / static_cast<std::size_t>(axes.front());
  for (std::size_t start = 0; start < values.size(); start += part) {
    list.push_back(nested(values.subspan(start, part), axes.subspan(1)));
  }
  return list;
}

// A parameter's value by its type: both axes are always written, None is null.
Json json_of(std::int64_t value) { return value; }
Json json_of(bool value) { return value; }
Json json_of(double value) {
  return std::isfinite(value) ? Json(value) : json_number(static_cast<float>(value));
}
Json json_of(const Pair& pair) { return {pair.h, pair.w}; }
Json json_of(const OutputRatio& ratio) { return {json_of(ratio.h), json_of(ratio.w)}; }
Json json_of(const std::vector<std::int64_t>& numbers) { return numbers; }
Json json_of(const std::vector<double>& numbers) {
  if (numbers.empty()) return {};
  Json list = Json::array();
  for (const double number : numbers) list.push_back(json_of(number));
  return list;
}
Json json_of(const Roi& roi) {
  return {json_of(roi.x1), json_of(roi.y1), json_of(roi.x2), json_of(roi.y2)};
}
template <class T>
Json json_of(const std::optional<T>& value) {
  return value ? json_of(*value) : Json();
}
Json json_of(const OutputSize& size) { return {json_of(size.h), json_of(size.w)}; }

/// ONNX' pads are four, PyTorch's padding is the same on both sides.
Json pads_json(const Pads& pads, Framework framework) {
  if (framework == Framework::onnx) return {pads.top, pads.left, pads.bottom, pads.right};
  return {pads.top, pads.left};
}

/// As its framework writes it, where that is JSON; None is null.
Json written_json(const Layer& layer, const Parameter& parameter) {
  const Json written = Json::parse(parameter_text(layer, parameter), nullptr, false);
  return written.is_discarded() ? Json() : written;
}

/// Names are written in quotes, kernels as names or lists; a layer over a single row has one number
/// where others have a pair.
template <class Value>
constexpr bool kIsName = std::is_same_v<Value, AutoPad> || std::is_same_v<Value, DataFormat> ||
                         std::is_same_v<Value, Choice> || std::is_same_v<Value, KernelBank>;
template <class Value>
constexpr bool kIsPair =
    std::is_same_v<Value, Pair> || std::is_same_v<Value, std::optional<Pair>> ||
    std::is_same_v<Value, Pads> || std::is_same_v<Value, OutputSize>;

Json parameter_json(const Layer& layer, const Parameter& parameter) {
  return std::visit(
      [&](auto field) -> Json {
        const auto& value = layer.*field;
        using Value = std::remove_cvref_t<decltype(value)>;
        if constexpr (kIsName<Value>) return written_json(layer, parameter);
        if constexpr (kIsPair<Value>) {
          if (layer.kind->axes == 1) return written_json(layer, parameter);
        }
        if constexpr (std::is_same_v<Value, Pads>) {
          return pads_json(value, layer.kind->framework);
        } else if constexpr (!kIsName<Value>) {
          return json_of(value);
        }
      },
      parameter.field);
}

Json parameters_json(const Layer& layer) {
  Json parameters = Json::object();
  for (const Parameter& parameter : layer.kind->parameters) {
    parameters[std::string(parameter.name)] = parameter_json(layer, parameter);
  }
  return parameters;
}

Result<Json> stage_json(const Layer* layer, const Stage& stage) {
  const std::vector<std::int64_t> axes = array_axes(stage.plan.shape, stage.plan.form);
  const std::optional<ValueExtent> range = value_extent(stage.values.values());
  Json json{{"layer", layer ? layer_text(*layer) : "input"},
            {"shape", axes},
            {"parameters", layer ? parameters_json(*layer) : Json::object()},
            {"min", range ? json_number(range->min) : Json()},
            {"max", range ? json_number(range->max) : Json()}};
  if (!stage.engine.empty()) json["engine"] = stage.engine;
  if (!stage.plan.notes.empty()) json["notes"] = stage.plan.notes;
  if (stage.plan.shape.elements() <= kSmallStage) {
    const auto ordered = to_array_order(stage.values, stage.plan.form);
    if (!ordered) return tl::unexpected(ordered.error());
    json["values"] = nested(ordered->values(), axes);
  }
  return json;
}

}  // namespace

Result<std::string> trace_json(const Pipeline& pipeline, const Trace& trace) {
  Json stages = Json::array();
  for (std::size_t i = 0; i < trace.stages.size(); ++i) {
    auto stage = stage_json(i == 0 ? nullptr : &pipeline[i - 1].layer, trace.stages[i]);
    if (!stage) return tl::unexpected(stage.error());
    stages.push_back(std::move(*stage));
  }
  return json_text({{"stages", std::move(stages)}});
}

}  // namespace poolscope
