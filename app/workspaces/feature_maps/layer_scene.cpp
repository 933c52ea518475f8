#include "app/workspaces/feature_maps/layer_scene.h"

#include <algorithm>
#include <atomic>

#include "core/engines/engine_list.h"

namespace poolscope {
namespace {

Result<Tensor> channel_plane(const Tensor& map, std::int64_t channel) {
  const Shape& shape = map.shape();
  return Tensor::copy_of({1, 1, shape.h, shape.w}, map.plane(0, channel));
}

/// Windows along an axis, as a convolution's or a pool's reach has them.
std::vector<AxisWindow> sliding(std::int64_t count, std::int64_t kernel, std::int64_t stride,
                                std::pair<std::int64_t, std::int64_t> padding_dilation) {
  const auto [padding, dilation] = padding_dilation;
  std::vector<AxisWindow> windows;
  for (std::int64_t i = 0; i < count; ++i)
    windows.push_back({i * stride - padding, kernel, dilation, kernel});
  return windows;
}

/// What each output cell depends on, of a layer that is no pool of ours; nothing where that is no
/// window.
std::optional<PlaneWindows> reach_windows(const LayerReach& reach, const Shape& output) {
  if (reach.kind != LayerReach::Kind::window) return {};
  return PlaneWindows{
      sliding(output.h, reach.kernel_size.h, reach.stride.h, {reach.padding.h, reach.dilation.h}),
      sliding(output.w, reach.kernel_size.w, reach.stride.w, {reach.padding.w, reach.dilation.w})};
}

/// A layer of ours where the model's is one and gives that size; else one that is switched off and
/// only stands for it.
PipelineLayer pipeline_layer(const ModelLayer& info, const Shape& input, const Shape& output) {
  if (info.layer) {
    const PipelinePlan plan = plan_pipeline({{*info.layer}}, input, {4, DataFormat::unspecified});
    if (!plan.error && plan.stages.back().shape == output) return {*info.layer};
  }
  return {make_layer(*find_kind("MaxPool2d")), false};
}

Stage stage_of(const StagePlan& plan, const Tensor& values, const Tensor& input) {
  return {plan, values, input, {}, "", {}, 0.0};
}

Result<Evaluation> evaluation_of(const LayerMaps& maps, std::int64_t channel,
                                 std::int64_t input_channel) {
  const auto input = channel_plane(maps.before.values, input_channel);
  const auto output = channel_plane(maps.after.values, channel);
  const auto engine = find_engine("auto");
  if (!input || !output) return tl::unexpected(input ? output.error() : input.error());
  if (!engine) return tl::unexpected(engine.error());
  Evaluation made;
  // Apart from those of the pipeline's runs.
  static std::atomic<std::uint64_t> serial = std::uint64_t{1} << 63;
  made.serial = ++serial;
  made.request.source.array.tensor = *input;
  made.request.source.array.form = {4, DataFormat::channels_first};
  made.request.source.array.kind = InputKind::npy;
  made.request.pipeline = {pipeline_layer(maps.info(), input->shape(), output->shape())};
  made.engine = *engine;
  PipelinePlan plan =
      plan_pipeline(made.request.pipeline, input->shape(), made.request.source.array.form);
  StagePlan& last = plan.stages.back();
  if (!made.request.pipeline.front().enabled) {
    last.shape = output->shape();
    last.footprint = reach_windows(maps.info().reach, output->shape());
  }
  made.trace.stages = {stage_of(plan.stages.front(), *input, *input),
                       stage_of(last, *output, *input)};
  made.pictures = {make_picture(*input), make_picture(*output)};
  made.input_pictures = {made.pictures.front(), made.pictures.front()};
  return made;
}

}  // namespace

LayerScene::Scene LayerScene::make(const std::shared_ptr<const LayerMaps>& maps, const Key& key) {
  Scene scene{maps, nullptr};
  if (maps->before.values.empty() || maps->after.values.empty()) return scene;
  if (auto made = evaluation_of(*maps, key.channel, key.input_channel))
    scene.evaluation = std::make_shared<const Evaluation>(std::move(*made));
  return scene;
}

void LayerScene::update(const Ui& ui, const std::shared_ptr<const LayerMaps>& maps) {
  if (!maps) return;
  const ModelView& view = ui.document.model_view;
  const Key key{maps->serial, maps->after.nearest(view.channel),
                maps->before.nearest(maps->keeps_channels() ? view.channel : view.input_channel)};
  work_.update(ui, key, [maps, key](const std::atomic<bool>&) {
    return std::make_shared<const Scene>(make(maps, key));
  });
  if (work_.shown()) shown_ = *work_.shown();
  set_document(ui);
  const Ui scene = inner(ui);
  view_ = make_stage_view(scene, state_.span);
}

void LayerScene::set_document(const Ui& ui) {
  document_.view = ui.document.view;
  document_.view.composite = false;
  document_.view.channel = document_.view.sample = 0;
  document_.view.input_stage.reset();
  document_.view.output_stage.reset();
  if (!shown_ || !shown_->evaluation) return;
  const Evaluation& evaluation = *shown_->evaluation;
  document_.source = evaluation.request.source;
  document_.pipeline = evaluation.request.pipeline;
  const Shape& output = evaluation.trace.stages.back().values.shape();
  const ModelView& view = ui.document.model_view;
  const auto place = [](std::int64_t at, std::int64_t size) {
    return at < 0 ? size / 2 : std::min(at, size - 1);
  };
  document_.selection = {place(view.row, output.h), place(view.col, output.w), view.cell_pinned};
  plan_ = plan_pipeline(document_.pipeline, document_.source.array.tensor.shape(),
                        document_.source.array.form);
}

Ui LayerScene::inner(const Ui& ui) {
  const Evaluation* evaluation = shown_ ? shown_->evaluation.get() : nullptr;
  return {document_, evaluation, false,     plan_,     ui.theme, ui.fonts, ui.heatmaps,
          ui.keys,   actions_,   ui.memory, ui.prover, false,    false};
}

}  // namespace poolscope
