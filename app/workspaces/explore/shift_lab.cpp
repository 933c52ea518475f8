#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "app/canvas/line_chart.h"
#include "app/flow.h"
#include "app/gathered.h"
#include "app/overlays.h"
#include "app/workspaces/explore/panels.h"
#include "app/workspaces/explore/small_plane.h"
#include "core/analysis/shift_test.h"

namespace poolscope {
namespace {

constexpr std::int64_t kLongest = 64;  ///< Cells of the x axis.
constexpr double kPlayStep = 0.6;      ///< Seconds.
constexpr std::size_t kMostKinds = 5;

/// What the curves depend on: the shift along the axis that they do not run over, too.
struct CurveKey {
  PlaneKey plane;
  Layer layer;
  bool down = false;
  std::int64_t across = 0;  ///< The shift on the other axis.
  ShiftEdge edge = ShiftEdge::circular;
  bool operator==(const CurveKey&) const = default;
};

struct ShotKey {
  PlaneKey plane;
  Layer layer;
  ShiftView view;
  bool operator==(const ShotKey&) const = default;
};

/// The shifted input, or one kind's output for it.
struct Shot {
  SmallPlane plane;
  std::string reason;  ///< Why there is no output.
};

struct ShiftPanel {
  Gathered<CurveKey, ShiftResponse> curves;
  Gathered<ShotKey, Shot> shots;
  std::array<HeatmapTexture, kMostKinds + 1> textures;
  bool playing = false;
  double stepped_at = 0.0;
};

std::string_view kind_name(const ShiftKind& kind) {
  constexpr std::array<std::string_view, 4> kNames{"max", "average", "strided conv", "max blur"};
  return kind.kind < kNames.size() ? kNames[kind.kind] : "this layer";
}

SeriesStyle kind_style(const Ui& ui, const ShiftKind& kind) {
  if (kind.kind < ui.theme.series.size()) return series_style(ui, kind.kind);
  return {ui.theme.acc, Marker::cross};
}

/// How far the input can be moved: over two strides, at least 4 cells.
Shift farthest(const std::vector<ShiftKind>& kinds) {
  const Pair stride = kinds.front().layer.effective_stride();
  const auto range = [](std::int64_t cells) {
    return std::clamp<std::int64_t>(2 * cells, 4, kLongest);
  };
  return {range(stride.h), range(stride.w)};
}

/// The document's shift, as far as this layer's range goes.
ShiftView kept_inside(ShiftView view, Shift most) {
  view.y = std::clamp<std::int64_t>(view.y, 0, most.y);
  view.x = std::clamp<std::int64_t>(view.x, 0, most.x);
  return view;
}

/// What the worker needs.
struct Work {
  const Engine* engine;
  Tensor input;
  std::int64_t plane;
  std::vector<ShiftKind> kinds;
};

void respond(const Work& work, const CurveKey& key, std::int64_t points,
             const std::atomic<bool>& cancelled, const auto& put) {
  std::vector<std::optional<ShiftTest>> tests;
  for (const ShiftKind& kind : work.kinds) {
    auto test = ShiftTest::of(*work.engine, kind.layer, work.input, work.plane);
    tests.push_back(test ? std::optional(std::move(*test)) : std::nullopt);
  }
  // Point by point, so that all curves grow together.
  for (std::int64_t at = 0; at < points; ++at) {
    const Shift shift = key.down ? Shift{at, key.across} : Shift{key.across, at};
    for (std::size_t i = 0; i < tests.size() && !cancelled; ++i) {
      ShiftResponse response{std::nan(""), std::nan(""), {}};
      if (tests[i]) {
        const auto found = tests[i]->response(shift, key.edge, {.cancelled = &cancelled});
        if (found) response = *found;
      }
      put(i * static_cast<std::size_t>(points) + static_cast<std::size_t>(at), response);
    }
  }
}

Shot shot_of(const Work& work, const Layer& layer, const ShiftView& view) {
  const auto test = ShiftTest::of(*work.engine, layer, work.input, work.plane);
  if (!test) return {{}, test.error().message};
  const auto output = test->output({view.y, view.x}, view.edge, {});
  return output ? Shot{small_plane(*output), {}} : Shot{{}, output.error().message};
}

void shoot(const Work& work, const ShiftView& view, const std::atomic<bool>& cancelled,
           const auto& put) {
  const auto plane = plane_of(work.input, work.plane);
  const auto moved = plane ? shifted(*plane, {view.y, view.x}, view.edge) : plane;
  if (!moved) return;
  put(0, Shot{small_plane(*moved), {}});
  for (std::size_t i = 0; i < work.kinds.size() && !cancelled; ++i)
    put(i + 1, shot_of(work, work.kinds[i].layer, view));
}

void act(const Ui& ui, ShiftView view, Shift most) {
  view = kept_inside(view, most);
  if (view != ui.document.shift) ui.act(action::SetShift{view});
}

/// Alt and an arrow key moves the input by a cell, and the curves run along that way.
void handle_keys(const Ui& ui, const ShiftView& now, Shift most) {
  if (keys_are_typed(ui)) return;
  const auto step = [&](Key key, std::int64_t y, std::int64_t x) {
    if (!ui.keys.pressed(key, false, false, true)) return;
    ShiftView view = now;
    view.y += y;
    view.x += x;
    view.down = y != 0;
    act(ui, view, most);
  };
  step(Key::left, 0, -1);
  step(Key::right, 0, 1);
  step(Key::up, -1, 0);
  step(Key::down, 1, 0);
}

/// The next cell along the curves, and from the last back to 0; waits for the outputs shown.
void play(const Ui& ui, const ShiftView& now, Shift most, ShiftPanel& panel) {
  if (!panel.playing) return;
  const double wait = panel.stepped_at + kPlayStep - ImGui::GetTime();
  if (wait > 0.0 || !panel.shots.complete()) return ui.wake_in(std::max(wait, 0.03));
  panel.stepped_at = ImGui::GetTime();
  ShiftView view = now;
  std::int64_t& at = view.down ? view.y : view.x;
  at = at >= (view.down ? most.y : most.x) ? 0 : at + 1;
  act(ui, view, most);
  ui.wake_in(kPlayStep);
}

/// A caption and a stepper.
std::int64_t draw_stepper(const Ui& ui, Flow& flow, std::string_view caption,
                          std::pair<std::int64_t, std::int64_t> value_and_most) {
  const auto [value, most] = value_and_most;
  const float width = text_width(ui, Font::sans13, caption) + ui.px(8);
  const Rect rect = flow.place_pixels(width + ui.px(104), 16);
  draw_text(ui, Font::sans13, {rect.min.x, rect.center().y}, ui.theme.t2, caption);
  const std::string id = caption == "Down" ? "shift/down" : "shift/right";
  const StepperEdit edit =
      stepper(ui, id, {{rect.min.x + width, rect.min.y}, rect.max},
              {.value = value, .min = 0, .tip = "Cells; also Alt and an arrow key"});
  return edit.kind == StepKind::none ? value : std::clamp<std::int64_t>(edit.value, 0, most);
}

void draw_play(const Ui& ui, ShiftPanel& panel, Flow& flow) {
  const ButtonSpec spec{.text = panel.playing ? "Pause" : "Play",
                        .icon = panel.playing ? Icon::pause : Icon::play};
  if (!button(ui, "shift/play", flow.place_pixels(button_width(ui, spec), 16), spec)) return;
  panel.playing = !panel.playing;
  panel.stepped_at = ImGui::GetTime() - kPlayStep;
}

/// The controls in as many rows as they need; returns their bottom.
float draw_controls(const Ui& ui, const ShiftView& now, Shift most, ShiftPanel& panel,
                    const Rect& area) {
  Flow flow(ui, area);
  draw_play(ui, panel, flow);
  ShiftView view = now;
  view.y = draw_stepper(ui, flow, "Down", {now.y, most.y});
  view.x = draw_stepper(ui, flow, "Right", {now.x, most.x});
  if (view.y != now.y) view.down = true;
  if (view.x != now.x) view.down = false;
  constexpr std::array<std::string_view, 3> kEdges{"Circular", "Replicate", "Zeros"};
  const auto edge =
      segmented(ui, "shift/edge", flow.place(252, 16), kEdges, static_cast<int>(view.edge));
  tooltip(ui, "What moves in at the border: the other side, the last cells again, or zeros");
  if (edge) view.edge = kShiftEdges[static_cast<std::size_t>(*edge)];
  constexpr std::array<std::string_view, 2> kMeasures{"Change", "Aligned"};
  const auto measure =
      segmented(ui, "shift/measure", flow.place(168), kMeasures, view.aligned ? 1 : 0);
  tooltip(ui, "How far the output changes: as it is, or after the best alignment by whole cells");
  if (measure) view.aligned = *measure == 1;
  if (view != now) act(ui, view, most);
  return flow.bottom();
}

/// The curves of that very experiment hold the figures of the outputs shown.
bool belong_together(const CurveKey& curves, const ShotKey& shots) {
  const ShiftView& view = shots.view;
  return curves.plane == shots.plane && curves.layer == shots.layer && curves.down == view.down &&
         curves.across == (view.down ? view.x : view.y) && curves.edge == view.edge;
}

/// The response of a kind at the shift of the outputs shown; null while it is not there.
const ShiftResponse* response_of(const ShiftPanel& panel, std::size_t kind, std::size_t kinds) {
  const ShotKey& shots = *panel.shots.key();
  if (panel.curves.key() == nullptr || !belong_together(*panel.curves.key(), shots)) return nullptr;
  const std::size_t points = panel.curves.items().size() / kinds;
  const auto at = static_cast<std::size_t>(shots.view.down ? shots.view.y : shots.view.x);
  return at < points ? panel.curves.items()[kind * points + at].get() : nullptr;
}

double measure_of(const ShiftResponse& response, const ShiftView& view) {
  return view.aligned ? response.aligned : response.change;
}

std::string share_text(double share) {
  return std::isnan(share) ? "–" : short_number_text(share * 100.0, 5) + " %";
}

LineChart chart_of(const Ui& ui, const ShiftView& now, const ShiftPanel& panel) {
  const CurveKey& key = *panel.curves.key();
  const std::vector<ShiftKind> kinds = shift_kinds(key.layer);
  const std::size_t points = panel.curves.items().size() / kinds.size();
  LineChart chart;
  chart.from_zero = true;
  chart.x_title = key.down ? "cells down" : "cells right";
  chart.y_title =
      now.aligned ? "difference after the best whole-cell alignment, %" : "change of the output, %";
  for (std::size_t i = 0; i < points; ++i) chart.places.push_back(fmt::format("{}", i));
  chart.marked = static_cast<std::size_t>(now.down ? now.y : now.x);
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    ChartSeries series{
        std::string(kind_name(kinds[k])), kind_style(ui, kinds[k]), kinds[k].current, {}};
    for (std::size_t i = 0; i < points; ++i) {
      const auto& response = panel.curves.items()[k * points + i];
      series.values.push_back(response ? 100.0 * measure_of(*response, now) : std::nan(""));
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

/// A small drawing with its name above and its figure below.
struct Caption {
  std::string_view name;
  std::optional<SeriesStyle> style = {};
  std::string figure = {};
};

void draw_shot(const Ui& ui, const StageView& view, const Shot& shot, const Rect& area,
               std::pair<const Caption*, HeatmapTexture*> look) {
  const auto& [caption, texture] = look;
  float x = area.min.x;
  if (caption->style) {
    draw_marker(ui, caption->style->marker, {x + ui.px(5), area.min.y + ui.px(9)},
                caption->style->color);
    x += ui.px(15);
  }
  draw_text_cut(ui, Font::sans12, {x, area.min.y + ui.px(9)}, ui.theme.t1, area.max.x - x,
                caption->name);
  const Rect room{{area.min.x, area.min.y + ui.px(22)}, {area.max.x, area.max.y - ui.px(22)}};
  const Rect rect = shot.reason.empty() ? fitted(room, shot.plane) : room;
  if (shot.reason.empty()) {
    draw_small_plane(ui, *texture, shot.plane, rect, view.input_range);
  } else {
    draw_no_output(ui, rect, rect.contains(ImGui::GetIO().MousePos), shot.reason);
  }
  draw_text_cut(ui, Font::mono12, {rect.min.x, rect.max.y + ui.px(11)}, ui.theme.t3, area.width(),
                shot.reason.empty() ? caption->figure : "no output");
}

void draw_shots(const Ui& ui, const StageView& view, ShiftPanel& panel, const Rect& area) {
  const std::vector<ShiftKind> kinds = shift_kinds(panel.shots.key()->layer);
  const auto& shots = panel.shots.items();
  const ShiftView& shift = panel.shots.key()->view;
  const std::size_t count = std::min(shots.size(), kinds.size() + 1);
  const float gap = ui.px(12);
  const float width =
      (area.width() - gap * static_cast<float>(count - 1)) / static_cast<float>(count);
  for (std::size_t i = 0; i < count; ++i) {
    Caption caption{"shifted input"};
    if (i > 0) {
      caption.name = kind_name(kinds[i - 1]);
      caption.style = kind_style(ui, kinds[i - 1]);
      const ShiftResponse* response = response_of(panel, i - 1, kinds.size());
      caption.figure = response ? share_text(measure_of(*response, shift)) : "…";
      ui.tell(fmt::format("shift/{}", caption.name), caption.figure);
    } else {
      caption.figure = fmt::format("↓{} →{}", shift.y, shift.x);
      ui.tell("shift", fmt::format("{} down, {} right", shift.y, shift.x));
    }
    const float x = area.min.x + (width + gap) * static_cast<float>(i);
    if (shots[i]) {
      draw_shot(ui, view, *shots[i], Rect::of(x, area.min.y, width, area.height()),
                {&caption, &panel.textures[i]});
    }
  }
}

/// The curves and the outputs, side by side or one below the other; returns the bottom.
float draw_results(const Ui& ui, const StageView& view, ShiftPanel& panel, const Rect& area) {
  const ShiftView now = kept_inside(ui.document.shift, farthest(shift_kinds(*view.layer)));
  const bool beside = area.width() > ui.px(560);
  const float height = std::clamp(area.height() - ui.px(8), ui.px(170), ui.px(320));
  const float split = beside ? area.min.x + area.width() * 0.4F : area.max.x;
  const Rect left{area.min, {split, area.min.y + height}};
  const Rect right = beside
                         ? Rect{{split + ui.px(24), area.min.y}, {area.max.x, left.max.y}}
                         : Rect::of(area.min.x, left.max.y + ui.px(12), area.width(), ui.px(140));
  if (panel.curves.key() != nullptr)
    draw_line_chart(ui, "shift/chart", left, chart_of(ui, now, panel));
  if (panel.shots.key() != nullptr) draw_shots(ui, view, panel, right);
  return right.max.y;
}

}  // namespace

float draw_shift_lab(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area) {
  auto& panel = state.panels.of<ShiftPanel>();
  if (view.layer == nullptr || view.evaluation->engine == nullptr) return area.min.y;
  const std::vector<ShiftKind> kinds = shift_kinds(*view.layer);
  const Shift most = farthest(kinds);
  const ShiftView now = kept_inside(ui.document.shift, most);
  handle_keys(ui, now, most);
  const PlaneKey plane = plane_key(ui, view);
  const CurveKey curve{plane, *view.layer, now.down, now.down ? now.x : now.y, now.edge};
  const std::int64_t points = (now.down ? most.y : most.x) + 1;
  const Work work{view.evaluation->engine, view.input, view.plane, kinds};
  panel.curves.update(ui, curve, kinds.size() * static_cast<std::size_t>(points),
                      [work, curve, points](const std::atomic<bool>& cancelled, const auto& put) {
                        respond(work, curve, points, cancelled, put);
                      });
  panel.shots.update(ui, {plane, *view.layer, now}, kinds.size() + 1,
                     [work, now](const std::atomic<bool>& cancelled, const auto& put) {
                       shoot(work, now, cancelled, put);
                     });
  play(ui, now, most, panel);
  const float top = draw_controls(ui, now, most, panel, area) + ui.px(14);
  return draw_results(ui, view, panel, {{area.min.x, top}, {area.max.x - ui.px(16), area.max.y}});
}

}  // namespace poolscope
