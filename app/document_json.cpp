#include "app/document_json.h"

#include <array>

#include "core/io/json_io.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

using nlohmann::json;

/// Stages with more values than this are dumped without them.
constexpr std::int64_t kMaxDumpedValues = 4096;

json shape_json(const Shape& shape) { return {shape.n, shape.c, shape.h, shape.w}; }

json values_json(const Tensor& tensor) {
  json values = json::array();
  for (const float value : tensor.values()) values.push_back(json_number(value));
  return values;
}

json source_json(const Source& source) {
  return {{"path", source.path.string()},
          {"name", source.array.name},
          {"description", source.array.description},
          {"shape", shape_json(source.array.tensor.shape())},
          {"luma", source.luma}};
}

json pipeline_json(const Pipeline& pipeline) {
  json layers = json::array();
  for (const PipelineLayer& entry : pipeline) {
    layers.push_back({{"layer", layer_text(entry.layer)}, {"enabled", entry.enabled}});
  }
  return layers;
}

std::string_view overlay_name(CoverageOverlay overlay) {
  constexpr std::array<std::string_view, 4> kNames{"values", "count", "overlap", "dead"};
  return kNames[static_cast<std::size_t>(overlay)];
}

/// Null for the selected layer's own.
json stage_json(const std::optional<std::size_t>& stage) {
  return stage ? json(*stage) : json(nullptr);
}

json view_json(const View& view) {
  return {{"theme", theme_text(view.theme)},
          {"scale", view.scale},
          {"projector", view.projector},
          {"map", color_map_name(view.map)},
          {"range", view.range == RangeScale::shared ? "shared" : "own"},
          {"values", view.values},
          {"indices", view.indices},
          {"overlay", overlay_name(view.overlay)},
          {"composite", view.composite},
          {"channel", view.channel},
          {"sample", view.sample},
          {"input_stage", stage_json(view.input_stage)},
          {"output_stage", stage_json(view.output_stage)},
          {"left_open", view.left_open},
          {"inspector_open", view.inspector_open},
          {"lab", view.lab},
          {"sweep",
           {{"down", view.sweep.down},
            {"across", view.sweep.across},
            {"measure", view.sweep.measure}}}};
}

json prediction_json(const Prediction& prediction) {
  json layers = json::object();
  for (const auto& [layer, answers] : prediction.layers) {
    json revealed = json::array(), guesses = json::array();
    for (const IndexRange& range : answers.revealed.ranges())
      revealed.push_back({range.begin, range.end});
    for (const Guess& guess : answers.guesses) {
      guesses.push_back({{"plane", guess.plane},
                         {"row", guess.row},
                         {"col", guess.col},
                         {"value", json_number(guess.value)}});
    }
    layers[std::to_string(layer)] = {{"revealed", std::move(revealed)},
                                     {"guesses", std::move(guesses)}};
  }
  return {{"hidden", prediction.hidden}, {"layers", std::move(layers)}};
}

json lens_json(const Lens& lens) {
  constexpr std::array kSeeds{"ones", "cell", "typed"};
  constexpr std::array kTies{"winner", "split", "all"};
  json typed = json::array();
  for (const auto& cell : lens.typed) {
    typed.push_back({{"plane", cell.plane},
                     {"row", cell.row},
                     {"col", cell.col},
                     {"value", json_number(cell.value)}});
  }
  return {{"on", lens.on},
          {"seed", kSeeds[static_cast<std::size_t>(lens.seed)]},
          {"ties", kTies[static_cast<std::size_t>(lens.ties)]},
          {"to_source", lens.to_source},
          {"typed", std::move(typed)}};
}

json model_json(const ModelSetup& model, const ModelView& view) {
  json swaps = json::object();
  for (const ModelSwap& swap : model.swaps) swaps[swap.layer] = layer_text(swap.replacement);
  const Preprocessing& how = model.preprocessing;
  return {{"path", model.model.string()},
          {"input", model.input.string()},
          {"labels", model.labels.string()},
          {"member", model.member},
          {"data_format", static_cast<int>(model.data_format)},
          {"device", model.device},
          {"sample", view.sample},
          {"preprocessing",
           {{"grey", how.grey},
            {"resize", how.resize},
            {"crop", how.crop},
            {"unit", how.unit},
            {"mean", how.mean},
            {"std", how.std}}},
          {"swaps", std::move(swaps)},
          {"layer", view.layer},
          {"channel", view.channel},
          {"input_channel", view.input_channel},
          {"cell", {view.row, view.col}},
          {"order", static_cast<int>(view.order)},
          {"scale", view.scale == ChannelScale::own ? "own" : "shared"},
          {"pinned", view.pinned},
          {"original", view.original},
          {"zoom", view.zoom}};
}

json evaluation_json(const Evaluation* evaluation) {
  if (evaluation == nullptr) return nullptr;
  json stages = json::array();
  for (const Stage& stage : evaluation->trace.stages) {
    json entry{{"shape", shape_json(stage.plan.shape)}, {"engine", stage.engine}};
    if (stage.values.shape().elements() <= kMaxDumpedValues)
      entry["values"] = values_json(stage.values);
    stages.push_back(std::move(entry));
  }
  json result{{"stages", std::move(stages)},
              {"error", nullptr},
              {"engine_title", evaluation->engine_title},
              {"engine_notes", evaluation->engine_notes}};
  if (evaluation->trace.error) result["error"] = evaluation->trace.error->message;
  return result;
}

json controls_json(const UiMemory& memory) {
  json controls = json::object();
  for (const auto& [name, rect] : memory.controls) {
    controls[name] = {rect.min.x, rect.min.y, rect.width(), rect.height()};
  }
  return controls;
}

}  // namespace

std::string document_json(const Document& document, const Evaluation* evaluation,
                          const UiMemory& memory) {
  const Selection& selection = document.selection;
  const json all{
      {"workspace", document.workspace},
      {"model", model_json(document.model, document.model_view)},
      {"source", source_json(document.source)},
      {"pipeline", pipeline_json(document.pipeline)},
      {"pipeline_b", document.pipeline_b ? pipeline_json(*document.pipeline_b) : json()},
      {"selected_layer", document.selected_layer},
      {"engine", document.engine},
      {"view", view_json(document.view)},
      {"selection", {{"row", selection.row}, {"col", selection.col}, {"pinned", selection.pinned}}},
      {"camera",
       {{"zoom", document.camera.zoom},
        {"center", {document.camera.center_y, document.camera.center_x}}}},
      {"edit",
       {{"active", document.edit.active}, {"row", document.edit.row}, {"col", document.edit.col}}},
      {"shift",
       {{"y", document.shift.y},
        {"x", document.shift.x},
        {"down", document.shift.down},
        {"edge", shift_edge_name(document.shift.edge)},
        {"aligned", document.shift.aligned}}},
      {"playback",
       {{"playing", document.playback.playing},
        {"speed", play_speed_name(document.playback.speed)}}},
      {"prediction", prediction_json(document.prediction)},
      {"lens", lens_json(document.lens)},
      {"notes", document.notes},
      {"session", document.session.string()},
      {"result", evaluation_json(evaluation)},
      {"open_error", memory.open_error},
      {"model_error", memory.model_error},
      {"limits", memory.limits},
      {"log", memory.log},
      {"link_axes", memory.link_axes},
      {"frames", memory.frames},
      {"busy", memory.busy},
      {"controls", controls_json(memory)},
      {"shown", memory.shown},
      {"focus", memory.focus.id()},
      {"tips", memory.tips}};
  return json_text(all, 1) + "\n";
}

}  // namespace poolscope
