#include <algorithm>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/workspaces/explore/parameter_fields.h"
#include "app/workspaces/feature_maps/panels.h"
#include "core/models/pool_script.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

/// Pools that the model can also be saved with: those that PyTorch's operators can say.
const std::vector<const LayerKind*>& swappable_kinds() {
  static const std::vector<const LayerKind*> kinds = [] {
    std::vector<const LayerKind*> found;
    for (const LayerKind* kind : layer_kinds()) {
      if (kind->is_pool && kind->axes == 2 && pool_script(starting_layer(*kind)))
        found.push_back(kind);
    }
    return found;
  }();
  return kinds;
}

void swap_layer(const Ui& ui, const ModelLayer& layer, std::optional<Layer> replacement) {
  // What is the model's own is no change.
  if (replacement && layer.layer && *replacement == *layer.layer) replacement.reset();
  ui.act(action::SwapModelLayer{layer.name, std::move(replacement)});
}

/// What a strided convolution, or a pool that is none of ours, is replaced by first.
Layer first_replacement(const ModelLayer& layer) {
  Layer pool = make_layer(*find_kind("MaxPool2d"));
  if (layer.reach.kind == LayerReach::Kind::window) {
    pool.kernel_size = layer.reach.kernel_size;
    pool.stride = layer.reach.stride;
    pool.padding = {layer.reach.padding.h, layer.reach.padding.w, layer.reach.padding.h,
                    layer.reach.padding.w};
  }
  return pool;
}

void draw_type(const Ui& ui, Column& column, const ModelLayer& layer, const Layer& shown) {
  const Rect row = column.row(32);
  draw_text(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, "Type");
  const auto& kinds = swappable_kinds();
  std::vector<std::string_view> titles;
  int current = -1;
  for (const LayerKind* kind : kinds) {
    if (kind == shown.kind) current = static_cast<int>(titles.size());
    titles.push_back(kind->title);
  }
  const auto chosen =
      combo(ui, "surgery/type", {{row.min.x + ui.px(80), row.min.y}, row.max}, titles, current);
  tooltip(ui, "The pool in this layer's place; later layers run again");
  if (chosen && kinds[static_cast<std::size_t>(*chosen)] != shown.kind)
    swap_layer(ui, layer, other_kind(shown, *kinds[static_cast<std::size_t>(*chosen)]));
}

/// Explore's fields on the layer; what they change is put into the model.
void draw_fields(const Ui& ui, MapsState& state, Column& column, const ModelLayer& layer,
                 const Layer& shown) {
  Document document = ui.document;
  document.pipeline = {{shown}};
  document.selected_layer = 0;
  PipelinePlan plan;
  if (state.maps && state.maps->info().name == layer.name && !state.maps->before.values.empty())
    plan = plan_pipeline(document.pipeline, state.maps->before.values.shape(),
                         {4, DataFormat::unspecified});
  std::vector<Action> actions;
  const Ui inner{document, nullptr, false,     plan,      ui.theme, ui.fonts, ui.heatmaps,
                 ui.keys,  actions, ui.memory, ui.prover, false,    false};
  draw_layer_parameters(inner, column, shown);
  for (const Action& action : actions) {
    if (const auto* set = std::get_if<action::SetLayer>(&action.change)) {
      ui.actions.push_back({action::SwapModelLayer{layer.name, set->layer}, action.gesture});
      if (layer.layer && set->layer == *layer.layer)
        ui.actions.back().change = action::SwapModelLayer{layer.name, {}};
    }
  }
}

/// The pool that always gives that size.
Layer adaptive(const Layer& shown, const std::vector<std::int64_t>& axes) {
  const bool is_max = shown.kind->title.find("ax") != std::string_view::npos;
  Layer layer = make_layer(*find_kind(is_max ? "AdaptiveMaxPool2d" : "AdaptiveAvgPool2d"));
  layer.output_size = {axes[axes.size() - 2], axes.back()};
  return layer;
}

/// Whether later layers take what the layer gives now, and a way out where they do not.
void draw_verdict(const Ui& ui, MapsState& state, Column& column, const ModelLayer& layer,
                  const Layer* swap) {
  const std::string& error = state.session.swap_error();
  const auto original = state.original_axes();
  if (!error.empty()) {
    ui.tell("surgery", error);
    draw_error(ui, column, error);
    const bool has_size = original.size() >= 3;
    if (swap == nullptr || !has_size) return;
    const Layer remedy = adaptive(*swap, original);
    if (*swap == remedy) return;
    const ButtonSpec spec{.text = "Make it adaptive",
                          .filled = true,
                          .tip = "A pool that gives the size that later layers expect"};
    if (button(ui, "surgery/remedy", column.row(32), spec)) swap_layer(ui, layer, remedy);
    return;
  }
  const auto& after = state.session.after();
  if (swap == nullptr || !after || after == state.session.before() || !state.layer) return;
  const auto& axes = after->run.maps[*state.layer].axes;
  const bool same = axes == original;
  const std::string text =
      same ? fmt::format("Output stays {}, so later layers fit", map_text(axes))
           : fmt::format("Output becomes {}, which later layers take", map_text(axes));
  ui.tell("surgery", text);
  const Rect row = column.row(28, 4);
  draw_icon(ui, Icon::check, {row.min.x + ui.px(8), row.center().y}, ui.theme.ok, 14);
  draw_text_cut(ui, Font::sans12, {row.min.x + ui.px(24), row.center().y}, ui.theme.t2,
                row.width() - ui.px(24), text);
}

