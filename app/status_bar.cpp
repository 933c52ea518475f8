#include <array>

#include <fmt/format.h>

#include "app/bars.h"
#include "app/user_command.h"

namespace poolscope {
namespace {

struct Hint {
  std::string key;
  std::string_view meaning;
};

Hint hint_of(std::string_view command, std::string_view meaning) {
  return {find_command(command).key(), meaning};
}

float draw_shape_chain(const Ui& ui, float x, float y, float limit) {
  for (std::size_t i = 0; i < ui.plan.stages.size(); ++i) {
    ArrayForm form = ui.plan.stages[i].form;
    form.rank = 4;
    const std::string shape = axes_text(array_axes(ui.plan.stages[i].shape, form), "×");
    if (x + text_width(ui, Font::mono12, shape) > limit)
      return draw_text(ui, Font::mono12, {x, y}, ui.theme.t3, "…");
    if (i > 0) x = draw_text(ui, Font::mono12, {x, y}, ui.theme.t3, " → ");
    const bool current = i == ui.document.selected_layer + 1;
    x = draw_text(ui, Font::mono12, {x, y}, current ? ui.theme.acctext : ui.theme.t2, shape);
  }
  if (!ui.plan.error) return x;
  return draw_text(ui, Font::mono12, {x, y}, ui.theme.err,
                   fmt::format(" → no output: layer {}", ui.plan.failed_layer.value_or(0) + 1));
}

void separator(const Ui& ui, float& x, float y) {
  x += ui.px(16);
  ImGui::GetWindowDrawList()->AddRectFilled(
      {x, y - ui.px(9)}, {x + std::max(1.0F, ui.px(1)), y + ui.px(9)}, ui.theme.line2);
  x += ui.px(16);
}

/// The three keys that matter now.
std::array<Hint, 3> hints_of(const Ui& ui) {
  const Hint keys =
      ui.document.view.projector ? hint_of("projector", "projector off") : hint_of("keys", "keys");
  if (!ui.memory.focus.id().empty())
    return {{{"Tab", "next control"}, {"Enter", "use it"}, {"Esc", "leave"}}};
  if (ui.document.edit.active) return {{{"Enter", "down"}, {"Tab", "right"}, {"Esc", "leave"}}};
  if (ui.document.prediction.hidden)
    return {Hint{"Enter", "check"}, hint_of("reveal", "reveal"), keys};
  return {hint_of("play", "play"), hint_of("window/next", "next window"), keys};
}

float draw_hints(const Ui& ui, float right, float y) {
  const std::array<Hint, 3> hints = hints_of(ui);
  for (std::size_t i = hints.size(); i-- > 0;) {
    right -= text_width(ui, Font::sans12, hints[i].meaning);
    draw_text(ui, Font::sans12, {right, y}, ui.theme.t3, hints[i].meaning);
    right -= text_width(ui, Font::mono12, hints[i].key) + ui.px(16);
    key_cap(ui, {right, y}, hints[i].key);
    right -= ui.px(16);
  }
  return right;
}

/// How many cells of input and output are no finite numbers.
std::string non_finite_text(const Explore& explore) {
  if (!explore.view() || explore.view()->output == nullptr || explore.view()->hides_any())
    return {};
  const PlaneStats& stats = explore.view()->output_picture->overall();
  if (stats.non_finite() == 0) return {};
  return fmt::format("output: {} NaN, {} infinite", count_text(stats.nans),
                     count_text(stats.plus_infs + stats.minus_infs));
}

}  // namespace

void draw_status_bar(const Ui& ui, const Rect& area, const Explore& explore) {
  ImGui::GetWindowDrawList()->AddRectFilled(area.min, area.max, ui.theme.panel);
  draw_divider(ui, area.min.x, area.max.x, area.min.y);
  const float y = area.center().y;
  const float right = area.max.x - ui.px(16);
  const float invitation = draw_tour_invitation(
      ui, {{area.min.x + area.width() * 0.4F, area.min.y}, {right, area.max.y}});
  const float limit =
      (invitation > 0.0F ? right - invitation : draw_hints(ui, right, y)) - ui.px(16);
  float x = draw_shape_chain(ui, area.min.x + ui.px(16), y, limit);
  const std::string cursor = explore.cursor_text();
  const std::string run =
      ui.evaluation && ui.evaluation->seconds > 0.0 ? duration_text(ui.evaluation->seconds) : "";
  const std::array<std::pair<std::string_view, std::string>, 3> parts{
      {{"Cursor", cursor}, {"Last run", run}, {"", non_finite_text(explore)}}};
  for (const auto& [label, text] : parts) {
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
