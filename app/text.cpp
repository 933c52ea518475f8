#include <algorithm>
#include <cmath>

#include "app/draw_list.h"
#include "app/translation.h"
#include "app/ui.h"

namespace poolscope {
namespace {

const char* begin_of(std::string_view text) { return text.data(); }
const char* end_of(std::string_view text) { return text.data() + text.size(); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Where a line ends that would end at `stop`: before a number that is written in groups, `16 273`,
/// rather than within it, unless nothing else is on the line.
const char* end_of_line(const char* line, const char* stop, const char* end) {
  const char* whole = stop;
  while (whole > line && whole + 1 < end && *whole == ' ' && is_digit(whole[-1]) &&
         is_digit(whole[1])) {
    do {
      --whole;
    } while (whole > line && *whole != ' ');
  }
  return whole > line ? whole : stop;
}

}  // namespace

float text_width(const Ui& ui, Font font, std::string_view english) {
  const std::string_view text = tr(english);
  const ImFont* face = ui.fonts[font];
  return face->CalcTextSizeA(face->FontSize, 1e9F, 0.0F, begin_of(text), end_of(text)).x;
}

std::string first_fitting(const Ui& ui, Font font, float width,
                          const std::vector<std::string>& texts) {
  const auto found = std::ranges::find_if(
      texts, [&](const std::string& text) { return text_width(ui, font, text) <= width; });
  return found == texts.end() ? texts.back() : *found;
}

float text_height(const Ui& ui, Font font) { return ui.fonts[font]->FontSize; }

float draw_text(const Ui& ui, Font font, ImVec2 left_center, ImU32 color,
                std::string_view english) {
  const std::string_view text = tr(english);
  ImFont* face = ui.fonts[font];
  const ImVec2 at{std::round(left_center.x), std::round(left_center.y - face->FontSize * 0.5F)};
  draw_list().AddText(face, face->FontSize, at, color, begin_of(text), end_of(text));
  return left_center.x + text_width(ui, font, text);
}

void draw_text_right(const Ui& ui, Font font, ImVec2 right_center, ImU32 color,
                     std::string_view text) {
  draw_text(ui, font, {right_center.x - text_width(ui, font, text), right_center.y}, color, text);
}

void draw_text_centered(const Ui& ui, Font font, ImVec2 center, ImU32 color,
                        std::string_view text) {
  draw_text(ui, font, {center.x - text_width(ui, font, text) * 0.5F, center.y}, color, text);
}

void draw_text_cut(const Ui& ui, Font font, ImVec2 left_center, ImU32 color, float width,
                   std::string_view english) {
  const std::string text(tr(english));
  if (text_width(ui, font, text) <= width) {
    draw_text(ui, font, left_center, color, text);
    return;
  }
  std::string cut = text;
  while (!cut.empty() && text_width(ui, font, cut + "…") > width) {
    do {
      cut.pop_back();
    } while (!cut.empty() && (static_cast<unsigned char>(cut.back()) & 0xC0) == 0x80);
    if (!cut.empty() && (static_cast<unsigned char>(cut.back()) & 0x80) != 0) cut.pop_back();
  }
  draw_text(ui, font, left_center, color, cut + "…");
  const float half = text_height(ui, font) * 0.5F;
  const Rect area{{left_center.x, left_center.y - half},
                  {left_center.x + width, left_center.y + half}};
  tooltip(ui, ImGui::IsMouseHoveringRect(area.min, area.max), text);
}

float draw_text_wrapped(const Ui& ui, Font font, ImVec2 top_left, ImU32 color, float width,
                        std::string_view english) {
  const std::string text(tr(english));
  ImFont* face = ui.fonts[font];
  const float pitch = std::round(face->FontSize * 1.25F);
  const char* line = begin_of(text);
  const char* end = end_of(text);
  float y = top_left.y;
  while (line < end) {
    const char* stop = face->CalcWordWrapPositionA(1.0F, line, end, width);
    if (stop == line) ++stop;
    stop = end_of_line(line, stop, end);
    draw_text(ui, font, {top_left.x, y + pitch * 0.5F}, color,
              {line, static_cast<std::size_t>(stop - line)});
    line = stop;
    while (line < end && *line == ' ') ++line;
    y += pitch;
  }
  return y - top_left.y;
}

}  // namespace poolscope
