#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <imgui_internal.h>

#include "app/draw_list.h"
#include "app/translation.h"
#include "app/user_command.h"

namespace poolscope {
namespace {

constexpr double kTooltipDelay = 0.4;

bool is_editing(const Ui& ui, std::string_view id) { return ui.memory.editing == id; }

void start_editing(const Ui& ui, std::string_view id, std::string_view text) {
  ui.memory.editing = id;
  ui.memory.text.fill('\0');
  std::memcpy(ui.memory.text.data(), text.data(), std::min(text.size(), ui.memory.text.size() - 1));
  ui.memory.focus_text = true;
}

/// The field being typed in; returns its text once Enter was pressed or it lost the keyboard.
/// Escape leaves it unchanged.
std::optional<std::string> run_editing(const Ui& ui, std::string_view id, const Rect& rect,
                                       Font font) {
  ImGui::PushFont(ui.fonts[font]);
  const float pad = std::floor((rect.height() - ImGui::GetFontSize()) * 0.5F);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {ui.px(kTextMargin), pad});
  ImGui::SetCursorScreenPos(rect.min);
  ImGui::SetNextItemWidth(rect.width());
  if (ui.memory.focus_text) ImGui::SetKeyboardFocusHere();
  const bool entered = ImGui::InputText(
      fmt::format("##{}", id).c_str(), ui.memory.text.data(), ui.memory.text.size(),
      ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  const bool left = !ui.memory.focus_text && !ImGui::IsItemActive();
  const bool escaped = ui.keys.pressed(Key::escape);
  ui.memory.focus_text = false;
  ImGui::PopStyleVar();
  ImGui::PopFont();
  ui.memory.controls[std::string(id)] = rect;
  if (!entered && !left) return {};
  ui.memory.editing.clear();
  if (escaped) return {};
  return std::string(ui.memory.text.data());
}

/// A value dragged or turned into whole steps.
std::int64_t scrub_steps(const Ui& ui, const Click& value) {
  if (!value.held || !ImGui::IsMouseDragging(0, 3.0F)) {
    ui.memory.scrub = value.held ? ui.memory.scrub : 0.0F;
    return 0;
  }
  ui.memory.scrub += ImGui::GetIO().MouseDelta.x;
  const float step = ui.px(8);
  const auto steps = static_cast<std::int64_t>(ui.memory.scrub / step);
  ui.memory.scrub -= static_cast<float>(steps) * step;
  return steps;
}

StepperEdit typed_value(const std::string& text, const StepperSpec& spec) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == spec.value) return {};
  return {StepKind::typed, std::max(value, spec.min)};
}

void draw_field(const Ui& ui, const Rect& rect, bool error) {
  draw_list().AddRectFilled(rect.min, rect.max, ui.theme.ctl, ui.px(6));
  if (error)
    draw_list().AddRect(rect.min, rect.max, ui.theme.err, ui.px(6), 0, std::max(1.0F, ui.px(1)));
}

}  // namespace

Click click_area(const Ui& ui, std::string_view id, const Rect& rect, Reach reach) {
  ImGui::SetCursorScreenPos(rect.min);
  Click click;
  click.clicked = ImGui::InvisibleButton(
      std::string(id).c_str(), {std::max(1.0F, rect.width()), std::max(1.0F, rect.height())});
  click.hovered = ImGui::IsItemHovered();
  click.held = ImGui::IsItemActive();
  click.double_clicked = click.hovered && ImGui::IsMouseDoubleClicked(0);
  if (ImGui::IsItemActivated()) ++ui.memory.gesture;
  ui.memory.controls[std::string(id)] = rect;
  ui.memory.last_control = {std::string(id), click.hovered};
  ui.memory.focus.on_last = false;
  if (reach == Reach::keyboard && focus_stop(ui, id, rect).activated) {
    ++ui.memory.gesture;
    click.clicked = true;
  }
  return click;
}

namespace {

void draw_tooltip(const Ui& ui, std::string_view english) {
  const std::string_view text = tr(english);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {ui.px(10), ui.px(7)});
  ImGui::BeginTooltip();
  ImGui::PushFont(ui.fonts[Font::sans12]);
  ImGui::PushTextWrapPos(ui.px(360));
  ImGui::PushStyleColor(ImGuiCol_Text, ui.theme.t2);
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
  ImGui::PopStyleColor();
  ImGui::PopTextWrapPos();
  ImGui::PopFont();
  ImGui::EndTooltip();
  ImGui::PopStyleVar();
}

