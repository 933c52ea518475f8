#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "app/workspaces/feature_maps/panels.h"

namespace poolscope {
namespace {

void act_input(const Ui& ui, const ModelSetup& setup, bool gesture = false) {
  if (setup != ui.document.model) ui.act(action::SetModelInput{setup}, gesture);
}

Rect labelled(const Ui& ui, Column& column, std::string_view label) {
  const Rect row = column.row(32, 4);
  draw_text(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, label);
  return {{row.min.x + ui.px(80), row.min.y}, row.max};
}

void draw_labels_row(const Ui& ui, MapsState& state, Column& column) {
  const Rect field = labelled(ui, column, "Labels");
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
  act_input(ui, setup, edit.kind == StepKind::step);
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

struct FormatChoice {
  DataFormat format;
  std::string_view title, guess;
};
constexpr std::array<FormatChoice, 2> kFormats{
    {{DataFormat::channels_first, "NCHW, channels first", "NCHW, detected"},
     {DataFormat::channels_last, "NHWC, channels last", "NHWC, detected"}}};

/// Which array of the file, and where its channels are: found out where nobody said it.
void draw_array_picks(const Ui& ui, const ModelInput& input, Column& column) {
  ModelSetup setup = ui.document.model;
  if (input.members.size() > 1) {
    std::vector<std::string_view> names(input.members.begin(), input.members.end());
    const auto now =
        static_cast<int>(std::ranges::find(input.members, input.member) - input.members.begin());
    const auto chosen = combo(ui, "model/member", labelled(ui, column, "Array"), names, now);
    tooltip(ui, "The array of the .npz file that is read");
    if (chosen && *chosen != now) {
      setup.member = input.members[static_cast<std::size_t>(*chosen)];
      setup.data_format = DataFormat::unspecified;
      act_input(ui, setup);
    }
  }
  if (input.data_format == DataFormat::unspecified) return;
  const bool guessed = setup.data_format == DataFormat::unspecified;
  std::vector<std::string_view> titles;
  int now = -1;
  for (const FormatChoice& choice : kFormats) {
    const bool current = choice.format == input.data_format;
    if (current) now = static_cast<int>(titles.size());
    titles.push_back(current && guessed ? choice.guess : choice.title);
  }
  const auto chosen = combo(ui, "model/format", labelled(ui, column, "Axes"), titles, now);
  tooltip(ui, guessed ? "Where the file has its channels: this is what its sizes look like"
                      : "Where the file has its channels");
  ui.tell("model/format", std::string(titles[static_cast<std::size_t>(now)]));
  if (!chosen) return;
  setup.data_format = kFormats[static_cast<std::size_t>(*chosen)].format;
  act_input(ui, setup);
}

/// Which sample of the batch is shown.
void draw_sample_pick(const Ui& ui, const ModelInput& input, Column& column) {
  const std::int64_t samples = input.values.shape().n;
  if (samples < 2) return;
  const std::int64_t now = std::min(ui.document.model_view.sample, samples - 1);
  const std::string shown = fmt::format("{} of {}", now, samples);
  const StepperEdit edit = stepper(
      ui, "model/sample", labelled(ui, column, "Sample"),
      {.value = now, .shown = shown, .tip = "The sample of the batch that is shown, from 0"});
  if (edit.kind == StepKind::none) return;
  edit_model_view(ui, [&](ModelView& view) {
    view.sample = std::clamp<std::int64_t>(edit.value, 0, samples - 1);
  });
}

/// How the picture becomes numbers.
void draw_preprocessing(const Ui& ui, MapsState& state, Column& column) {
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
    setup.preprocessing = with_grey(setup.preprocessing, !setup.preprocessing.grey);
    act_input(ui, setup);
  }
  draw_labels_row(ui, state, column);
}

}  // namespace

void draw_device_pick(const Ui& ui, const MapsState& state, Column& column) {
  const auto& devices = state.session.devices();
  const auto now = std::ranges::find(devices, ui.document.model.device);
  const bool has_choice = devices.size() > 1 || now == devices.end();
  if (!has_choice || ui.document.model.model.empty()) return;
  const std::vector<std::string_view> names(devices.begin(), devices.end());
  const int current = now == devices.end() ? -1 : static_cast<int>(now - devices.begin());
  const auto chosen = combo(ui, "model/device", labelled(ui, column, "Device"), names, current);
  tooltip(ui, "Where LibTorch runs the model");
  if (!chosen) return;
  ModelSetup setup = ui.document.model;
  setup.device = devices[static_cast<std::size_t>(*chosen)];
  act_input(ui, setup);
}

void draw_input_picks(const Ui& ui, MapsState& state, Column& column) {
  draw_device_pick(ui, state, column);
  const ModelReading* const reading = state.session.reading();
  if (reading == nullptr) return;
  draw_array_picks(ui, reading->input, column);
  draw_sample_pick(ui, reading->input, column);
  if (reading->input.is_image) draw_preprocessing(ui, state, column);
}

}  // namespace poolscope
