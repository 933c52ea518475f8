#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/pane.h"
#include "app/user_command.h"
#include "app/workspaces/explore/arithmetic.h"
#include "app/workspaces/explore/canvas_layers.h"
#include "app/workspaces/feature_maps/panels.h"

namespace poolscope {
namespace {

constexpr float kHead = 48.0F, kGap = 24.0F, kFoot = 44.0F;
/// A cell this wide has room for its number, without and with a sign.
constexpr float kReadableCell = 37.0F, kReadableSigned = 45.0F;

float readable_cell(const Ui& ui, const LayerMaps& maps) {
  const bool has_sign = std::min(maps.before.overall.min, maps.after.overall.min) < 0.0F;
  return ui.px(has_sign ? kReadableSigned : kReadableCell);
}

/// Where the panes looked in the frame before.
struct ShownSight {
  double zoom = 1.0, center_x = 0.5, center_y = 0.5;
};

/// The part of both maps on screen, in shares of what the windows span.
struct Sight {
  CellRect before, after;
  ImVec2 size;      ///< Of a pane, in pixels.
  double fit_zoom;  ///< Cells of a readable size.
  double zoom;
};

CellRect share_of(const CellRect& whole, const CellRect& share) {
  return {whole.x0 + whole.width() * share.x0, whole.y0 + whole.height() * share.y0,
          whole.x0 + whole.width() * share.x1, whole.y0 + whole.height() * share.y1};
}

CellRect output_cells(const StageView& view) {
  return {0, 0, static_cast<double>(view.out_cols), static_cast<double>(view.out_rows)};
}

/// Square cells over as much of the pane as there are cells for.
Sight sight_of(const Ui& ui, const StageView& view, ImVec2 room, float readable) {
  const ModelView& looked = ui.document.model_view;
  const double w = view.domain.width(), h = view.domain.height();
  const double fit = std::min(static_cast<double>(room.x) / w, static_cast<double>(room.y) / h);
  Sight sight{};
  sight.fit_zoom = std::max(1.0, static_cast<double>(readable) / fit);
  // Large windows are shown whole, though that leaves no room for numbers.
  const CellRect window = view.window_rect(view.selection.row, view.selection.col);
  const double whole = std::max(1.0, std::min(w / window.width(), h / window.height()));
  sight.zoom = looked.zoom == 0.0 ? std::min(sight.fit_zoom, whole) : looked.zoom;
  const double cell = fit * sight.zoom;
  const double cols = std::min(w, static_cast<double>(room.x) / cell);
  const double rows = std::min(h, static_cast<double>(room.y) / cell);
  sight.size = {static_cast<float>(cols * cell), static_cast<float>(rows * cell)};
  double center_x = looked.center_x, center_y = looked.center_y;
  if (looked.zoom == 0.0) {
    center_x = ((window.x0 + window.x1) * 0.5 - view.domain.x0) / w;
    center_y = ((window.y0 + window.y1) * 0.5 - view.domain.y0) / h;
  }
  // Until somebody moves it, the view begins with a whole cell of the output.
  const auto begin = [&](double center, double seen, double size, std::int64_t outputs) {
    const double first = std::clamp(center * size - seen * 0.5, 0.0, size - seen) / size;
    if (looked.zoom != 0.0) return first;
    const auto count = static_cast<double>(outputs);
    return std::min(std::round(first * count) / count, 1.0 - seen / size);
  };
  const double x = begin(center_x, cols, w, view.out_cols);
  const double y = begin(center_y, rows, h, view.out_rows);
  const CellRect share{x, y, x + cols / w, y + rows / h};
  sight.before = share_of(view.domain, share);
  sight.after = share_of(output_cells(view), share);
  return sight;
}

/// Turns of the wheel and drags, which move both panes alike.
void move_sight(const Ui& ui, const StageView& view, const Sight& sight, const Pane& pane,
                const Click& click) {
  const CellRect whole = view.domain;
  double zoom = sight.zoom;
  double x = (sight.before.x0 + sight.before.width() * 0.5 - whole.x0) / whole.width();
  double y = (sight.before.y0 + sight.before.height() * 0.5 - whole.y0) / whole.height();
  const double seen_x = sight.before.width() / whole.width();
  const double seen_y = sight.before.height() / whole.height();
  bool moved = false;
  if (const float turns = take_wheel(ui, pane.rect); turns != 0.0F) {
    const ImVec2 mouse = ImGui::GetMousePos();
    const double u = static_cast<double>((mouse.x - pane.rect.min.x) / pane.rect.width()) - 0.5;
    const double v = static_cast<double>((mouse.y - pane.rect.min.y) / pane.rect.height()) - 0.5;
    const double next = std::clamp(zoom * std::pow(1.25, static_cast<double>(turns)), 1.0, 4096.0);
    x += u * seen_x * (1.0 - zoom / next);
    y += v * seen_y * (1.0 - zoom / next);
    zoom = next;
    moved = true;
  }
  if (click.held && ImGui::IsMouseDragging(0, 4.0F)) {
    const ImVec2 by = ImGui::GetIO().MouseDelta;
    x -= static_cast<double>(by.x / pane.rect.width()) * seen_x;
    y -= static_cast<double>(by.y / pane.rect.height()) * seen_y;
    moved = moved || by.x != 0.0F || by.y != 0.0F;
  }
  if (!moved) return;
  edit_model_view(ui, [&](ModelView& edited) {
    edited.zoom = zoom;
    edited.center_x = std::clamp(x, 0.0, 1.0);
    edited.center_y = std::clamp(y, 0.0, 1.0);
  });
}

/// The cell, or the window that reads it, is selected; a click pins it.
void point_at(const Ui& ui, MapsState& state, CanvasKind kind, const Pane& pane,
              const Click& click) {
  if (!click.hovered && !click.clicked) return;
  const StageView& view = *state.scene.view();
  const ImVec2 mouse = ImGui::GetMousePos();
  const HoveredCell cell{kind, pane.row_at(mouse.y), pane.col_at(mouse.x)};
  const bool is_output = kind == CanvasKind::output;
  const std::int64_t rows = is_output ? view.out_rows : view.rows;
  const std::int64_t cols = is_output ? view.out_cols : view.cols;
  const bool inside = cell.row >= 0 && cell.row < rows && cell.col >= 0 && cell.col < cols;
  if (inside) {
    state.scene.state().hovered = cell;
    const float value =
        is_output ? view.output_value(cell.row, cell.col) : view.input_value(cell.row, cell.col);
    const ModelView& looked = ui.document.model_view;
    state.cursor = fmt::format(
        "{} channel {}, row {}, col {} = {}", is_output ? "after" : "before",
        is_output || state.maps->keeps_channels() ? looked.channel : looked.input_channel, cell.row,
        cell.col, number_text(static_cast<double>(value)));
  }
  std::optional<Selection> target;
  if (!is_output) target = window_reading(view, cell.row, cell.col);
  if (is_output && inside) target = Selection{cell.row, cell.col};
  const bool pin = click.clicked && ImGui::GetIO().MouseDragMaxDistanceSqr[0] < 16.0F;
  if (!target || click.held || (ui.document.model_view.cell_pinned && !pin)) return;
  // What is looked at stays in place while the selection moves.
  const ShownSight& shown = state.panels.of<ShownSight>();
  edit_model_view(ui, [&](ModelView& edited) {
    edited.row = target->row;
    edited.col = target->col;
    edited.cell_pinned = edited.cell_pinned || pin;
    if (edited.zoom != 0.0) return;
    edited.zoom = shown.zoom;
    edited.center_x = shown.center_x;
    edited.center_y = shown.center_y;
  });
}

void draw_pane(const Ui& ui, MapsState& state, CanvasKind kind, const Sight& sight,
               const Rect& rect) {
  const bool is_output = kind == CanvasKind::output;
  const Pane pane{rect, is_output ? sight.after : sight.before};
  const Click click =
      click_area(ui, is_output ? "detail/after" : "detail/before", rect, Reach::mouse);
  const StageView& view = *state.scene.view();
  move_sight(ui, view, sight, pane, click);
  point_at(ui, state, kind, pane, click);
  ImGui::PushClipRect({rect.min.x - ui.px(3), rect.min.y - ui.px(3)},
                      {rect.max.x + ui.px(3), rect.max.y + ui.px(3)}, true);
  const bool thin = pane.cell_size() < ui.px(12);
  const Ui scene = state.scene.inner(ui);
  draw_canvas_layers(scene, view, state.scene.state(), {kind, pane, false, thin, false});
  ImGui::PopClipRect();
}

/// The arithmetic on one line: `max(0, 0.353, 0, 0.022) = 0.353`; empty where it cannot be said.
std::pair<std::string, std::string> arithmetic_line(MapsState& state) {
  const StageView& view = *state.scene.view();
  if (view.output == nullptr || view.pool == nullptr) return {};
  const Arithmetic text = arithmetic_of(view, state.scene.state());
  std::string all;
  for (const std::string& line : text.lines) {
    const auto begin = line.find_first_not_of(' ');
    if (begin == std::string::npos) continue;
    if (!all.empty()) all += ' ';
    all += line.substr(begin);
  }
  return {all + " = ", text.result};
}

/// What the cell was before the change, where there is one: `max was 0.353`.
std::string former_text(const Ui& ui, const MapsState& state) {
  const auto& before = state.session.before();
  const LayerMaps& maps = *state.scene.maps();
  const StageView& view = *state.scene.view();
  if (!before || maps.pass == before || ui.document.model.replacement(maps.info().name) == nullptr)
    return {};
  const Tensor& was = before->run.maps[maps.layer].values;
  const Shape &then = was.shape(), &now = maps.after.values.shape();
  if (then.c != now.c || then.h != now.h || then.w != now.w) return {};
  const ModelLayer& own = before->layers[maps.layer];
  const float value = was.at(std::min(maps.sample, then.n - 1),
                             std::min(ui.document.model_view.channel, then.c - 1),
                             view.selection.row, view.selection.col);
  return fmt::format("{} was {}", own.layer ? pool_word(*own.layer) : "it",
                     number_text(static_cast<double>(value)));
}

/// The window spelled out below the pane before, the colours below the one after.
void draw_foot(const Ui& ui, MapsState& state, const Rect& left, const Rect& right) {
  const StageView& view = *state.scene.view();
  const float y = left.max.y + ui.px(20);
  const auto [sum, result] = arithmetic_line(state);
  const std::string former = former_text(ui, state);
  const float width = right.min.x - ui.px(kGap) - left.min.x;
  if (!result.empty()) {
    const Font font =
        text_width(ui, Font::mono13, sum + result) <= width ? Font::mono13 : Font::mono12;
    const float room = width - text_width(ui, font, result);
    draw_text_cut(ui, font, {left.min.x, y}, ui.theme.t2, room, sum);
    const float end = left.min.x + std::min(room, text_width(ui, font, sum));
    draw_text(ui, font, {end, y}, ui.theme.acctext, result);
    const float last = end + text_width(ui, font, result);
    if (left.min.x + width - last > text_width(ui, Font::mono12, former) + ui.px(16))
      draw_text_right(ui, Font::mono12, {left.min.x + width, y}, ui.theme.t3, former);
    ui.tell("arithmetic", sum + result + (former.empty() ? "" : "; " + former));
  } else if (view.output != nullptr) {
    const float value = view.output_value(view.selection.row, view.selection.col);
    const std::string text =
        fmt::format("row {}, col {} = {}", view.selection.row, view.selection.col,
                    number_text(static_cast<double>(value)));
    draw_text_cut(ui, Font::mono13, {left.min.x, y}, ui.theme.t2, width, text);
    ui.tell("arithmetic", text);
  }
  draw_canvas_legend(state.scene.inner(ui), view, state.scene.state(), CanvasKind::output,
                     Rect::of(right.min.x, right.max.y + ui.px(12),
                              std::max(right.width(), ui.px(140)), ui.px(32)));
}

void toggle_pin(const Ui& ui) {
  edit_model_view(ui, [](ModelView& view) {
    if (std::erase(view.pinned, view.channel) == 0) view.pinned.push_back(view.channel);
  });
}

void draw_detail_head(const Ui& ui, MapsState& state, const Rect& row) {
  const ModelView& looked = ui.document.model_view;
  const float y = row.center().y;
  const LayerMaps& maps = *state.maps;
  const std::int64_t channel = maps.after.nearest(looked.channel);
  std::string title = fmt::format("Channel {}", channel);
  if (!maps.keeps_channels() && maps.before.channels() > 0)
    title = fmt::format("Channel {} → {}", maps.before.nearest(looked.input_channel), channel);
  float x = draw_text(ui, Font::sans14_semibold, {row.min.x, y}, ui.theme.t1, title) + ui.px(10);
  float right = row.max.x;
  const auto place = [&](const ButtonSpec& spec) {
    const float width = button_width(ui, spec);
    right -= width;
    const Rect rect = Rect::of(right, y - ui.px(15), width, ui.px(30));
    right -= ui.px(8);
    return rect;
  };
  const ButtonSpec fit{
      .icon = Icon::expand, .flat = true, .tip = "Fit the whole channel", .command = "fit"};
  if (button(ui, "detail/fit", place(fit), fit))
    edit_model_view(ui, [](ModelView& view) { view.zoom = 1.0; });
  const ButtonSpec open{.text = "Open in Explore",
                        .tip = "This layer on its input, with everything that Explore has",
                        .command = "model/explore"};
  if (button(ui, "detail/explore", place(open), open)) open_in_explore(ui, state);
  const bool pinned = std::ranges::count(looked.pinned, channel) > 0;
  const ButtonSpec pin{.text = pinned ? "Unpin" : "Pin",
                       .active = pinned,
                       .tip = "Pinned channels come first, whatever the order",
                       .command = "channel/pin"};
  if (button(ui, "detail/pin", place(pin), pin)) toggle_pin(ui);
  if (const float end = draw_filter(ui, state, {x, y}, right); end > x) x = end + ui.px(16);
  const std::string shapes =
      fmt::format("{} → {}", map_text(maps.before.axes), map_text(maps.after.axes));
  if (x + text_width(ui, Font::mono12, shapes) < right)
    draw_text(ui, Font::mono12, {x, y}, ui.theme.t3, shapes);
}

}  // namespace

void draw_channel_detail(const Ui& ui, MapsState& state, const Rect& area) {
  if (ui.asked("channel/pin")) toggle_pin(ui);
  const Rect head = Rect::of(area.min.x, area.min.y, area.width(), ui.px(kHead));
  draw_detail_head(ui, state, head);
  const auto& view = state.scene.view();
  if (!view || view->output == nullptr) {
    draw_text(ui, Font::sans13, {area.min.x, head.max.y + ui.px(16)}, ui.theme.t3,
              state.scene.maps() == nullptr ? "reading the channel"
                                            : "There are no values on one side of this layer");
    return;
  }
  const float width = std::floor((area.width() - ui.px(kGap)) * 0.5F);
  const float height = area.max.y - ui.px(kFoot) - head.max.y;
  if (height < ui.px(40)) return;
  const Sight sight = sight_of(ui, *view, {width, height}, readable_cell(ui, *state.maps));
  auto& shown = state.panels.of<ShownSight>();
  const CellRect& whole = view->domain;
  shown = {sight.zoom, (sight.before.x0 + sight.before.width() * 0.5 - whole.x0) / whole.width(),
           (sight.before.y0 + sight.before.height() * 0.5 - whole.y0) / whole.height()};
  const Rect left = Rect::of(area.min.x, head.max.y, sight.size.x, sight.size.y);
  const Rect right =
      Rect::of(area.min.x + width + ui.px(kGap), head.max.y, sight.size.x, sight.size.y);
  state.scene.state().hovered.reset();
  draw_pane(ui, state, CanvasKind::input, sight, left);
  if (!state.session.swap_error().empty() && !ui.document.model_view.original)
    return draw_hatch(ui, right, with_alpha(ui.theme.hatch, 0.3F));
  draw_pane(ui, state, CanvasKind::output, sight, right);
  draw_foot(ui, state, left, right);
}

void open_in_explore(const Ui& ui, const MapsState& state) {
  if (!state.maps) return;
  const LayerMaps& maps = *state.maps;
  const bool has_layer = maps.info().layer.has_value() && !maps.before.values.empty();
  const SideMaps& side = has_layer ? maps.before : maps.after;
  if (side.values.empty()) return;
  LoadedArray array;
  array.tensor = side.values;
  array.form = {4, DataFormat::channels_first};
  array.kind = InputKind::npy;
  array.name = fmt::format("{} {}", has_layer ? "before" : "after", maps.info().name);
  array.description = fmt::format("feature maps, {}", map_text(side.axes));
  // One step for undo.
  ui.act(action::OpenSource{std::move(array), {}}, true);
  if (has_layer) ui.act(action::SetPipeline{{{*maps.info().layer}}}, true);
  ui.edit_view(
      [&](View& view) {
        view.channel = std::min(ui.document.model_view.channel, side.channels() - 1);
        view.sample = 0;
        view.composite = false;
      },
      true);
  ui.act(action::SetWorkspace{"explore"});
}

}  // namespace poolscope
