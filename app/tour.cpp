#include "app/tour.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "app/overlays.h"
#include "app/user_command.h"
#include "app/workspaces/workspace.h"

namespace poolscope {
namespace {

/// One step: what it points at (the first of these that is on the screen), and what to try there.
struct Step {
  std::array<std::string_view, 2> controls;
  std::string_view title, text;
  /// Whether it was tried; null where there is only something to see.
  bool (*tried)(const Document& before, const Document& now);
};

bool moved(const Document& before, const Document& now) {
  return before.selection != now.selection || before.camera != now.camera;
}
bool pinned(const Document&, const Document& now) { return now.selection.pinned; }
bool changed_layer(const Document& before, const Document& now) {
  return before.pipeline != now.pipeline;
}
bool opened(const Document& before, const Document& now) {
  return before.source.path != now.source.path ||
         before.source.array.tensor.shape() != now.source.array.tensor.shape();
}

constexpr std::array kSteps{
    Step{{"input", "canvas/Input"},
         "The input",
         "Every cell is a number that the layer reads. Point at one; the wheel brings it closer.",
         moved},
    Step{{"windows", "canvas/Windows"},
         "A window",
         "The outlined block is read at once. Press the right arrow key to slide it on.",
         moved},
    Step{{"output", "canvas/Output"},
         "The output",
         "Each window becomes one number. Click a cell to hold its window; Esc lets go.",
         pinned},
    Step{{"column/inspector", "output"},
         "Why this number",
         "The current window, number by number: change anything and this follows.",
         nullptr},
    Step{{"parameter/kernel_size/h", "parameter/type"},
         "The layer",
         "Press + to read larger blocks, and watch the output shrink.",
         changed_layer},
    Step{{"source/kind", "source/browse"},
         "Your own input",
         "Choose another sample here, or drop a picture or a table of numbers on the window.",
         opened},
    Step{{"menu/Help", "menu/Menu"},
         "Everything else",
         "Ctrl+K finds any command by a few letters, F1 lists the keys, and this tour is in Help.",
         nullptr}};

const Rect* target_of(const Ui& ui, const Step& step) {
  for (const std::string_view name : step.controls) {
    const auto found = ui.memory.controls.find(std::string(name));
    if (found != ui.memory.controls.end()) return &found->second;
  }
  return nullptr;
}

/// Beside the target, where there is most room; in the middle without one.
ImVec2 card_place(const Ui& ui, const Rect* target, ImVec2 size) {
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float gap = ui.px(14);
  if (target == nullptr) return {(screen.x - size.x) * 0.5F, (screen.y - size.y) * 0.5F};
  ImVec2 at{target->min.x, target->max.y + gap};
  if (at.y + size.y > screen.y - ui.px(40)) at.y = target->min.y - gap - size.y;
  if (at.y < ui.px(8)) {
    // Neither below nor above: at its side.
    at = {target->max.x + gap, target->min.y + gap};
    if (at.x + size.x > screen.x) at.x = target->min.x - gap - size.x;
  }
  return {std::clamp(at.x, ui.px(8), std::max(ui.px(8), screen.x - size.x - ui.px(8))),
          std::clamp(at.y, ui.px(8), std::max(ui.px(8), screen.y - size.y - ui.px(8)))};
}

void draw_spotlight(const Ui& ui, const Rect& target) {
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  const Rect ring = target.inset(-ui.px(4));
  list.AddRect(ring.min, ring.max, ui.theme.casing, ui.px(8), 0, ui.px(5.5F));
  list.AddRect(ring.min, ring.max, ui.theme.acc, ui.px(8), 0, ui.px(3));
}

void leave(const Ui& ui) {
  ui.memory.tour.reset();
  ui.memory.tour_seen = true;
}

void go_on(const Ui& ui) {
  Tour& tour = *ui.memory.tour;
  if (tour.step + 1 == kSteps.size()) return leave(ui);
  tour = {tour.step + 1, ui.document, false};
}

void draw_card(const Ui& ui, const Step& step, const Rect& card) {
  const Tour& tour = *ui.memory.tour;
  const Rect inner = card.inset(ui.px(16));
  draw_text(ui, Font::sans14_semibold, {inner.min.x, inner.min.y + ui.px(8)}, ui.theme.t1,
            step.title);
  draw_text_right(ui, Font::sans12, {inner.max.x, inner.min.y + ui.px(8)}, ui.theme.t3,
                  fmt::format("{} of {}", tour.step + 1, kSteps.size()));
  draw_text_wrapped(ui, Font::sans13, {inner.min.x, inner.min.y + ui.px(24)}, ui.theme.t2,
                    inner.width(), step.text);
  const float y = inner.max.y - ui.px(15);
  if (tour.tried) {
    draw_icon(ui, Icon::check, {inner.min.x + ui.px(8), y}, ui.theme.ok);
    draw_text(ui, Font::sans12, {inner.min.x + ui.px(22), y}, ui.theme.ok, "That is it");
  }
  const bool last = tour.step + 1 == kSteps.size();
  const ButtonSpec next{.text = last ? "Done" : "Next", .filled = true};
  const ButtonSpec skip{.text = "Skip", .flat = true, .tip = "Leave the tour (Esc)"};
  const float next_x = inner.max.x - button_width(ui, next);
  const float skip_x = next_x - ui.px(6) - button_width(ui, skip);
  const auto place = [&](float x, const ButtonSpec& spec) {
    return Rect::of(x, y - ui.px(15), button_width(ui, spec), ui.px(30));
  };
  const bool left = !last && button(ui, "tour/skip", place(skip_x, skip), skip);
  if (button(ui, "tour/next", place(next_x, next), next)) return go_on(ui);
  if (left) leave(ui);
}

}  // namespace

void start_tour(const Ui& ui) {
  if (ui.document.workspace != kExplore) ui.act(action::SetWorkspace{std::string(kExplore)});
  ui.memory.tour = Tour{0, ui.document, false};
}

void draw_tour(const Ui& ui) {
  if (!ui.memory.tour) return;
  if (ui.keys.pressed(Key::escape) && !keys_are_typed(ui)) return leave(ui);
  Tour& tour = *ui.memory.tour;
  const Step& step = kSteps[tour.step];
  tour.tried = tour.tried || (step.tried != nullptr && step.tried(tour.before, ui.document));
  ui.tell("tour", fmt::format("{}{}", tour.step, tour.tried ? " tried" : ""));
  const Rect* target = target_of(ui, step);
  if (target != nullptr) draw_spotlight(ui, *target);
  const ImVec2 size{ui.px(320), ui.px(130)};
  const ImVec2 at = card_place(ui, target, size);
  ImGui::SetNextWindowPos(at);
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, ui.px(8));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1.0F);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, ui.theme.raised);
  ImGui::Begin("tour", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav |
                   ImGuiWindowFlags_NoFocusOnAppearing);
  draw_card(ui, step, Rect::of(at.x, at.y, size.x, size.y));
  ImGui::End();
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
}

float draw_tour_invitation(const Ui& ui, const Rect& area) {
  if (ui.memory.tour_seen || ui.memory.tour) return 0.0F;
  const ButtonSpec take{.text = "New here? Take the tour",
                        .icon = Icon::play,
                        .flat = true,
                        .tip = "A minute; Esc leaves it at any time"};
  const float width = button_width(ui, take), side = ui.px(24);
  if (width + side > area.width()) return 0.0F;
  const float y = area.center().y, right = area.max.x;
  if (button(ui, "tour/dismiss", Rect::of(right - side, y - side * 0.5F, side, side),
             {.icon = Icon::close, .flat = true, .tip = "No tour; Help has it"})) {
    ui.memory.tour_seen = true;
  }
  if (button(ui, "tour/start", Rect::of(right - side - width, y - ui.px(13), width, ui.px(26)),
             take)) {
    start_tour(ui);
  }
  return width + side;
}

}  // namespace poolscope
