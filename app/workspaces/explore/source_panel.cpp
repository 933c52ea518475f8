#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "app/canvas/pane.h"
#include "app/draw_list.h"
#include "app/samples.h"
#include "app/workspaces/explore/panels.h"
#include "core/io/grid_text.h"

namespace poolscope {
namespace {

constexpr std::array<std::string_view, 3> kTabs{"Grid", "Image", "Samples"};
enum Tab { kGridTab = 0, kImageTab = 1, kSamplesTab = 2 };

int current_tab(const Ui& ui) {
  if (ui.memory.browsing_samples) return kSamplesTab;
  return ui.document.source.is_grid() ? kGridTab : kImageTab;
}

void open_sample(const Ui& ui, const Sample& sample) { open_file(ui, sample.path); }

void choose_tab(const Ui& ui, int tab) {
  ui.memory.browsing_samples = tab == kSamplesTab;
  if (tab == kSamplesTab || tab == current_tab(ui)) return;
  // A click on the other kind shows one of that kind at once; undo brings the old one back.
  for (const Sample& sample : samples()) {
    if (sample.is_grid == (tab == kGridTab)) return open_sample(ui, sample);
  }
}

void draw_grid_size(const Ui& ui, Column& column) {
  const Shape shape = ui.document.source.array.tensor.shape();
  const Rect row = column.row(32);
  const std::array<std::string_view, 2> labels{"Rows", "Cols"};
  const std::array<std::int64_t, 2> sizes{shape.h, shape.w};
  for (int i = 0; i < 2; ++i) {
    const Rect half = part_of(ui, row, i, 2, 12);
    const auto index = static_cast<std::size_t>(i);
    draw_text(ui, Font::sans13, {half.min.x, half.center().y}, ui.theme.t2, labels[index]);
    const Rect field{{half.min.x + ui.px(40), half.min.y}, half.max};
    const StepperEdit edit =
        stepper(ui, fmt::format("source/{}", labels[index]), field,
                {.value = sizes[index],
                 .min = 1,
                 .tip = i == 0 ? "Rows of the grid, 1 to 64" : "Columns of the grid, 1 to 64"});
    if (edit.kind == StepKind::none) continue;
    const std::int64_t size = std::clamp<std::int64_t>(edit.value, 1, kMaxEditableAxis);
    if (size != edit.value) {
      ui.memory.limits["grid"] =
          fmt::format("a grid has 1 to {} rows and columns, not {}", kMaxEditableAxis, edit.value);
    } else {
      ui.memory.limits.erase("grid");
    }
    if (size != sizes[index]) {
      ui.act(action::ResizeGrid{i == 0 ? size : shape.h, i == 0 ? shape.w : size}, true);
    }
  }
}

void read_clipboard(const Ui& ui) {
  const char* clipboard = ImGui::GetClipboardText();
  auto grid = parse_grid(clipboard == nullptr ? "" : clipboard);
  if (!grid) {
    ui.memory.open_error = "The clipboard holds no grid: " + grid.error().message;
    ui.memory.log.push_back(ui.memory.open_error);
    return;
  }
  ui.memory.open_error.clear();
  ui.act(action::OpenSource{std::move(*grid), {}});
}

void draw_grid_controls(const Ui& ui, Column& column) {
  draw_grid_size(ui, column);
  const Rect row = column.row(32);
  const bool editing = ui.document.edit.active;
  if (button(ui, "source/edit", part_of(ui, row, 0, 3),
             {.text = "Edit",
              .icon = Icon::grid,
              .active = editing,
              .tip = "Type into the cells: Enter goes down, Tab right, Esc leaves",
              .command = "cells/edit"})) {
    ui.act(action::SetEditCell{{!editing, 0, 0}});
  }
  const auto names = fill_pattern_names();
  const auto pattern = combo(ui, "source/fill", part_of(ui, row, 1, 3), names, -1, "Fill");
  tooltip(ui, "Fill the grid with a pattern");
  if (pattern) {
    ui.act(action::FillGrid{static_cast<FillPattern>(*pattern), ui.memory.next_seed++});
  }
  if (button(ui, "source/paste", part_of(ui, row, 2, 3),
             {.text = "Paste",
              .icon = Icon::paste,
              .tip = "A table of numbers from the clipboard",
              .command = "grid/paste"})) {
    read_clipboard(ui);
  }
}

/// The source as it is pooled, small; returns its width.
float draw_thumbnail(const Ui& ui, ExploreState& state, ImVec2 at, float side) {
  if (ui.evaluation == nullptr || ui.evaluation->pictures.empty()) return 0.0F;
  const auto& picture = ui.evaluation->pictures.front();
  const Shape& shape = picture->shape();
  if (picture->tensor().empty()) return 0.0F;
  const auto w = static_cast<double>(shape.w), h = static_cast<double>(shape.h);
  const float width = std::clamp(side * static_cast<float>(w / h), ui.px(12), ui.px(64));
  const Pane pane{Rect::of(at.x, at.y, width, side), {0, 0, w, h}};
  const PlaneStats& stats = picture->overall();
  const float white = ui.document.source.array.white;
  const bool composite = shape.c >= 3;
  draw_heatmap(ui, state.thumbnail_texture, picture, pane,
               {{0, 0, composite},
                {std::min(0.0F, stats.min), white > 0 ? white : stats.max},
                composite || white > 0 ? ColorMap::grey : ui.document.view.map,
                false});
  return width;
}

void draw_file_row(const Ui& ui, ExploreState& state, Column& column) {
  const Source& source = ui.document.source;
  const Rect row = column.row(40);
  const float side = ui.px(40);
  const float width = draw_thumbnail(ui, state, row.min, side);
  const float x = row.min.x + (width > 0 ? width + ui.px(12) : 0);
  const float open_width = ui.px(64);
  const float room = row.max.x - open_width - ui.px(10) - x;
  const std::string name = source.array.name.empty() ? "untitled" : source.array.name;
  draw_text_cut(ui, Font::sans13, {x, row.min.y + ui.px(10)}, ui.theme.t1, room, name);
  draw_text_cut(ui, Font::mono12, {x, row.min.y + ui.px(30)}, ui.theme.t3, room,
                source.array.description);
  const Rect open = Rect::of(row.max.x - open_width, row.min.y + ui.px(4), open_width, ui.px(32));
  if (button(ui, "source/open", open,
             {.text = "Open…", .tip = "A picture, a grid or an .npy file", .command = "open"})) {
    ui.memory.open_browser = true;
  }
}

void draw_luma(const Ui& ui, Column& column) {
  const LoadedArray& array = ui.document.source.array;
  if (array.kind != InputKind::image || array.tensor.shape().c < 3) return;
  const Rect row = column.row(28, 4);
  const bool toggled = check_box(ui, "source/luma", row, "Luma: one channel before the pipeline",
                                 ui.document.source.luma);
  tooltip(ui, "Red, green and blue become one brightness (BT.601)");
  if (toggled) {
    ui.act(action::SetLuma{!ui.document.source.luma});
  }
}

void draw_batch(const Ui& ui, Column& column) {
  const Shape& shape = ui.document.source.array.tensor.shape();
  if (shape.n <= 1) return;
  const Rect row = column.row(32);
  draw_text(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, "Sample");
  const Rect field{{row.min.x + ui.px(80), row.min.y}, row.max};
  const StepperEdit edit = stepper(
      ui, "source/sample", field,
      {.value = ui.document.view.sample, .min = 0, .tip = "The sample of the batch that is shown"});
  if (edit.kind == StepKind::none) return;
  const std::int64_t sample = std::clamp<std::int64_t>(edit.value, 0, shape.n - 1);
  ui.memory.limits.erase("sample");
  if (sample != edit.value) {
    ui.memory.limits["sample"] =
        fmt::format("the batch has samples 0 to {}, not {}", shape.n - 1, edit.value);
  }
  ui.edit_view([&](View& view) { view.sample = sample; }, true);
}

void draw_samples(const Ui& ui, Column& column) {
  for (const Sample& sample : samples()) {
    const Rect row = column.row(32, 2);
    const Click click = click_area(ui, "sample/" + sample.name, row);
    const bool current = ui.document.source.path == sample.path;
    if (current || click.hovered) {
      draw_list().AddRectFilled({row.min.x - ui.px(8), row.min.y},
                                {row.max.x + ui.px(8), row.max.y},
                                current ? ui.theme.accsoft : ui.theme.ctl, ui.px(6));
    }
    tooltip(ui, sample.about.empty() ? "Open this picture" : std::string_view(sample.about));
    draw_icon(ui, sample.is_grid ? Icon::grid : Icon::eye, {row.min.x + ui.px(8), row.center().y},
              ui.theme.t3, 14);
    draw_text_cut(ui, Font::sans13, {row.min.x + ui.px(26), row.center().y}, ui.theme.t1,
                  row.width() - ui.px(26), sample.title);
    if (click.clicked) open_sample(ui, sample);
  }
}

/// What went wrong with a file, and why a control of the grid stopped.
void draw_messages(const Ui& ui, Column& column) {
  if (!ui.memory.open_error.empty()) {
    column.skip_pixels(message(ui, column.at(), column.width(), ui.theme.err, ui.theme.soft_err,
                               Icon::warn, ui.memory.open_error) +
                       ui.px(8));
  }
  for (const char* limit : {"grid", "cell", "sample"}) {
    const auto found = ui.memory.limits.find(limit);
    if (found == ui.memory.limits.end()) continue;
    column.skip_pixels(message(ui, column.at(), column.width(), ui.theme.warn, ui.theme.soft_warn,
                               Icon::warn, found->second) +
                       ui.px(8));
  }
}

}  // namespace

void answer_source_commands(const Ui& ui) {
  if (ui.asked("grid/paste")) read_clipboard(ui);
}

void draw_compact_source(const Ui& ui, Column& column) {
  constexpr float kLabel = 80.0F;
  const auto labelled = [&](std::string_view label) {
    const Rect row = column.row(32);
    draw_text(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, label);
    return Rect{{row.min.x + ui.px(kLabel), row.min.y}, row.max};
  };
  column.title("Source");
  const LoadedArray& array = ui.document.source.array;
  std::vector<std::string_view> titles;
  int current = -1;
  std::error_code error;
  const auto path = std::filesystem::absolute(ui.document.source.path, error).lexically_normal();
  for (const Sample& sample : samples()) {
    if (sample.path == path) current = static_cast<int>(titles.size());
    titles.push_back(sample.title);
  }
  // A file of one's own, or a grid that was typed into, is no sample.
  const std::string own = array.name.empty() ? array.description : array.name;
  if (current < 0) {
    current = static_cast<int>(titles.size());
    titles.push_back(own);
  }
  const auto chosen = combo(ui, "source/input", labelled("Input"), titles, current);
  tooltip(ui, "What is pooled: a sample, or what was opened last");
  if (chosen && static_cast<std::size_t>(*chosen) < samples().size())
    open_sample(ui, samples()[static_cast<std::size_t>(*chosen)]);
  draw_messages(ui, column);
  if (ui.document.pipeline.size() < 2) return;
  std::vector<std::string> names;
  for (const PipelineLayer& entry : ui.document.pipeline)
    names.push_back(fmt::format("{}. {}", names.size() + 1, entry.layer.kind->name));
  const std::vector<std::string_view> layers(names.begin(), names.end());
  const int selected = static_cast<int>(ui.document.selected_layer);
  const auto layer = combo(ui, "source/layer", labelled("Layer"), layers, selected);
  tooltip(ui, "The layer of the pipeline that is shown");
  if (layer) ui.act(action::SelectLayer{static_cast<std::size_t>(*layer)});
}

void draw_source_panel(const Ui& ui, ExploreState& state, Column& column) {
  const Rect title = column.title("Source");
  const Rect folder =
      Rect::of(title.max.x - ui.px(28), title.center().y - ui.px(14), ui.px(28), ui.px(28));
  if (button(ui, "source/browse", folder,
             {.icon = Icon::folder, .flat = true, .tip = "Open a file", .command = "open"})) {
    ui.memory.open_browser = true;
  }
  const int tab = current_tab(ui);
  const auto chosen = segmented(ui, "source/kind", column.row(32), kTabs, tab);
  tooltip(ui, "What is pooled: cells typed here, a picture or a file, or a sample");
  if (chosen) choose_tab(ui, *chosen);
  if (tab == kGridTab) draw_grid_controls(ui, column);
  if (tab == kImageTab) draw_file_row(ui, state, column);
  if (tab != kSamplesTab) {
    draw_luma(ui, column);
    draw_batch(ui, column);
  } else {
    draw_samples(ui, column);
  }
  draw_messages(ui, column);
}

}  // namespace poolscope
