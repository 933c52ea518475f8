#include "app/workspaces/explore/canvases.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/workspaces/explore/backward.h"
#include "app/workspaces/explore/canvas_layers.h"
#include "app/workspaces/explore/cell_editor.h"

namespace poolscope {
namespace {

constexpr float kCanvasGap = 24.0F;
/// Where the columns would be narrower, one canvas is shown at a time.
constexpr float kMinColumn = 150.0F;
constexpr float kTitle = 30.0F;
constexpr float kIndexBand = 20.0F;
constexpr float kGutter = 24.0F;
constexpr float kBarBand = 48.0F;
constexpr float kDetailTitle = 30.0F;
/// A detail of about this many input cells a side has room for their values.
constexpr std::int64_t kDetailCells = 9;
/// A detail lower than this share of its width is left out.
constexpr float kMinDetailShare = 0.6F;

/// The part of `domain` that the camera shows.
CellRect seen(const CellRect& domain, const Camera& camera) {
  const double w = domain.width() / camera.zoom, h = domain.height() / camera.zoom;
  const double x = domain.x0 + domain.width() * camera.center_x - w * 0.5;
  const double y = domain.y0 + domain.height() * camera.center_y - h * 0.5;
  return {x, y, x + w, y + h};
}

CellRect output_domain(const StageView& view) {
  if (view.output == nullptr) return view.domain;
  return {0, 0, static_cast<double>(view.out_cols), static_cast<double>(view.out_rows)};
}

CellRect source_domain(const LensView& lens) {
  const Shape& shape = lens.source->shape();
  return {0, 0, static_cast<double>(shape.w), static_cast<double>(shape.h)};
}

/// Sizes that all three canvases share.
struct Layout {
  float column = 0;  ///< Width of a canvas' column.
  float gutter = 0;  ///< Left of the cells, for row numbers.
  float band = 0;    ///< Above the cells, for column numbers.
  ImVec2 cells{};    ///< Size of the cells' rectangle.
  bool detail = false;
  bool single = false;  ///< Only one canvas has room.
};

Layout layout_of(const Ui& ui, const StageView& view, const Rect& area) {
  Layout layout;
  layout.column = std::floor((area.width() - 2 * ui.px(kCanvasGap)) / 3);
  layout.single = layout.column < ui.px(kMinColumn);
  if (layout.single) layout.column = area.width();
  const auto dx = static_cast<float>(view.domain.width());
  const auto dy = static_cast<float>(view.domain.height());
  const float room = area.height() - ui.px(kTitle + kBarBand);
  const float fitted =
      std::min((layout.column - ui.px(kGutter)) / dx, (room - ui.px(kIndexBand)) / dy);
  layout.detail = fitted < ui.px(20);
  if (layout.detail) {
    float cell = std::min(layout.column / dx, layout.column * 0.75F / dy);
    // Without room for a detail below, the whole height is the picture's.
    if (room - cell * dy - ui.px(kDetailTitle) < layout.column * kMinDetailShare)
      cell = std::min(layout.column / dx, room / dy);
    layout.cells = {std::max(ui.px(8), std::round(cell * dx)),
                    std::max(ui.px(8), std::round(cell * dy))};
    return layout;
  }
  if (ui.document.view.indices) {
    layout.gutter = ui.px(kGutter);
    layout.band = ui.px(kIndexBand);
  }
  const float cell = std::floor(
      std::min({(layout.column - layout.gutter) / dx, (room - layout.band) / dy, ui.px(72)}));
  layout.cells = {cell * dx, cell * dy};
  return layout;
}

std::string windows_title(const StageView& view) {
  const std::int64_t count = view.out_rows * view.out_cols;
  if (view.output == nullptr) return "none";
  return count_text(count) + (count == 1 ? " window" : " windows");
}

/// What a canvas holds: its array's axes, or how many windows.
std::string size_text(const StageView& view, CanvasKind kind) {
  if (kind == CanvasKind::windows) return windows_title(view);
  if (kind == CanvasKind::output)
    return view.output ? axes_text(view.output_axes, "×") : std::string("none");
  if (!shows_source(view)) return axes_text(view.input_axes, "×");
  const StagePlan& source = view.evaluation->trace.stages.front().plan;
  return axes_text(array_axes(source.shape, {4, source.form.format, 2}), "×");
}

/// A stage that a canvas may show, and its name in the picker.
struct StageChoice {
  std::optional<std::size_t> stage;  ///< Empty: the selected layer's own.
  std::string name;
};

/// What the canvas can show beside the selected layer's own: stages before the output, or after the
/// input.
std::vector<StageChoice> stage_choices(const StageView& view, CanvasKind kind) {
  const bool is_input = kind == CanvasKind::input;
  const Pipeline& pipeline = view.evaluation->request.pipeline;
  const std::size_t end = is_input
                              ? view.output_stage
                              : std::min(view.evaluation->trace.stages.size(), pipeline.size() + 1);
  std::vector<StageChoice> choices{{{}, "of this layer"}};
  for (std::size_t stage = is_input ? 0 : view.input_stage + 1; stage < end; ++stage) {
    const std::string name =
        stage == 0 ? "source" : fmt::format("{} {}", stage, pipeline[stage - 1].layer.kind->name);
    choices.push_back({stage, name});
  }
  return choices;
}

/// Chooses the stage on a canvas, where there is more than one layer.
void draw_stage_picker(const Ui& ui, const StageView& view, CanvasKind kind, const Rect& rect) {
  const bool is_input = kind == CanvasKind::input;
  if (view.evaluation->request.pipeline.size() < 2 || kind == CanvasKind::windows) return;
  const auto choices = stage_choices(view, kind);
  const auto& shown = is_input ? ui.document.view.input_stage : ui.document.view.output_stage;
  std::vector<std::string_view> names;
  for (const StageChoice& choice : choices) names.push_back(choice.name);
  const auto at = std::ranges::find(choices, shown, &StageChoice::stage);
  const int current = at == choices.end() ? 0 : static_cast<int>(at - choices.begin());
  const std::string id = fmt::format("{}/stage", canvas_name(kind));
  const auto chosen = combo(ui, id, rect, names, current);
  tooltip(ui, is_input ? "The stage shown as input: any before the output"
                       : "The stage shown as output: any after the input");
  if (chosen) {
    const auto stage = choices[static_cast<std::size_t>(*chosen)].stage;
    ui.edit_view(
        [&](View& edited) { (is_input ? edited.input_stage : edited.output_stage) = stage; });
  }
}

void draw_title(const Ui& ui, const StageView& view, CanvasKind kind, ImVec2 at, float width) {
  constexpr std::array<std::string_view, 3> kTitles{"Input", "Windows", "Output"};
  constexpr std::array<std::string_view, 3> kGradients{"Input gradient", "Starved cells",
                                                       "Output gradient"};
  const auto& titles = view.lens ? kGradients : kTitles;
  const float y = at.y + ui.px(kTitle) * 0.5F - ui.px(2);
  const std::string title(kind == CanvasKind::input && shows_source(view)
                              ? "Source gradient"
                              : titles[static_cast<std::size_t>(kind)]);
  const float end = draw_text(ui, Font::sans16_semibold, {at.x, y}, ui.theme.t1, title);
  std::vector<std::string> sizes{size_text(view, kind)};
  // Beside the title `Windows` their number says enough.
  if (kind == CanvasKind::windows && view.output)
    sizes.push_back(count_text(view.out_rows * view.out_cols));
  const std::string right = first_fitting(ui, Font::mono12, at.x + width - end - ui.px(8), sizes);
  const float left = at.x + width - text_width(ui, Font::mono12, right) - ui.px(8);
  const float room = std::min(left - end - ui.px(10), ui.px(130));
  if (room >= ui.px(70) && !view.lens) {
    draw_stage_picker(ui, view, kind, Rect::of(end + ui.px(10), y - ui.px(13), room, ui.px(26)));
  }
  draw_text_right(ui, Font::mono12, {at.x + width, y + ui.px(1)}, ui.theme.t3, right);
}

/// Turns, drags and clicks on a pane: zoom about the cursor, pan, and the cell under the mouse.
void handle_camera(const Ui& ui, const Pane& pane, const Click& click) {
  Camera camera = ui.document.camera;
  const ImVec2 mouse = ImGui::GetMousePos();
  const double u = (mouse.x - pane.rect.min.x) / pane.rect.width() - 0.5;
  const double v = (mouse.y - pane.rect.min.y) / pane.rect.height() - 0.5;
  if (const float turns = take_wheel(ui, pane.rect); turns != 0.0F) {
    const double before = 1.0 / camera.zoom;
    camera.zoom = std::clamp(camera.zoom * std::pow(1.25, static_cast<double>(turns)), 1.0, 4096.0);
    const double after = 1.0 / camera.zoom;
    camera.center_x += u * (before - after);
    camera.center_y += v * (before - after);
  }
  if (click.held && ImGui::IsMouseDragging(0, 4.0F) && camera.zoom > 1.0) {
    const ImVec2 moved = ImGui::GetIO().MouseDelta;
    camera.center_x -= moved.x / pane.rect.width() / camera.zoom;
    camera.center_y -= moved.y / pane.rect.height() / camera.zoom;
  }
  if (camera != ui.document.camera) ui.act(action::SetCamera{camera});
}

void select(const Ui& ui, const Selection& target, bool pin) {
  Selection next = ui.document.selection;
  if (next.pinned && !pin) return;
  next.row = target.row;
  next.col = target.col;
  next.pinned = pin || next.pinned;
  // A click stops the playing, also one on the window reached.
  if (pin || next != ui.document.selection) ui.act(action::SetSelection{next});
}

void handle_hover(const Ui& ui, const StageView& view, ExploreState& state, CanvasKind kind,
                  const Pane& pane, const Click& click) {
  if (!click.hovered && !click.clicked) return;
  const ImVec2 mouse = ImGui::GetMousePos();
  const HoveredCell cell{kind, pane.row_at(mouse.y), pane.col_at(mouse.x)};
  const bool is_output = kind == CanvasKind::output;
  if (is_output && (view.output == nullptr || cell.row < 0 || cell.row >= view.out_rows ||
                    cell.col < 0 || cell.col >= view.out_cols)) {
    return;
  }
  state.hovered = cell;
  if (kind == CanvasKind::input && shows_source(view)) return;
  const auto target =
      is_output ? Selection{cell.row, cell.col} : window_reading(view, cell.row, cell.col);
  const bool pin = click.clicked && ImGui::GetIO().MouseDragMaxDistanceSqr[0] < 16.0F;
  if (target) select(ui, *target, pin);
  if (pin && kind == CanvasKind::input && !view.lens && view.inside(cell.row, cell.col)) {
    start_cell_edit(ui, view, state, cell.row, cell.col);
  }
}

/// A canvas stands alone, with room for row and column numbers, or as an overview above its detail.
enum class CanvasPlace { alone, overview, detail };

/// One canvas of the three: its layers, then its answers to the mouse.
void draw_canvas(const Ui& ui, const StageView& view, ExploreState& state, CanvasKind kind,
                 const Pane& pane, CanvasPlace place) {
  const bool detail = place == CanvasPlace::detail;
  const std::string id = fmt::format("{}{}", canvas_name(kind), detail ? "/detail" : "");
  const Click click = click_area(ui, id, pane.rect, Reach::mouse);
  if (!detail) handle_camera(ui, pane, click);
  handle_hover(ui, view, state, kind, pane, click);
  const bool thin = pane.cell_size() < ui.px(12);
  const CanvasLook look{kind, pane, detail, thin, place == CanvasPlace::alone};
  ImGui::PushClipRect({pane.rect.min.x - ui.px(3), pane.rect.min.y - ui.px(3)},
                      {pane.rect.max.x + ui.px(3), pane.rect.max.y + ui.px(3)}, true);
  draw_canvas_layers(ui, view, state, look);
  ImGui::PopClipRect();
}

/// Output cells along one axis whose windows span about kDetailCells input cells.
std::int64_t detail_count(const std::vector<AxisWindow>& windows) {
  std::int64_t count = 1;
  const auto size = static_cast<std::int64_t>(windows.size());
  while (count < size &&
         windows[static_cast<std::size_t>(count)].last() + 1 - windows[0].begin <= kDetailCells) {
    ++count;
  }
  return count;
}

/// The first output cell of the detail: moves only when the selection leaves it.
std::int64_t detail_first(std::int64_t first, std::int64_t count, std::int64_t selected,
                          std::int64_t size) {
  if (selected < first || selected >= first + count)
    first = selected - std::min<std::int64_t>(1, count - 1);
  return std::clamp<std::int64_t>(first, 0, std::max<std::int64_t>(0, size - count));
}

/// The neighbourhood of the selection: input cells and the output cells their windows give.
struct Detail {
  CellRect input, output;
};

Detail detail_of(const StageView& view, ExploreState& state) {
  if (view.windows() == nullptr) {
    const auto half = kDetailCells / 2;
    const auto y = static_cast<double>(std::clamp<std::int64_t>(
        view.selection.row - half, 0, std::max<std::int64_t>(0, view.rows - kDetailCells)));
    const auto x = static_cast<double>(std::clamp<std::int64_t>(
        view.selection.col - half, 0, std::max<std::int64_t>(0, view.cols - kDetailCells)));
    const CellRect cells{x, y, x + kDetailCells, y + kDetailCells};
    return {cells, cells};
  }
  const auto& rows = view.windows()->rows;
  const auto& cols = view.windows()->cols;
  const std::int64_t height = detail_count(rows), width = detail_count(cols);
  state.detail_row = detail_first(state.detail_row, height, view.selection.row, view.out_rows);
  state.detail_col = detail_first(state.detail_col, width, view.selection.col, view.out_cols);
  const CellRect first = view.window_rect(state.detail_row, state.detail_col);
  const CellRect last =
      view.window_rect(state.detail_row + height - 1, state.detail_col + width - 1);
  const auto y = static_cast<double>(state.detail_row), x = static_cast<double>(state.detail_col);
  return {{first.x0, first.y0, last.x1, last.y1},
          {x, y, x + static_cast<double>(width), y + static_cast<double>(height)}};
}

std::string span_text(const CellRect& cells) {
  return fmt::format("rows {}…{}, cols {}…{}", static_cast<std::int64_t>(cells.y0),
                     static_cast<std::int64_t>(cells.y1) - 1, static_cast<std::int64_t>(cells.x0),
                     static_cast<std::int64_t>(cells.x1) - 1);
}

void draw_detail_caption(const Ui& ui, const StageView& view, const Detail& detail, CanvasKind kind,
                         ImVec2 at, float width) {
  const float y = at.y + ui.px(13);
  const bool one_of_many = view.planes.composite || (view.lens && view.input.shape().c > 1);
  const bool is_output = kind == CanvasKind::output && view.has_own_channels();
  const std::string channel =
      is_output ? fmt::format("channel {}", view.output_planes.channel) : view.channel_name();
  const std::string name = one_of_many ? "Detail, " + channel : std::string("Detail");
  const float end = draw_text(ui, Font::sans12, {at.x, y}, ui.theme.t3, name);
  const std::string span = span_text(kind == CanvasKind::output ? detail.output : detail.input);
  if (end + ui.px(8) + text_width(ui, Font::mono12, span) <= at.x + width) {
    draw_text_right(ui, Font::mono12, {at.x + width, y}, ui.theme.t3, span);
  }
}

/// Where the parts of a column begin, from the top.
struct Rows {
  float cells = 0, detail = 0, detail_height = 0, bar = 0;
  bool shows_detail = false;
};

/// One canvas with all that belongs to it, and its place.
struct CanvasColumn {
  CanvasKind kind;
  ImVec2 origin;
  const Layout& layout;
  const Rows& rows;
  const Detail& detail;
};

void draw_column(const Ui& ui, const StageView& view, ExploreState& state,
                 const CanvasColumn& column) {
  const auto& [kind, origin, layout, rows, detail] = column;
  const CellRect domain = kind == CanvasKind::output ? output_domain(view)
                          : kind == CanvasKind::input && shows_source(view)
                              ? source_domain(*view.lens)
                              : view.domain;
  const Pane pane{Rect::of(origin.x + layout.gutter, rows.cells, layout.cells.x, layout.cells.y),
                  seen(domain, ui.document.camera)};
  const float right = layout.detail ? layout.column : layout.gutter + layout.cells.x;
  if (!layout.single) draw_title(ui, view, kind, origin, std::max(right, ui.px(150)));
  draw_canvas(ui, view, state, kind, pane,
              layout.detail ? CanvasPlace::overview : CanvasPlace::alone);
  float bar_x = pane.rect.min.x, bar_width = layout.cells.x;
  if (rows.shows_detail && !(kind == CanvasKind::input && shows_source(view))) {
    draw_detail_caption(ui, view, detail, kind, {origin.x, rows.detail - ui.px(28)}, layout.column);
    const Pane close{Rect::of(origin.x, rows.detail, layout.column, rows.detail_height),
                     kind == CanvasKind::output ? detail.output : detail.input};
    draw_canvas(ui, view, state, kind, close, CanvasPlace::detail);
    bar_x = origin.x;
    bar_width = layout.column;
  }
  draw_canvas_legend(ui, view, state, kind,
                     Rect::of(bar_x, rows.bar, std::max(bar_width, ui.px(140)), ui.px(32)));
  // What an export of this canvas shows.
  const float margin = ui.px(8);
  ui.memory.controls[fmt::format("canvas/{}", canvas_name(kind))] = {
      {origin.x - margin, origin.y - margin},
      {std::max({origin.x + std::max(right, ui.px(150)), bar_x + std::max(bar_width, ui.px(140))}) +
           margin,
       rows.bar + ui.px(34)}};
}

/// Chooses the canvas where only one has room.
void draw_canvas_tabs(const Ui& ui, const Rect& area) {
  constexpr std::array<std::string_view, 3> kNames{"Input", "Windows", "Output"};
  const Rect tabs =
      Rect::of(area.min.x, area.min.y - ui.px(4), std::min(area.width(), ui.px(300)), ui.px(30));
  const auto chosen =
      segmented(ui, "canvas", tabs, kNames, static_cast<int>(ui.memory.shown_canvas));
  tooltip(ui, "The canvas that is shown; a wider window has room for all");
  if (chosen) ui.memory.shown_canvas = static_cast<std::size_t>(*chosen);
}

}  // namespace

float draw_canvases(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area) {
  const Layout layout = layout_of(ui, view, area);
  state.hovered.reset();
  Rows rows;
  rows.cells = area.min.y + ui.px(kTitle) + layout.band;
  rows.detail = rows.cells + layout.cells.y + ui.px(kDetailTitle);
  rows.detail_height = std::min(area.max.y - ui.px(kBarBand) - rows.detail, layout.column);
  rows.shows_detail = layout.detail && view.output != nullptr &&
                      rows.detail_height >= layout.column * kMinDetailShare;
  rows.bar = (rows.shows_detail ? rows.detail + rows.detail_height : rows.cells + layout.cells.y) +
             ui.px(14);
  const Detail detail = rows.shows_detail ? detail_of(view, state) : Detail{};
  if (layout.single) {
    const auto kind = static_cast<CanvasKind>(ui.memory.shown_canvas);
    draw_column(ui, view, state, {kind, area.min, layout, rows, detail});
    draw_canvas_tabs(ui, area);
    return rows.bar + ui.px(34);
  }
  for (const CanvasKind kind : {CanvasKind::input, CanvasKind::windows, CanvasKind::output}) {
    const float x = area.min.x + static_cast<float>(kind) * (layout.column + ui.px(kCanvasGap));
    draw_column(ui, view, state, {kind, {x, area.min.y}, layout, rows, detail});
  }
  return rows.bar + ui.px(34);
}

}  // namespace poolscope
