#include "app/workspaces/feature_maps/feature_maps.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "app/overlays.h"
#include "app/samples.h"
#include "app/workspaces/explore/scroll_area.h"
#include "app/workspaces/feature_maps/panels.h"
#include "core/base/resources.h"

namespace poolscope {
namespace {

constexpr float kMargin = 24.0F, kToolbar = 56.0F;

/// The maps of the selected layer, and the channel chosen among them.
void update_maps(const Ui& ui, MapsState& state) {
  state.layer.reset();
  if (!state.layers().empty()) state.layer = selected_layer(state.layers(), ui.document.model_view);
  const bool original = ui.document.model_view.original;
  const auto& changed = state.session.after();
  const auto& pass = original || !changed ? state.session.before() : changed;
  if (!pass || !state.layer || *state.layer >= pass->layers.size()) {
    if (state.layers().empty()) state.maps.reset();
    return;
  }
  state.session.want(*state.layer);
  const std::size_t layer = *state.layer;
  const std::int64_t sample = ui.document.model_view.sample;
  state.work.update(ui, {pass->serial, layer, sample}, [pass, layer, sample](const auto&) {
    return std::make_shared<const LayerMaps>(make_layer_maps(pass, layer, sample));
  });
  if (!state.work.shown() || state.maps == *state.work.shown()) return;
  // Another layer has its tiles elsewhere.
  const bool same_layer = state.maps && state.maps->layer == layer;
  if (!same_layer) state.panels.of<TileReveal>().wanted = true;
  state.maps = *state.work.shown();
}

void update_picture(MapsState& state) {
  auto& shown = state.panels.of<InputPicture>();
  const auto& pass = state.session.before();
  if (!pass || shown.reading == pass->reading.get()) return;
  const ModelInput& input = pass->reading->input;
  shown = {pass->reading.get(), make_picture(input.picture), input.is_image, input.white};
}

void step_channel(const Ui& ui, MapsState& state, int step) {
  if (!state.maps) return;
  state.panels.of<TileReveal>().wanted = true;
  const auto channels =
      shown_channels(state.maps->keeps_channels() ? state.maps->before : state.maps->after,
                     ui.document.model_view);
  if (channels.empty()) return;
  const auto at = std::ranges::find(channels, ui.document.model_view.channel);
  const auto last = static_cast<std::ptrdiff_t>(channels.size()) - 1;
  const std::ptrdiff_t from = at == channels.end() ? 0 : at - channels.begin();
  const auto next = std::clamp<std::ptrdiff_t>(from + step, 0, last);
  edit_model_view(
      ui, [&](ModelView& view) { view.channel = channels[static_cast<std::size_t>(next)]; });
}

/// ↑ and ↓ choose a layer, ← and → a cell, Esc lets go of it.
void answer_keys(const Ui& ui, MapsState& state) {
  if (ui.asked("channel/next")) step_channel(ui, state, 1);
  if (ui.asked("channel/previous")) step_channel(ui, state, -1);
  if (ui.asked("model/explore")) open_in_explore(ui, state);
  if (ui.asked("model/original"))
    edit_model_view(ui, [](ModelView& view) { view.original = !view.original; });
  if (ui.asked("channel/sort")) {
    edit_model_view(ui, [](ModelView& view) {
      view.order = static_cast<ChannelOrder>((static_cast<int>(view.order) + 1) % 5);
    });
    state.panels.of<TileReveal>().wanted = true;
  }
  if (keys_are_typed(ui)) return;
  if (ui.keys.pressed(Key::down)) step_layer(ui, state, 1);
  if (ui.keys.pressed(Key::up)) step_layer(ui, state, -1);
  if (ui.keys.pressed(Key::escape))
    edit_model_view(ui, [](ModelView& view) { view.cell_pinned = false; });
  const auto& view = state.scene.view();
  const int step = (ui.keys.pressed(Key::right) ? 1 : 0) - (ui.keys.pressed(Key::left) ? 1 : 0);
  if (step == 0 || !view || view->output == nullptr) return;
  const std::int64_t at = view->selection.row * view->out_cols + view->selection.col + step;
  if (at < 0 || at >= view->out_rows * view->out_cols) return;
  edit_model_view(ui, [&](ModelView& edited) {
    edited.row = at / view->out_cols;
    edited.col = at % view->out_cols;
    edited.cell_pinned = true;
  });
}

template <class Fill>
void draw_column(const Ui& ui, const char* id, const Rect& area, Fill fill) {
  draw_scroll_area(ui, id, area, [&](ImVec2 origin) {
    Column column(ui, Rect::of(origin.x, origin.y + ui.px(8), area.width(), area.height()));
    fill(column);
    return column.y() + ui.px(8);
  });
}

/// What to do first.
void draw_empty(const Ui& ui, const MapsState& state, const Rect& area) {
  const ImVec2 center = area.center();
  std::string text = "Drop a TorchScript model here to see inside it, or an array of feature maps";
  if (state.session.busy()) text = "opening the model";
  if (!state.session.run_error().empty()) text = "The model does not run on this input";
  draw_text_centered(ui, Font::sans14, {center.x, center.y - ui.px(28)}, ui.theme.t2, text);
  if (state.session.busy() || !state.session.run_error().empty()) return;
  const ButtonSpec open{.text = "Open a model…", .filled = true, .command = "open"};
  const ButtonSpec sample{.text = "A small one",
                          .tip = "Filters of edges and bars, three pools, eight classes"};
  const float first = button_width(ui, open), second = button_width(ui, sample);
  const float x = center.x - (first + second + ui.px(8)) * 0.5F;
  if (button(ui, "maps/open", Rect::of(x, center.y, first, ui.px(32)), open))
    ui.memory.open_browser = true;
  const auto path = resource_path("assets/models/gabor-seeded.pt");
  if (!path) return;
  if (button(ui, "maps/sample", Rect::of(x + first + ui.px(8), center.y, second, ui.px(32)),
             sample))
    open_file(ui, *path);
}

}  // namespace

const std::vector<ModelLayer>& MapsState::layers() const {
  static const std::vector<ModelLayer> kNone;
  return session.file() != nullptr ? session.file()->model->layers() : kNone;
}

const ModelLayer* MapsState::selected() const {
  return layer && *layer < layers().size() ? &layers()[*layer] : nullptr;
}

std::vector<std::int64_t> MapsState::original_axes() const {
  const auto& pass = session.before();
  if (!pass || !layer || *layer >= pass->run.maps.size()) return {};
  return pass->run.maps[*layer].axes;
}

void FeatureMaps::begin(const Ui& ui) {
  state_.cursor.clear();
  if (!state_.renderer && state_.renderer_error.empty()) {
    auto renderer = MosaicRenderer::create();
    if (renderer) state_.renderer = std::move(*renderer);
    if (!renderer) state_.renderer_error = renderer.error().message;
  }
  if (state_.renderer) state_.renderer->begin_frame();
  state_.session.update(ui);
  update_picture(state_);
  update_maps(ui, state_);
  state_.scene.update(ui, state_.maps);
  answer_keys(ui, state_);
  save(ui);
  if (const ModelLayer* layer = state_.selected()) ui.tell("layer", layer->name);
}

/// Writes the changed model off the UI thread, and says so.
void FeatureMaps::save(const Ui& ui) {
  const auto target = std::exchange(ui.memory.save_model, {});
  if (target && !state_.saving.valid() && state_.session.file() != nullptr) {
    std::vector<LayerSwap> swaps;
    for (const ModelSwap& swap : ui.document.model.swaps) {
      if (const auto layer = find_layer(state_.layers(), swap.layer))
        swaps.push_back({*layer, swap.replacement});
    }
    state_.saving_to = *target;
    state_.saving =
        std::async(std::launch::async, [model = state_.session.file()->model, swaps,
                                        path = *target] { return model->save(swaps, path); });
  }
  if (!state_.saving.valid()) return;
  ui.wait_for_work();
  if (state_.saving.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
  const auto saved = state_.saving.get();
  ui.memory.say =
      saved ? fmt::format("Written to {}", state_.saving_to.string()) : saved.error().message;
}

void FeatureMaps::draw_left(const Ui& ui, const Rect& area) {
  draw_column(ui, "maps left", area, [&](Column& column) {
    draw_model_panel(ui, state_, column);
    if (state_.layers().empty()) return;
    column.divider();
    draw_layer_tree(ui, state_, column);
    column.divider();
    draw_reach_panel(ui, state_, column);
  });
}

/// Where the inspector has no column, its sections take turns with the channel.
bool FeatureMaps::draw_parts(const Ui& ui, const Rect& row) {
  constexpr std::array<std::string_view, 2> kParts{"Channel", "Layer and answer"};
  int& shown = state_.panels.of<LowerPart>().shown;
  const Rect rect = Rect::of(row.min.x, row.min.y, std::min(row.width(), ui.px(300)), ui.px(30));
  if (const auto chosen = segmented(ui, "maps/part", rect, kParts, shown)) shown = *chosen;
  tooltip(ui, "What is shown below the maps; a wider window has room for both");
  return shown == 1;
}

void FeatureMaps::draw_center(const Ui& ui, const Rect& area, bool inspector_folded) {
  if (!state_.maps || !state_.renderer) {
    if (state_.renderer) return draw_empty(ui, state_, area);
    return draw_text_centered(ui, Font::sans14, area.center(), ui.theme.err, state_.renderer_error);
  }
  const Rect inner{{area.min.x + ui.px(kMargin), area.min.y},
                   {area.max.x - ui.px(kMargin), area.max.y}};
  draw_maps_toolbar(ui, state_, inner);
  const float top = area.min.y + ui.px(kToolbar);
  const float height = area.max.y - top;
  const float split = std::floor(top + height * (height < ui.px(420) ? 0.5F : 0.55F));
  draw_mosaics(ui, state_, {{inner.min.x, top}, {inner.max.x, split}});
  draw_divider(ui, area.min.x, area.max.x, split);
  Rect lower{{inner.min.x, split}, {inner.max.x, area.max.y - ui.px(8)}};
  if (inspector_folded) {
    const Rect row{{inner.min.x, split + ui.px(8)}, {inner.max.x, split + ui.px(38)}};
    lower.min.y = row.max.y;
    if (draw_parts(ui, row)) {
      const float width = std::min(inner.width() + ui.px(32), ui.px(480));
      return draw_inspector_column(
          ui, Rect::of(inner.min.x - ui.px(16), lower.min.y, width, area.max.y - lower.min.y));
    }
  }
  draw_channel_detail(ui, state_, lower);
}

void FeatureMaps::draw_inspector_column(const Ui& ui, const Rect& area) {
  draw_column(ui, "maps inspector", area, [&](Column& column) {
    if (state_.selected() == nullptr) return;
    draw_surgery_section(ui, state_, column);
    draw_answer_section(ui, state_, column);
    draw_changes_section(ui, state_, column);
    draw_folder_section(ui, state_, column);
    draw_channel_section(ui, state_, column);
  });
}

StatusLine FeatureMaps::status(const Ui& /*ui*/) const {
  using enum StatusLine::Tone;
  StatusLine line;
  if (state_.maps) {
    if (!state_.maps->before.axes.empty())
      line.chain.emplace_back(axes_text(state_.maps->before.axes, "×"), plain);
    if (!state_.maps->after.axes.empty())
      line.chain.emplace_back(axes_text(state_.maps->after.axes, "×"), current);
  }
  // Where the model itself does not run, no change is to blame.
  if (!state_.session.run_error().empty()) {
    line.chain.emplace_back("the input does not fit", error);
  } else if (!state_.session.swap_error().empty()) {
    line.chain.emplace_back("the change does not fit", error);
  }
  const auto& pass = state_.session.after() ? state_.session.after() : state_.session.before();
  line.facts = {{"Cursor", state_.cursor},
                {"Last run", pass ? duration_text(pass->seconds) : std::string()}};
  line.hints = {{"[ ]", "channel"},
                hint_of("channel/sort", "sort"),
                hint_of("model/original", "before / after")};
  return line;
}

std::optional<WorkspaceRun> FeatureMaps::run() const {
  const auto& pass = state_.session.after() ? state_.session.after() : state_.session.before();
  const std::string& title = state_.session.engine_title();
  return WorkspaceRun{title.empty() ? "no model" : title, pass ? pass->seconds : 0.0,
                      state_.session.busy(), state_.session.busy_seconds()};
}

}  // namespace poolscope