/// Whether what began `seconds` ago has lasted long enough for a tooltip; else a frame is due.
bool has_lasted(const Ui& ui, double seconds) {
  if (seconds >= kTooltipDelay) return true;
  ui.wake_in(kTooltipDelay - seconds + 0.02);
  return false;
}

}  // namespace

void tooltip(const Ui& ui, bool hovered, std::string_view text) {
  if (!hovered || text.empty() || ImGui::IsMouseDown(0)) return;
  const ImGuiContext& imgui = *ImGui::GetCurrentContext();
  if (imgui.HoveredId != 0 && !has_lasted(ui, static_cast<double>(imgui.HoveredIdTimer))) return;
  draw_tooltip(ui, text);
}

void tooltip(const Ui& ui, std::string_view text) {
  const Focus& focus = ui.memory.focus;
  const LastControl& control = ui.memory.last_control;
  if (text.empty()) return;
  ui.memory.tips.insert_or_assign(control.id, std::string(text));
  if (!focus.on_last) return tooltip(ui, control.hovered, text);
  if (!has_lasted(ui, ImGui::GetTime() - focus.since)) return;
  ImGui::SetNextWindowPos({focus.rect.min.x, focus.rect.max.y + ui.px(6)});
  draw_tooltip(ui, text);
}

float button_width(const Ui& ui, const ButtonSpec& spec) {
  float width = spec.text.empty() ? 0 : text_width(ui, Font::sans13_medium, spec.text);
  if (spec.icon) width += ui.px(spec.text.empty() ? 16 : 24);
  return width + ui.px(spec.text.empty() ? 16 : 24);
}

bool button(const Ui& ui, std::string_view id, const Rect& rect, const ButtonSpec& spec) {
  const Click click = click_area(ui, id, rect);
  tooltip(ui, spec.command.empty() ? std::string(spec.tip) : tip_with_key(spec.tip, spec.command));
  ImU32 fill = spec.filled ? ui.theme.acc : spec.active ? ui.theme.ctl2 : ui.theme.ctl;
  if (!spec.enabled) fill = ui.theme.raised;
  const bool shows_fill = !spec.flat || spec.active || (click.hovered && spec.enabled);
  if (shows_fill) draw_list().AddRectFilled(rect.min, rect.max, fill, ui.px(6));
  if (shows_fill && click.hovered && spec.enabled && !spec.flat) {
    draw_list().AddRectFilled(rect.min, rect.max, with_alpha(ui.theme.t1, 0.06F), ui.px(6));
  }
  const ImU32 ink = !spec.enabled                 ? ui.theme.line2
                    : spec.filled                 ? ui.theme.accink
                    : spec.flat && !click.hovered ? ui.theme.t2
                                                  : ui.theme.t1;
  const float content = button_width(ui, spec) - ui.px(spec.text.empty() ? 16 : 24);
  float x = rect.center().x - content * 0.5F;
  if (spec.icon) {
    draw_icon(ui, *spec.icon, {x + ui.px(8), rect.center().y}, ink);
    x += ui.px(24);
  }
  if (!spec.text.empty()) draw_text(ui, Font::sans13_medium, {x, rect.center().y}, ink, spec.text);
  return click.clicked && spec.enabled;
}

std::optional<int> segmented(const Ui& ui, std::string_view id, const Rect& rect,
                             std::span<const std::string_view> items, int current) {
  draw_list().AddRectFilled(rect.min, rect.max, ui.theme.ctl, ui.px(6));
  std::optional<int> chosen;
  bool hovered = false;
  const float width = (rect.width() - ui.px(4)) / static_cast<float>(items.size());
  for (int i = 0; i < static_cast<int>(items.size()); ++i) {
    const Rect cell = Rect::of(rect.min.x + ui.px(2) + width * static_cast<float>(i),
                               rect.min.y + ui.px(2), width, rect.height() - ui.px(4));
    const auto& item = items[static_cast<std::size_t>(i)];
    const Click click = click_area(ui, fmt::format("{}/{}", id, item), cell, Reach::mouse);
    if (i == current) draw_list().AddRectFilled(cell.min, cell.max, ui.theme.ctl2, ui.px(5));
    draw_text_centered(ui, Font::sans13_medium, cell.center(),
                       i == current || click.hovered ? ui.theme.t1 : ui.theme.t2, item);
    if (click.clicked && i != current) chosen = i;
    hovered = hovered || click.hovered;
  }
  ui.memory.last_control = {std::string(id), hovered};
  if (const int steps = focus_stop(ui, id, rect, true).steps; steps != 0) {
    const int next = std::clamp(current + steps, 0, static_cast<int>(items.size()) - 1);
    if (next != current) chosen = next;
  }
  return chosen;
}

