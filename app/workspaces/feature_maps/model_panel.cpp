#include <algorithm>

#include <fmt/format.h>

#include "app/canvas/pane.h"
#include "app/draw_list.h"
#include "app/samples.h"
#include "app/workspaces/feature_maps/panels.h"

namespace poolscope {
namespace {

constexpr float kThumbnail = 64.0F, kInputRow = 44.0F;

/// Name and, below it, a caption, right of a thumbnail.
void draw_names(const Ui& ui, const Rect& row, const std::string& name, const std::string& caption,
                Font font = Font::mono12) {
  const float x = row.min.x + ui.px(kThumbnail + 10), room = row.max.x - x;
  draw_text_cut(ui, Font::sans13, {x, row.center().y - ui.px(10)}, ui.theme.t1, room, name);
  draw_text_cut(ui, font, {x, row.center().y + ui.px(10)}, ui.theme.t3, room, caption);
}

/// `16 512 parameters, 8 outputs`, or as much of it as has room.
std::string model_caption(const Ui& ui, const MapsState& state, float room) {
  const std::string text = fmt::format("{} parameters", count_text(all_parameters(state.layers())));
  const auto& pass = state.session.before();
  if (!pass || pass->run.output.axes.empty()) return text;
  const std::string more =
      fmt::format("{}, {} outputs", text, count_text(pass->run.output.axes.back()));
  return text_width(ui, Font::sans12, more) <= room ? more : text;
}

void draw_model_row(const Ui& ui, const MapsState& state, Column& column) {
  const Rect row = column.row(kInputRow);
  const Rect box = Rect::of(row.min.x, row.min.y, ui.px(kThumbnail), row.height());
  draw_list().AddRectFilled(box.min, box.max, ui.theme.ctl, ui.px(2));
  draw_icon(ui, Icon::grid, box.center(), ui.theme.t2, 18);
  if (state.session.file()->path.empty()) {
    draw_names(ui, row, "No model", "one pool over these maps", Font::sans12);
    ui.tell("model", "none");
    return;
  }
  const float side = ui.px(28);
  const Rect close = Rect::of(row.max.x - side, row.min.y, side, side);
  const Rect names{row.min, {close.min.x - ui.px(4), row.max.y}};
  const std::string name = state.session.file()->path.filename().string();
  const std::string caption = model_caption(ui, state, names.width() - ui.px(kThumbnail + 10));
  draw_names(ui, names, name, caption, Font::sans12);
  if (button(ui, "model/close", close,
             {.icon = Icon::close, .flat = true, .tip = "Close the model; what it reads stays"}))
    ui.act(action::OpenModel{});
  ui.tell("model", fmt::format("{}: {}", name, caption));
}

void draw_thumbnail(const Ui& ui, MapsState& state, const Rect& box) {
  const auto& pass = state.session.before();
  if (!pass || pass->reading.get() != state.session.reading()) return;
  const auto& picture = state.panels.of<InputPicture>().picture;
  if (!picture || picture->tensor().empty()) return;
  const Shape& shape = picture->shape();
  const auto w = static_cast<double>(shape.w), h = static_cast<double>(shape.h);
  const float cell =
      std::min(box.width() / static_cast<float>(w), box.height() / static_cast<float>(h));
  const Rect rect =
      Rect::of(box.min.x, box.min.y, cell * static_cast<float>(w), cell * static_cast<float>(h));
  draw_input_picture(ui, state, state.thumbnail, {rect, {0, 0, w, h}});
}

void draw_input_row(const Ui& ui, MapsState& state, Column& column) {
  const Rect row = column.row(kInputRow);
  const Rect box = Rect::of(row.min.x, row.min.y, ui.px(kThumbnail), row.height());
  const Click click = click_area(ui, "model/input", row);
  tooltip(ui, "What the model reads; click to open another picture or array");
  if (click.clicked) ui.memory.open_browser = true;
  const ModelReading* const reading = state.session.reading();
  if (reading == nullptr) return;
  draw_list().AddRectFilled(box.min, box.max, ui.theme.ctl, ui.px(2));
  draw_thumbnail(ui, state, box);
  const ModelInput& input = reading->input;
  std::string caption = axes_text(input.axes, "×");
  if (input.is_image)
    caption =
        fmt::format("{}, as {}", input.description.substr(0, input.description.find(',')), caption);
  draw_names(ui, row, input.name, caption);
  ui.tell("model/input", fmt::format("{}: {}", input.name, caption));
}

/// What is under way, with a way out.
void draw_progress(const Ui& ui, const MapsState& state, Column& column) {
  if (!state.session.busy() || state.session.busy_seconds() < 0.3) return;
  const Rect row = column.row(28, 4);
  draw_text(ui, Font::sans12, {row.min.x, row.center().y}, ui.theme.t3,
            state.session.opening() ? "opening the model" : "running the model");
}

}  // namespace

void draw_error(const Ui& ui, Column& column, const std::string& text) {
  if (text.empty()) return;
  column.skip_pixels(
      message(ui, column.at(), column.width(), ui.theme.err, ui.theme.soft_err, Icon::warn, text) +
      ui.px(8));
}

void draw_warning(const Ui& ui, Column& column, const std::string& text) {
  if (text.empty()) return;
  column.skip_pixels(message(ui, column.at(), column.width(), ui.theme.warn, ui.theme.soft_warn,
                             Icon::warn, text) +
                     ui.px(8));
}

void draw_input_picture(const Ui& ui, MapsState& state, HeatmapTexture& texture, const Pane& pane) {
  const auto& shown = state.panels.of<InputPicture>();
  const bool composite = shown.is_image && shown.picture->shape().c >= 3;
  const PlaneStats& stats = shown.picture->overall();
  const std::int64_t sample = std::min(ui.document.model_view.sample, shown.picture->shape().n - 1);
  const ValueRange range =
      shown.is_image ? ValueRange{0.0F, shown.white} : ValueRange{stats.min, stats.max};
  draw_heatmap(ui, texture, shown.picture, pane,
               {{sample, 0, composite},
                range,
                shown.is_image ? ColorMap::grey : ui.document.view.map,
                false});
}

/// Whether the run that was captured is the model's own.
void draw_proof(const Ui& ui, const MapsState& state, Column& column) {
  const Result<bool>* const proven = state.session.proven();
  if (proven == nullptr || !state.session.run_error().empty()) return;
  if (!*proven) return draw_error(ui, column, "No proof: " + proven->error().message);
  if (!**proven) {
    ui.tell("model/proof", "differs");
    return draw_error(ui, column,
                      "The run that kept the maps gives another output than the model's own "
                      "forward: it may draw random numbers");
  }
  ui.tell("model/proof", "holds");
  const Rect row = column.row(20, 6);
  draw_icon(ui, Icon::check, {row.min.x + ui.px(8), row.center().y}, ui.theme.ok, 12);
  draw_text(ui, Font::sans12, {row.min.x + ui.px(22), row.center().y}, ui.theme.t3,
            "Proven: the plain forward's output");
  click_area(ui, "model/proof", row, Reach::mouse);
  tooltip(ui,
          "The run that kept all maps gives the output of the model's own forward, bit for bit");
}

void draw_model_panel(const Ui& ui, MapsState& state, Column& column) {
  const Rect title = column.title("Model");
  const Rect folder =
      Rect::of(title.max.x - ui.px(28), title.center().y - ui.px(14), ui.px(28), ui.px(28));
  if (button(ui, "model/open", folder,
             {.icon = Icon::folder,
              .flat = true,
              .tip = "Open a model (.pt), a picture or an array (.npy, .npz, .pt)",
              .command = "open"}))
    ui.memory.open_browser = true;
  draw_error(ui, column, ui.memory.model_error);
  draw_error(ui, column, ui.memory.open_error);
  if (state.session.file() == nullptr) {
    column.skip_pixels(
        draw_text_wrapped(ui, Font::sans13, column.at(), ui.theme.t2, column.width(),
                          "No model yet. Drop a TorchScript file here, or open one: "
                          "torch.jit.script(model.eval()).save(\"model.pt\") writes it. An array "
                          "of feature maps (.npy, .npz) needs none."));
    draw_error(ui, column, state.session.input_error());
    draw_device_pick(ui, state, column);
    draw_progress(ui, state, column);
    return;
  }
  draw_model_row(ui, state, column);
  draw_input_row(ui, state, column);
  draw_error(ui, column, state.session.input_error());
  draw_error(ui, column, state.session.run_error());
  if (!state.session.run_error().empty()) ui.tell("run_error", state.session.run_error());
  draw_proof(ui, state, column);
  draw_progress(ui, state, column);
  draw_input_picks(ui, state, column);
}

}  // namespace poolscope
