#include "app/focus.h"

#include <algorithm>

#include <imgui_internal.h>

#include "app/ui.h"

namespace poolscope {
namespace {

constexpr std::string_view kNowhere;

/// Popups open over the frame.
std::size_t depth() {
  return static_cast<std::size_t>(ImGui::GetCurrentContext()->OpenPopupStack.Size);
}

bool is_typed_into(const Ui& ui) {
  const bool field = !ui.memory.editing.empty() || ImGui::GetIO().WantTextInput;
  return field || ((ui.document.edit.active || ui.memory.typing_cell) && depth() == 0);
}

void reach(Focus& focus, std::string_view id) {
  focus.at.back() = id;
  focus.moved = true;
  focus.since = ImGui::GetTime();
}

/// The next stop, or the one before; the first or last where there was none.
void move(Focus& focus, int direction) {
  const auto& stops = focus.stops;
  if (stops.empty()) return;
  const auto found = std::ranges::find(stops, focus.id());
  const auto count = static_cast<std::ptrdiff_t>(stops.size());
  std::ptrdiff_t next = direction > 0 ? 0 : count - 1;
  if (found != stops.end()) next = (found - stops.begin() + direction + count) % count;
  reach(focus, stops[static_cast<std::size_t>(next)]);
}

/// A popup that the keyboard opened has its first line reached; one that closed gives the focus
/// back to what opened it.
void follow_popups(Focus& focus) {
  focus.at.resize(depth() + 1);
  if (focus.at.size() < 2 || !focus.id().empty() || focus.stops.empty()) return;
  if (!focus.at[focus.at.size() - 2].empty()) reach(focus, focus.stops.front());
}

void take_arrows(Focus& focus, Keys& keys) {
  if (focus.takes_arrows) {
    for (const Key key : {Key::right, Key::up}) focus.steps += keys.take({key}) ? 1 : 0;
    for (const Key key : {Key::left, Key::down}) focus.steps -= keys.take({key}) ? 1 : 0;
  } else if (focus.at.size() > 1) {
    if (keys.take({Key::down})) move(focus, 1);
    if (keys.take({Key::up})) move(focus, -1);
  }
}

void draw_ring(const Ui& ui, const Rect& rect) {
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  const ImRect& clip = ImGui::GetCurrentWindow()->ClipRect;
  const float gap = ui.px(3);
  list.PushClipRect({clip.Min.x - gap, clip.Min.y - gap}, {clip.Max.x + gap, clip.Max.y + gap});
  const Rect ring = rect.inset(-ui.px(1));
  list.AddRect(ring.min, ring.max, ui.theme.edge, ui.px(6), 0, ui.px(2));
  list.PopClipRect();
}

void scroll_to(const Rect& rect) {
  ImGui::ScrollToBringRectIntoView(ImGui::GetCurrentWindow(), ImRect(rect.min, rect.max));
}

}  // namespace

void take_focus_keys(const Ui& ui, Keys& keys) {
  Focus& focus = ui.memory.focus;
  focus.stops = std::exchange(focus.drawing, {});
  // Those under a popup that opened meanwhile are out of reach.
  if (focus.drawing_depth != depth()) focus.stops.clear();
  focus.activated = false;
  focus.steps = 0;
  const ImGuiIO& io = ImGui::GetIO();
  if (std::ranges::any_of(io.MouseClicked, [](bool clicked) { return clicked; }))
    focus.at.assign(depth() + 1, std::string(kNowhere));
  follow_popups(focus);
  if (!is_typed_into(ui)) {
    if (keys.take({Key::tab})) move(focus, 1);
    if (keys.take(shift(Key::tab))) move(focus, -1);
    const bool is_there = std::ranges::count(focus.stops, focus.id()) > 0;
    if (is_there || focus.at.size() > 1) take_arrows(focus, keys);
    if (is_there) {
      focus.activated = keys.take({Key::enter}) || keys.take({Key::space});
      // A window that Escape closes comes first.
      const bool is_first = focus.at.size() == 1 && !ui.memory.show_keys && !ui.memory.show_log;
      if (is_first && keys.take({Key::escape})) focus.at.back().clear();
    }
  }
  focus.takes_arrows = focus.on_last = false;
}

FocusAnswer focus_stop(const Ui& ui, std::string_view id, const Rect& rect, bool takes_arrows) {
  Focus& focus = ui.memory.focus;
  const ImGuiContext& imgui = *ImGui::GetCurrentContext();
  focus.on_last = false;
  // What lies under an open popup is out of reach.
  if (imgui.BeginPopupStack.Size != imgui.OpenPopupStack.Size) return {};
  // A popup that opened or closed in this frame takes or gives back the keyboard.
  if (std::exchange(focus.drawing_depth, depth()) != depth()) focus.drawing.clear();
  focus.drawing.emplace_back(id);
  if (focus.at.size() != depth() + 1 || focus.id() != id) return {};
  focus.on_last = true;
  focus.takes_arrows = takes_arrows;
  focus.rect = rect;
  if (std::exchange(focus.moved, false)) scroll_to(rect);
  draw_ring(ui, rect);
  return {true, std::exchange(focus.activated, false), std::exchange(focus.steps, 0)};
}

}  // namespace poolscope
