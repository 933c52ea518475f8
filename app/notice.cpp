#include "app/notice.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/draw_list.h"

namespace poolscope {
namespace {

constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                    ImGuiWindowFlags_NoSavedSettings |
                                    ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoNav |
                                    ImGuiWindowFlags_NoScrollWithMouse;
constexpr float kHeight = 48.0F, kMaxWidth = 720.0F;

float buttons_width(const Ui& ui, const Notice& notice) {
  float width = 0.0F;
  for (const NoticeButton& entry : notice.buttons)
    width += button_width(ui, {.text = entry.text}) + ui.px(8);
  return width;
}

std::optional<std::string_view> draw_buttons(const Ui& ui, const Rect& rect, const Notice& notice) {
  std::optional<std::string_view> clicked;
  float x = rect.max.x - buttons_width(ui, notice) - ui.px(2);
  for (const NoticeButton& entry : notice.buttons) {
    const ButtonSpec spec{.text = entry.text, .filled = entry.filled};
    const float width = button_width(ui, spec), half = ui.px(15);
    if (button(ui, fmt::format("notice/{}", entry.id),
               Rect::of(x, rect.center().y - half, width, 2 * half), spec))
      clicked = entry.id;
    x += width + ui.px(8);
  }
  return clicked;
}

void draw_content(const Ui& ui, const Rect& rect, const Notice& notice) {
  ImDrawList& list = draw_list();
  list.AddRect(rect.min, rect.max, ui.theme.line2, ui.px(8), 0, std::max(1.0F, ui.px(1)));
  const float y = rect.center().y;
  draw_icon(ui, notice.is_error ? Icon::warn : Icon::check, {rect.min.x + ui.px(22), y},
            notice.is_error ? ui.theme.err : ui.theme.t3);
  const float x = rect.min.x + ui.px(40);
  draw_text_cut(ui, Font::sans13, {x, y}, ui.theme.t1,
                rect.max.x - buttons_width(ui, notice) - ui.px(14) - x, notice.text);
  if (!notice.progress) return;
  const float width = std::clamp(*notice.progress, 0.0F, 1.0F) * (rect.width() - ui.px(12));
  list.AddRectFilled({rect.min.x + ui.px(6), rect.max.y - ui.px(3)},
                     {rect.min.x + ui.px(6) + width, rect.max.y - ui.px(1)}, ui.theme.acc);
}

}  // namespace

std::optional<std::string_view> draw_notice(const Ui& ui, const Rect& area, const Notice& notice) {
  const float wanted =
      text_width(ui, Font::sans13, notice.text) + buttons_width(ui, notice) + ui.px(64);
  const float width = std::min({wanted, ui.px(kMaxWidth), area.width() - ui.px(24)});
  const Rect rect = Rect::of(area.center().x - width * 0.5F, area.max.y - ui.px(kHeight + 12),
                             width, ui.px(kHeight));
  ImGui::SetNextWindowPos(rect.min);
  ImGui::SetNextWindowSize(rect.size());
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui.px(8));
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ui.theme.raised);
  ImGui::Begin("notice", nullptr, kFlags);
  draw_content(ui, rect, notice);
  const auto clicked = draw_buttons(ui, rect, notice);
  ImGui::End();
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
  ui.tell("notice", notice.text);
  return clicked;
}

}  // namespace poolscope
