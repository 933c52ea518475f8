#include "app/workspaces/explore/playback.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/play_speed.h"
#include "app/user_command.h"
#include "app/workspaces/explore/prediction.h"

namespace poolscope {
namespace {

constexpr float kBar = 56.0F, kControl = 32.0F;
/// Up to this many windows the slider has a tick each.
constexpr std::int64_t kMostTicks = 16;
/// Rows of windows pass in steps of this many seconds.
constexpr double kShortestStep = 1.0 / 30.0;
/// Narrower than this (at scale 1), the bar says things shortly; than the second, not all of them.
constexpr float kWide = 700.0F, kNarrow = 480.0F, kLeastSlider = 40.0F;

/// When the window on screen was reached.
struct PlayClock {
  std::optional<double> reached;
};

std::int64_t window_count(const StageView& view) { return view.out_rows * view.out_cols; }

std::int64_t current_window(const StageView& view) {
  return view.selection.row * view.out_cols + view.selection.col;
}

void go_to(const Ui& ui, const StageView& view, std::int64_t window) {
  const std::int64_t at = std::clamp<std::int64_t>(window, 0, window_count(view) - 1);
  ui.act(action::SetSelection{{at / view.out_cols, at % view.out_cols, true}}, true);
}

void set_playing(const Ui& ui, bool playing) {
  Playback playback = ui.document.playback;
  playback.playing = playing;
  ui.act(action::SetPlayback{playback});
}

/// The slider: what was played in the accent, a tick a window where there are few.
void draw_scrubber(const Ui& ui, const StageView& view, const Rect& rect) {
  const std::int64_t count = window_count(view);
  const Click click = click_area(ui, "playback/scrub", rect, Reach::mouse);
  const int steps = focus_stop(ui, "playback/scrub", rect, true).steps;
  tooltip(ui, "Drag to any window; the wheel and the arrow keys go one by one");
  if (steps != 0) go_to(ui, view, current_window(view) + steps);
  const float radius = ui.px(7);
  const float x0 = rect.min.x + radius, x1 = rect.max.x - radius, y = rect.center().y;
  const auto last = static_cast<float>(std::max<std::int64_t>(1, count - 1));
  const auto x_of = [&](std::int64_t window) {
    return x0 + (x1 - x0) * static_cast<float>(window) / last;
  };
  if (click.held) {
    const float share = std::clamp((ImGui::GetMousePos().x - x0) / (x1 - x0), 0.0F, 1.0F);
    const auto wanted = static_cast<std::int64_t>(std::round(share * last));
    if (wanted != current_window(view)) go_to(ui, view, wanted);
  }
  if (const float turns = take_wheel(ui, rect); turns != 0.0F)
    go_to(ui, view, current_window(view) - static_cast<std::int64_t>(turns));
  for (std::int64_t i = 0; count > 1 && count <= kMostTicks && i < count; ++i) {
    draw_list().AddRectFilled({x_of(i) - ui.px(0.5F), y + ui.px(7)},
                              {x_of(i) + ui.px(0.5F), y + ui.px(11)}, ui.theme.edge);
  }
  const float x = x_of(current_window(view)), half = ui.px(2);
  draw_list().AddRectFilled({x0, y - half}, {x1, y + half}, ui.theme.line2, half);
  draw_list().AddRectFilled({x0, y - half}, {x, y + half}, ui.theme.acc, half);
  draw_list().AddCircleFilled({x, y}, radius, ui.theme.acc);
  if (click.hovered || click.held)
    draw_list().AddCircle({x, y}, radius, ui.theme.t1, 0, ui.px(1.5F));
}

void draw_speed(const Ui& ui, const StageView& view, const Rect& rect, bool captioned) {
  std::vector<std::string_view> titles;
  std::vector<PlaySpeed> speeds;
  const Pace& current = pace_of(ui.document.playback.speed, window_count(view));
  int at = 0;
  for (const Pace& pace : paces()) {
    // By rows only where there are many windows, or where it was chosen before.
    if (pace.by_rows && window_count(view) <= kManyWindows && pace.speed != current.speed) continue;
    if (pace.speed == current.speed) at = static_cast<int>(titles.size());
    titles.push_back(pace.title);
    speeds.push_back(pace.speed);
  }
  const auto chosen = combo(ui, "playback/speed", rect, titles, at, captioned ? "Speed" : "");
  tooltip(ui, "How fast the windows are played");
  if (!chosen) return;
  Playback playback = ui.document.playback;
  playback.speed = speeds[static_cast<std::size_t>(*chosen)];
  ui.act(action::SetPlayback{playback});
}

/// `Window 1 of 9`; returns the width that the longest of these takes.
float draw_position(const Ui& ui, const StageView& view, ImVec2 right_center, bool wide) {
  const std::string count = count_text(window_count(view));
  const auto text_at = [&](const std::string& window) {
    return fmt::format("{}{} of {}", wide ? "Window " : "", window, count);
  };
  const std::string position = text_at(count_text(current_window(view) + 1));
  ui.tell("playback", position);
  draw_text_right(ui, Font::sans13, right_center, ui.theme.t1, position);
  return text_width(ui, Font::sans13, text_at(count));
}

/// First, play or pause, last; returns the x after them.
float draw_transport(const Ui& ui, const StageView& view, float x, float y, bool wide) {
  const float side = ui.px(kControl), top = y - side * 0.5F;
  if (button(ui, "playback/first", Rect::of(x, top, side, side),
             {.icon = Icon::first, .tip = "First window", .command = "window/first"})) {
    go_to(ui, view, 0);
  }
  x += side + ui.px(4);
  const bool playing = ui.document.playback.playing;
  const ButtonSpec play{.text = !wide     ? ""
                                : playing ? "Pause"
                                          : "Play",
                        .icon = playing ? Icon::pause : Icon::play,
                        .filled = true,
                        .tip = playing ? "Pause (Space)" : "Play window by window (Space)"};
  const float width = wide ? ui.px(84) : side;
  if (button(ui, "playback/play", Rect::of(x, top, width, side), play)) play_or_pause(ui, view);
  x += width + ui.px(4);
  if (button(ui, "playback/last", Rect::of(x, top, side, side),
             {.icon = Icon::last, .tip = "Last window", .command = "window/last"})) {
    go_to(ui, view, window_count(view) - 1);
  }
  return x + side;
}

}  // namespace

void play_or_pause(const Ui& ui, const StageView& view) {
  if (ui.document.playback.playing) return set_playing(ui, false);
  const std::int64_t at = current_window(view);
  const std::int64_t from = at + 1 < window_count(view) ? at : 0;
  ui.act(action::PlayTo{from, from, view.out_cols});
  set_playing(ui, true);
}

void run_playback(const Ui& ui, const StageView& view, ExploreState& state) {
  auto& reached = state.panels.of<PlayClock>().reached;
  if (!ui.document.playback.playing || view.output == nullptr || ui.stale) return reached.reset();
  const Pace& pace = pace_of(ui.document.playback.speed, window_count(view));
  const double rate = pace.rate * (pace.by_rows ? static_cast<double>(view.out_cols) : 1.0);
  const double step = std::max(1.0 / rate, kShortestStep);
  const double now = ImGui::GetTime();
  if (!reached) reached = now;
  const std::int64_t at = current_window(view), last = window_count(view) - 1;
  if (now - *reached >= step) {
    const auto passed = static_cast<std::int64_t>((now - *reached) * rate);
    *reached += static_cast<double>(passed) / rate;
    const std::int64_t to = std::min(at + passed, last);
    ui.act(action::PlayTo{at, to, view.out_cols});
    if (to == last) set_playing(ui, false);
  }
  ui.wake_in(std::max(0.0, *reached + step - now));
}

float playback_bar_height(const Ui& ui, const StageView& view) {
  return ui.px(kBar) + (view.answers != nullptr ? prediction_row_height(ui) : 0.0F);
}

void draw_playback_bar(const Ui& ui, const StageView& view, const Rect& area) {
  const float width = area.width() / ui.document.view.shown_scale();
  const bool wide = width >= kWide;
  const float y = area.min.y + ui.px(kBar) * 0.5F, half = ui.px(kControl) * 0.5F;
  const float left = draw_transport(ui, view, area.min.x, y, wide) + ui.px(12);
  float right = area.max.x;
  const auto place = [&](float length) {
    right -= ui.px(length);
    const Rect rect = Rect::of(right, y - half, ui.px(length), 2 * half);
    right -= ui.px(14);
    return rect;
  };
  const bool hidden = ui.document.prediction.hidden;
  const bool toggled = check_box(ui, "playback/hide", place(wide ? 180 : 106),
                                 wide ? "Hide outputs until asked" : "Hide outputs", hidden);
  tooltip(ui, tip_with_key("Predict, then reveal: click a covered cell and type a guess", "hide"));
  if (toggled) {
    ui.act(action::HideOutputs{!hidden});
  }
  draw_speed(ui, view, place(wide ? 148 : 92), wide);
  if (width >= kNarrow) right -= draw_position(ui, view, {right, y}, wide) + ui.px(12);
  if (right - left >= ui.px(kLeastSlider))
    draw_scrubber(ui, view, {{left, y - half}, {right, y + half}});
  if (view.answers != nullptr)
    draw_prediction_row(ui, view, {{area.min.x, area.min.y + ui.px(kBar - 4)}, area.max});
}

}  // namespace poolscope