bool check_box(const Ui& ui, std::string_view id, const Rect& rect, std::string_view label,
               bool checked, std::string_view disabled_reason) {
  const bool enabled = disabled_reason.empty();
  const Click click = click_area(ui, id, rect);
  tooltip(ui, disabled_reason);
  const float side = ui.px(16);
  const Rect box = Rect::of(rect.min.x, std::round(rect.center().y - side * 0.5F), side, side);
  if (checked) {
    draw_list().AddRectFilled(box.min, box.max, enabled ? ui.theme.t2 : ui.theme.line2, ui.px(4));
    draw_icon(ui, Icon::check, box.center(), ui.theme.panel, 14);
  } else {
    draw_list().AddRect(box.min, box.max, enabled ? ui.theme.edge : ui.theme.line2, ui.px(4), 0,
                        ui.px(1.2F));
  }
  draw_text(ui, Font::sans13, {box.max.x + ui.px(8), rect.center().y},
            enabled ? ui.theme.t1 : ui.theme.t3, label);
  return click.clicked && enabled;
}

std::optional<int> combo(const Ui& ui, std::string_view id, const Rect& rect,
                         std::span<const std::string_view> items, int current,
                         std::string_view caption) {
  const std::string popup = fmt::format("{}/popup", id);
  const Click click = click_area(ui, id, rect);
  draw_field(ui, rect, false);
  if (click.hovered)
    draw_list().AddRectFilled(rect.min, rect.max, with_alpha(ui.theme.t1, 0.06F), ui.px(6));
  const bool known = current >= 0 && current < static_cast<int>(items.size());
  float x = rect.min.x + ui.px(12);
  if (!caption.empty()) {
    x = draw_text(ui, Font::sans13, {x, rect.center().y}, known ? ui.theme.t3 : ui.theme.t1,
                  caption) +
        ui.px(8);
  }
  draw_text_cut(ui, Font::sans13, {x, rect.center().y}, ui.theme.t1, rect.max.x - ui.px(28) - x,
                known ? items[static_cast<std::size_t>(current)] : "");
  draw_icon(ui, Icon::chevron, {rect.max.x - ui.px(16), rect.center().y}, ui.theme.t3);
  if (click.clicked) ImGui::OpenPopup(popup.c_str());

  std::optional<int> chosen;
  ImGui::SetNextWindowPos({rect.min.x, rect.max.y + ui.px(4)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {ui.px(4), ui.px(4)});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
  if (ImGui::BeginPopup(popup.c_str())) {
    float width = rect.width() - ui.px(8);
    for (const auto& item : items) {
      width = std::max(width, text_width(ui, Font::sans13, item) + ui.px(44));
    }
    for (int i = 0; i < static_cast<int>(items.size()); ++i) {
      const ImVec2 at = ImGui::GetCursorScreenPos();
      const Rect row = Rect::of(at.x, at.y, width, ui.px(30));
      const auto& item = items[static_cast<std::size_t>(i)];
      const Click pick = click_area(ui, fmt::format("{}/{}", id, item), row);
      const bool reached = pick.hovered || ui.memory.focus.on_last;
      if (reached) draw_list().AddRectFilled(row.min, row.max, ui.theme.ctl, ui.px(5));
      if (i == current)
        draw_icon(ui, Icon::check, {row.max.x - ui.px(14), row.center().y}, ui.theme.t2);
      draw_text(ui, Font::sans13, {row.min.x + ui.px(8), row.center().y}, ui.theme.t1, item);
      if (pick.clicked) {
        chosen = i;
        ImGui::CloseCurrentPopup();
      }
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
  ui.memory.last_control = {std::string(id), click.hovered};
  ui.memory.focus.on_last = ui.memory.focus.id() == id;
  return chosen;
}

StepperEdit stepper(const Ui& ui, std::string_view id, const Rect& rect, const StepperSpec& spec) {
  if (is_editing(ui, id)) {
    const auto text = run_editing(ui, id, rect, Font::mono14);
    if (spec.error) draw_list().AddRect(rect.min, rect.max, ui.theme.err, ui.px(6));
    return text ? typed_value(*text, spec) : StepperEdit{};
  }
  draw_field(ui, rect, spec.error);
  const float side = std::min(ui.px(30), rect.width() * 0.32F);
  const Rect minus = Rect::of(rect.min.x, rect.min.y, side, rect.height());
  const Rect plus = Rect::of(rect.max.x - side, rect.min.y, side, rect.height());
  const Rect middle{{minus.max.x, rect.min.y}, {plus.min.x, rect.max.y}};
  const Click less = click_area(ui, fmt::format("{}/-", id), minus, Reach::mouse);
  const Click more = click_area(ui, fmt::format("{}/+", id), plus, Reach::mouse);
  Click value = click_area(ui, id, middle, Reach::mouse);
  const FocusAnswer keys = focus_stop(ui, id, rect, true);
  value.clicked = value.clicked || keys.activated;
  tooltip(ui, spec.tip);
  draw_icon(ui, Icon::minus, minus.center(), less.hovered ? ui.theme.t1 : ui.theme.t3, 12);
  draw_icon(ui, Icon::plus, plus.center(), more.hovered ? ui.theme.t1 : ui.theme.t3, 12);
  const std::string text =
      spec.shown.empty() ? fmt::format("{}", spec.value) : std::string(spec.shown);
  draw_text_centered(ui, Font::mono14, middle.center(), spec.dim ? ui.theme.t3 : ui.theme.t1, text);
  if (value.hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);

  const bool dragged = !keys.activated && ImGui::GetIO().MouseDragMaxDistanceSqr[0] > 9.0F;
  if (value.clicked && !dragged) start_editing(ui, id, fmt::format("{}", spec.value));
  std::int64_t steps = (more.clicked ? 1 : 0) - (less.clicked ? 1 : 0) + scrub_steps(ui, value);
  const auto turns = static_cast<std::int64_t>(take_wheel(ui, rect)) + keys.steps;
  if (turns != 0) ++ui.memory.gesture;
  steps += turns;
  if (steps == 0) return {};
  return {StepKind::step, spec.value + steps};
}

std::optional<std::string> text_field(const Ui& ui, std::string_view id, const Rect& rect,
                                      const TextFieldSpec& spec) {
  if (is_editing(ui, id)) {
    auto text = run_editing(ui, id, rect, Font::mono13);
    if (spec.error) draw_list().AddRect(rect.min, rect.max, ui.theme.err, ui.px(6));
    return text && *text != spec.value ? text : std::nullopt;
  }
  draw_field(ui, rect, spec.error);
  const Click click = click_area(ui, id, rect);
  if (click.hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_TextInput);
  const float margin = ui.px(kTextMargin);
  draw_text_cut(ui, Font::mono13, {rect.min.x + margin, rect.center().y}, ui.theme.t1,
                rect.width() - 2 * margin, spec.shown.empty() ? spec.value : spec.shown);
  if (click.clicked) start_editing(ui, id, spec.value);
  return {};
}

void draw_divider(const Ui& ui, float x0, float x1, float y) {
  const float at = std::floor(y);
  draw_list().AddRectFilled({x0, at}, {x1, at + std::max(1.0F, std::floor(ui.px(1)))},
                            ui.theme.line);
}

bool menu_item_reached(const Ui& ui, const std::string& id) {
  const Rect rect{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
  ui.memory.controls[id] = rect;
  return focus_stop(ui, id, rect).activated;
}

float message(const Ui& ui, ImVec2 top_left, float width, ImU32 color, ImU32 background, Icon icon,
              std::string_view text) {
  ImDrawListSplitter layers;
  layers.Split(&draw_list(), 2);
  layers.SetCurrentChannel(&draw_list(), 1);
  const float text_x = top_left.x + ui.px(32);
  const float height =
      draw_text_wrapped(ui, Font::sans12, {text_x, top_left.y + ui.px(8)}, ui.theme.t2,
                        top_left.x + width - ui.px(10) - text_x, text) +
      ui.px(16);
  draw_icon(ui, icon, {top_left.x + ui.px(17), top_left.y + ui.px(17)}, color, 14);
  layers.SetCurrentChannel(&draw_list(), 0);
  draw_list().AddRectFilled(top_left, {top_left.x + width, top_left.y + height}, background,
                            ui.px(6));
  layers.Merge(&draw_list());
  return height;
}

float key_cap(const Ui& ui, ImVec2 left_center, std::string_view key) {
  const float width = text_width(ui, Font::mono12, key) + ui.px(10);
  const float half = ui.px(10);
  draw_list().AddRectFilled({left_center.x, left_center.y - half},
                            {left_center.x + width, left_center.y + half}, ui.theme.ctl, ui.px(4));
  draw_text_centered(ui, Font::mono12, {left_center.x + width * 0.5F, left_center.y}, ui.theme.t1,
                     key);
  return width;
}

float take_wheel(const Ui& ui, const Rect& rect) {
  if (ui.memory.wheel == 0.0F || !ImGui::IsWindowHovered() ||
      !rect.contains(ImGui::GetMousePos())) {
    return 0.0F;
  }
  return std::exchange(ui.memory.wheel, 0.0F);
}

}  // namespace poolscope
