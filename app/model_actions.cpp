#include "app/model_actions.h"

#include <algorithm>
#include <utility>

namespace poolscope {
namespace {

/// Another layer begins in its middle, without pinned channels.
void look_at_layer(Document& document, const std::string& layer) {
  const ModelView before = document.model_view;
  document.model_view = {};
  document.model_view.layer = layer;
  document.model_view.order = before.order;
  document.model_view.scale = before.scale;
  document.model_view.original = before.original;
  document.model_view.sample = before.sample;
}

}  // namespace

Result<void> apply_to_model(Document& document, const action::OpenModel& a) {
  if (document.model.model == a.path) return {};
  document.model.model = a.path;
  document.model.swaps.clear();
  document.model.labels.clear();
  look_at_layer(document, "");
  return {};
}

Result<void> apply_to_model(Document& document, const action::SetModelInput& a) {
  ModelSetup& model = document.model;
  const bool same_input = model.input == a.setup.input && model.member == a.setup.member;
  const auto path = std::exchange(model.model, {});
  const auto swaps = std::exchange(model.swaps, {});
  model = a.setup;
  model.model = path;
  model.swaps = swaps;
  if (!same_input) document.model_view.sample = 0;
  return {};
}

Result<void> apply_to_model(Document& document, const action::SwapModelLayer& a) {
  if (a.layer.empty()) return failure("a pool takes the place of a layer; none is named");
  auto& swaps = document.model.swaps;
  std::erase_if(swaps, [&](const ModelSwap& swap) { return swap.layer == a.layer; });
  if (a.replacement) swaps.push_back({a.layer, *a.replacement});
  document.model_view.original = false;
  return {};
}

Result<void> apply_to_model(Document& document, const action::SetModelView& a) {
  ModelView& view = document.model_view;
  const bool same_layer = view.layer == a.view.layer;
  view = a.view;
  if (!same_layer) look_at_layer(document, a.view.layer);
  view.sample = std::max<std::int64_t>(view.sample, 0);
  view.channel = std::max<std::int64_t>(view.channel, 0);
  view.input_channel = std::max<std::int64_t>(view.input_channel, 0);
  view.zoom = view.zoom == 0.0 ? 0.0 : std::max(1.0, view.zoom);
  view.center_y = std::clamp(view.center_y, 0.0, 1.0);
  view.center_x = std::clamp(view.center_x, 0.0, 1.0);
  return {};
}

}  // namespace poolscope