void draw_buttons(const Ui& ui, Column& column, const ModelLayer& layer, const Layer* swap) {
  const bool has_model = !ui.document.model.model.empty();
  const Rect row = column.row(32);
  const std::string back =
      layer.layer ? fmt::format("Back to {}", pool_word(*layer.layer)) : "Back to its own";
  if (button(ui, "surgery/back", part_of(ui, row, 0, has_model ? 2 : 1),
             {.text = back,
              .icon = Icon::undo,
              .enabled = swap != nullptr,
              .tip = "The model's own pool again"}))
    swap_layer(ui, layer, std::nullopt);
  if (!has_model) return;
  const bool changed = !ui.document.model.swaps.empty();
  if (button(ui, "surgery/save", part_of(ui, row, 1, 2),
             {.text = "Save as…",
              .icon = Icon::copy,
              .enabled = changed,
              .tip = "The model with all its changes as TorchScript"}))
    ui.memory.browse_to_save = SaveKind::model;
}

/// The line of Python that does the same.
void draw_recipe(const Ui& ui, Column& column, const ModelLayer& layer, const Layer& swap) {
  const bool sayable =
      layer.is_module && !ui.document.model.model.empty() && swap.kind->is(Framework::pytorch);
  const std::string code = sayable ? swap_recipe(layer.name, swap) : layer_text(swap);
  ui.tell("recipe", code);
  const Rect row = column.row(32);
  draw_list().AddRectFilled(row.min, row.max, ui.theme.canvas, ui.px(6));
  const float side = ui.px(28);
  draw_text_cut(ui, Font::mono12, {row.min.x + ui.px(10), row.center().y}, ui.theme.t2,
                row.width() - side - ui.px(20), code);
  const Rect copy = Rect::of(row.max.x - side - ui.px(2), row.center().y - side * 0.5F, side, side);
  if (button(ui, "surgery/copy", copy,
             {.icon = Icon::copy, .flat = true, .tip = "Copy the line of Python"})) {
    ImGui::SetClipboardText(code.c_str());
    ui.memory.say = "Copied " + code;
  }
}

void draw_plain_layer(const Ui& ui, Column& column, const ModelLayer& layer) {
  for (const ModelParameter& parameter : layer.parameters) {
    const Rect row = column.row(28, 0);
    draw_text(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, parameter.name);
    draw_text_right(ui, Font::mono12, {row.max.x, row.center().y}, ui.theme.t1,
                    value_text(parameter));
  }
  if (layer.parameter_count > 0) {
    const Rect row = column.row(28, 0);
    draw_text(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, "Parameters");
    draw_text_right(ui, Font::mono12, {row.max.x, row.center().y}, ui.theme.t1,
                    count_text(layer.parameter_count));
  }
}

}  // namespace

void draw_surgery_section(const Ui& ui, MapsState& state, Column& column) {
  const ModelLayer* const layer = state.selected();
  if (layer == nullptr) return;
  const bool swaps = layer->is_pooling && !layer->is_container;
  const Rect title =
      column.title(fmt::format("{}: {}", swaps ? "Layer surgery" : layer->kind, own_name(*layer)));
  const float side = ui.px(28);
  if (button(
          ui, "inspector/fold",
          Rect::of(title.max.x - side + ui.px(6), title.center().y - side * 0.5F, side, side),
          {.icon = Icon::sidebar, .flat = true, .tip = "Fold this column", .command = "inspector"}))
    ui.edit_view([](View& view) { view.inspector_open = false; });
  const Layer* const swap = ui.document.model.replacement(layer->name);
  if (!swaps) {
    draw_plain_layer(ui, column, *layer);
    return draw_verdict(ui, state, column, *layer, nullptr);
  }
  const Layer* const own = layer->layer ? &*layer->layer : nullptr;
  if (swap == nullptr && own == nullptr) {
    draw_plain_layer(ui, column, *layer);
    column.space(8);
    if (button(ui, "surgery/begin", column.row(32), {.text = "Replace by a pool"}))
      swap_layer(ui, *layer, first_replacement(*layer));
    return;
  }
  const Layer shown = swap != nullptr ? *swap : *own;
  draw_type(ui, column, *layer, shown);
  draw_fields(ui, state, column, *layer, shown);
  draw_verdict(ui, state, column, *layer, swap);
  draw_buttons(ui, column, *layer, swap);
  if (swap != nullptr) draw_recipe(ui, column, *layer, *swap);
}

}  // namespace poolscope
