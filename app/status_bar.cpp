#include "app/bars.h"
#include "app/draw_list.h"

namespace poolscope {
namespace {

float draw_chain(const Ui& ui, const StatusLine& line, float x, float y, float limit) {
  using Tone = StatusLine::Tone;
  for (const auto& [text, tone] : line.chain) {
    if (x + text_width(ui, Font::mono12, text) > limit)
      return draw_text(ui, Font::mono12, {x, y}, ui.theme.t3, "…");
    if (&text != &line.chain.front().first)
      x = draw_text(ui, Font::mono12, {x, y}, ui.theme.t3, " → ");
    const ImU32 ink = tone == Tone::error     ? ui.theme.err
                      : tone == Tone::current ? ui.theme.acctext
                                              : ui.theme.t2;
    x = draw_text(ui, Font::mono12, {x, y}, ink, text);
  }
  return x;
}

void separator(const Ui& ui, float& x, float y) {
  x += ui.px(16);
  draw_list().AddRectFilled({x, y - ui.px(9)}, {x + std::max(1.0F, ui.px(1)), y + ui.px(9)},
                            ui.theme.line2);
  x += ui.px(16);
}

float draw_hints(const Ui& ui, const StatusLine& line, float right, float y) {
  const bool focused = !ui.memory.focus.id().empty();
  const std::vector<Hint> keys{{"Tab", "next control"}, {"Enter", "use it"}, {"Esc", "leave"}};
  const std::vector<Hint>& hints = focused ? keys : line.hints;
  for (std::size_t i = hints.size(); i-- > 0;) {
    right -= text_width(ui, Font::sans12, hints[i].meaning);
    draw_text(ui, Font::sans12, {right, y}, ui.theme.t3, hints[i].meaning);
    right -= text_width(ui, Font::mono12, hints[i].key) + ui.px(16);
    key_cap(ui, {right, y}, hints[i].key);
    right -= ui.px(16);
  }
  return right;
}

}  // namespace

void draw_status_bar(const Ui& ui, const Rect& area, const StatusLine& line) {
  draw_list().AddRectFilled(area.min, area.max, ui.theme.panel);
  draw_divider(ui, area.min.x, area.max.x, area.min.y);
  const float y = area.center().y;
  const float right = area.max.x - ui.px(16);
  const float invitation = draw_tour_invitation(
      ui, {{area.min.x + area.width() * 0.4F, area.min.y}, {right, area.max.y}});
  const float limit =
      (invitation > 0.0F ? right - invitation : draw_hints(ui, line, right, y)) - ui.px(16);
  float x = draw_chain(ui, line, area.min.x + ui.px(16), y, limit);
  for (const auto& [label, text] : line.facts) {
    if (text.empty()) continue;
    const float width =
        text_width(ui, Font::sans12, label) + text_width(ui, Font::mono12, text) + ui.px(42);
    if (x + width > limit) return;
    separator(ui, x, y);
    if (!label.empty()) x = draw_text(ui, Font::sans12, {x, y}, ui.theme.t3, label) + ui.px(8);
    x = draw_text(ui, Font::mono12, {x, y}, label.empty() ? ui.theme.warn : ui.theme.t1, text);
  }
}

}  // namespace poolscope
