#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "app/canvas/pane.h"
#include "app/samples.h"
#include "app/workspaces/feature_maps/panels.h"

namespace poolscope {
namespace {

ImDrawList& list() { return *ImGui::GetWindowDrawList(); }

constexpr float kThumbnail = 64.0F, kRow = 44.0F;

void draw_error(const Ui& ui, Column& column, const std::string& text) {
  if (text.empty()) return;
  column.skip_pixels(
      message(ui, column.at(), column.width(), ui.theme.err, ui.theme.soft_err, Icon::warn, text) +
      ui.px(8));
}

/// Name and, below it, a caption, right of a thumbnail.
void draw_names(const Ui& ui, const Rect& row, const std::string& name, const std::string& caption,
                Font font = Font::mono12) {
  const float x = row.min.x + ui.px(kThumbnail + 10), room = row.max.x - x;
  draw_text_cut(ui, Font::sans13, {x, row.center().y - ui.px(10)}, ui.theme.t1, room, name);
  draw_text_cut(ui, font, {x, row.center().y + ui.px(10)}, ui.theme.t3, room, caption);
}

/// `16 512 parameters, 8 outputs`, or as much of it as has room.
std::string model_caption(const Ui& ui, const MapsState& state, float room) {
  std::int64_t parameters = 0;
  for (const ModelLayer& layer : state.layers())
    if (layer.depth == 0) parameters += layer.parameter_count;
  std::string text = fmt::format("{} parameters", count_text(parameters));
  const auto& pass = state.session.before();
  if (!pass || pass->run.output.axes.empty()) return text;
  const std::string more =
      fmt::format("{}, {} outputs", text, count_text(pass->run.output.axes.back()));
  return text_width(ui, Font::sans12, more) <= room ? more : text;
}

void draw_model_row(const Ui& ui, const MapsState& state, Column& column) {
  const Rect row = column.row(kRow);
  const Rect box = Rect::of(row.min.x, row.min.y, ui.px(kThumbnail), row.height());
  list().AddRectFilled(box.min, box.max, ui.theme.ctl, ui.px(2));
  draw_icon(ui, Icon::grid, box.center(), ui.theme.t2, 18);
  const std::string name = state.session.file()->path.filename().string();
  const std::string caption = model_caption(ui, state, row.width() - ui.px(kThumbnail + 10));
  draw_names(ui, row, name, caption, Font::sans12);
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
  const Rect row = column.row(kRow);
  const Rect box = Rect::of(row.min.x, row.min.y, ui.px(kThumbnail), row.height());
  const Click click = click_area(ui, "model/input", row);
  tooltip(ui, "What the model reads; click to open another picture or an .npy file");
  if (click.clicked) ui.memory.open_browser = true;
  const ModelReading* const reading = state.session.reading();
  if (reading == nullptr) return;
  list().AddRectFilled(box.min, box.max, ui.theme.ctl, ui.px(2));
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

void act_input(const Ui& ui, const ModelSetup& setup) {
  ui.act(action::SetModelInput{setup.input, setup.labels, setup.preprocessing});
}

void draw_labels_row(const Ui& ui, MapsState& state, Column& column) {
  const Rect row = column.row(32, 4);
  draw_text(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, "Labels");
  const Rect field{{row.min.x + ui.px(80), row.min.y}, row.max};
  const std::string value = ui.document.model.labels.string();
  const auto typed =
      text_field(ui, "model/labels", field, {.value = value, .shown = value.empty() ? "none" : ""});
  tooltip(ui, "A text file with the names of the classes, one a line");
  if (typed) {
    ModelSetup setup = ui.document.model;
    setup.labels = *typed;
    act_input(ui, setup);
  }
  if (state.session.reading() != nullptr)
    draw_error(ui, column, state.session.reading()->labels_error);
}

/// `0.485, 0.456, 0.406`, and back.
std::string numbers_text(const std::vector<double>& numbers) {
  return fmt::format("{}", fmt::join(numbers, ", "));
}

std::optional<std::vector<double>> typed_numbers(std::string_view text) {
  std::vector<double> numbers;
  while (!text.empty()) {
    const std::size_t skipped = text.find_first_not_of(" ,");
    if (skipped == std::string_view::npos) break;
    text.remove_prefix(skipped);
    double number = 0.0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc()) return {};
    numbers.push_back(number);
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  }
  if (numbers.size() != 1 && numbers.size() != 3) return {};
  return numbers;
}

Rect labelled(const Ui& ui, Column& column, std::string_view label) {
  const Rect row = column.row(32, 4);
  draw_text(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, label);
  return {{row.min.x + ui.px(80), row.min.y}, row.max};
}

void edit_side(const Ui& ui, Column& column, std::string_view label,
               std::int64_t Preprocessing::*side) {
  ModelSetup setup = ui.document.model;
  const bool resizes = side == &Preprocessing::resize;
  const std::int64_t now = setup.preprocessing.*side;
  const StepperEdit edit =
      stepper(ui, resizes ? "model/resize" : "model/crop", labelled(ui, column, label),
              {.value = now,
               .shown = now == 0 ? "off" : "",
               .tip = resizes ? "Resize: the shorter side, in pixels; 0 keeps the picture's"
                              : "CenterCrop: the square in the middle, in pixels; 0 keeps all"});
  if (edit.kind == StepKind::none) return;
  setup.preprocessing.*side = std::clamp<std::int64_t>(edit.value, 0, 4096);
  ui.act(action::SetModelInput{setup.input, setup.labels, setup.preprocessing},
         edit.kind == StepKind::step);
}

void edit_numbers(const Ui& ui, Column& column, std::string_view label,
                  std::vector<double> Preprocessing::*numbers) {
  const bool is_mean = numbers == &Preprocessing::mean;
  const std::string id = is_mean ? "model/mean" : "model/std";
  ModelSetup setup = ui.document.model;
  const auto limit = ui.memory.limits.find(id);
  const auto typed = text_field(ui, id, labelled(ui, column, label),
                                {.value = numbers_text(setup.preprocessing.*numbers),
                                 .error = limit != ui.memory.limits.end()});
  tooltip(ui, is_mean ? "Normalize: subtracted, one number a channel or one for all"
                      : "Normalize: divided by, one number a channel or one for all");
  if (typed) {
    ui.memory.limits.erase(id);
    if (const auto read = typed_numbers(*typed)) {
      setup.preprocessing.*numbers = *read;
      act_input(ui, setup);
    } else {
      ui.memory.limits[id] = fmt::format("'{}' is found; 1 or 3 numbers are right", *typed);
    }
  }
  if (const auto found = ui.memory.limits.find(id); found != ui.memory.limits.end())
    draw_error(ui, column, found->second);
}

}  // namespace

void draw_input_picture(const Ui& ui, MapsState& state, HeatmapTexture& texture, const Pane& pane) {
  const auto& shown = state.panels.of<InputPicture>();
  const bool composite = shown.is_image && shown.picture->shape().c >= 3;
  const PlaneStats& stats = shown.picture->overall();
  const ValueRange range =
      shown.is_image ? ValueRange{0.0F, shown.white} : ValueRange{stats.min, stats.max};
  draw_heatmap(
      ui, texture, shown.picture, pane,
      {{0, 0, composite}, range, shown.is_image ? ColorMap::grey : ui.document.view.map, false});
}

void draw_model_panel(const Ui& ui, MapsState& state, Column& column) {
  const Rect title = column.title("Model");
  const Rect folder =
      Rect::of(title.max.x - ui.px(28), title.center().y - ui.px(14), ui.px(28), ui.px(28));
  if (button(ui, "model/open", folder,
             {.icon = Icon::folder,
              .flat = true,
              .tip = "Open a model (.pt), a picture or an .npy file",
              .command = "open"}))
    ui.memory.open_browser = true;
  draw_error(ui, column, ui.memory.model_error);
  draw_error(ui, column, ui.memory.open_error);
  if (state.session.file() == nullptr) {
    column.skip_pixels(
        draw_text_wrapped(ui, Font::sans13, column.at(), ui.theme.t2, column.width(),
                          "No model yet. Drop a TorchScript file here, or open one: "
                          "torch.jit.script(model.eval()).save(\"model.pt\") writes it."));
    draw_progress(ui, state, column);
    return;
  }
  draw_model_row(ui, state, column);
  draw_input_row(ui, state, column);
  draw_error(ui, column, state.session.input_error());
  draw_error(ui, column, state.session.run_error());
  if (!state.session.run_error().empty()) ui.tell("run_error", state.session.run_error());
  draw_progress(ui, state, column);
  draw_preprocessing(ui, state, column);
}

void draw_preprocessing(const Ui& ui, MapsState& state, Column& column) {
  const ModelReading* const reading = state.session.reading();
  if (reading == nullptr || !reading->input.is_image) return;
  bool& open = state.panels.of<PreprocessingFold>().open;
  const auto& presets = preprocessing_presets();
  std::vector<std::string_view> titles;
  int current = -1;
  ModelSetup setup = ui.document.model;
  for (const PreprocessingPreset& preset : presets) {
    Preprocessing same = preset.settings;
    same.grey = setup.preprocessing.grey;
    if (same == setup.preprocessing) current = static_cast<int>(titles.size());
    titles.push_back(preset.title);
  }
  const Rect row = column.row(32);
  const Rect fold = Rect::of(row.max.x - ui.px(32), row.min.y, ui.px(32), ui.px(32));
  const auto chosen = combo(ui, "model/preset", {row.min, {fold.min.x - ui.px(8), row.max.y}},
                            titles, current, current < 0 ? "Prepared by hand" : "Prepared as");
  tooltip(ui, "How the picture becomes the numbers that the model reads");
  if (chosen) {
    const bool grey = setup.preprocessing.grey;
    setup.preprocessing = presets[static_cast<std::size_t>(*chosen)].settings;
    setup.preprocessing.grey = grey;
    act_input(ui, setup);
  }
  if (button(ui, "model/prepare", fold,
             {.icon = Icon::more, .active = open, .tip = "Resize, crop, mean, std and labels"}))
    open = !open;
  if (!open) return;
  edit_side(ui, column, "Resize", &Preprocessing::resize);
  edit_side(ui, column, "Crop", &Preprocessing::crop);
  edit_numbers(ui, column, "Mean", &Preprocessing::mean);
  edit_numbers(ui, column, "Std", &Preprocessing::std);
  if (check_box(ui, "model/grey", column.row(28, 4), "One grey channel",
                setup.preprocessing.grey)) {
    setup.preprocessing.grey = !setup.preprocessing.grey;
    // Three numbers do not fit one channel.
    if (setup.preprocessing.grey && setup.preprocessing.mean.size() == 3) {
      setup.preprocessing.mean = {0.5};
      setup.preprocessing.std = {0.5};
    }
    act_input(ui, setup);
  }
  draw_labels_row(ui, state, column);
}

}  // namespace poolscope
