#include <array>

#include <fmt/format.h>

#include "app/autosave.h"
#include "app/bars.h"
#include "app/draw_list.h"
#include "app/menus.h"
#include "app/prover.h"
#include "app/user_command.h"

namespace poolscope {
namespace {

void draw_logo(const Ui& ui, ImVec2 center) {
  const float side = ui.px(9), gap = ui.px(2);
  for (int i = 0; i < 4; ++i) {
    const float x = center.x + (i % 2 == 0 ? -side - gap * 0.5F : gap * 0.5F);
    const float y = center.y + (i < 2 ? -side - gap * 0.5F : gap * 0.5F);
    draw_list().AddRectFilled({x, y}, {x + side, y + side}, i == 3 ? ui.theme.acc : ui.theme.edge,
                              ui.px(2));
  }
}

/// A tab; returns the x after its title.
float draw_workspace_tab(const Ui& ui, const Rect& area, float x, const WorkspaceRow& row) {
  const bool shown = &row == &workspace_rows()[workspace_index(ui.document.workspace)];
  const float width = text_width(ui, Font::sans14_medium, row.title);
  const Rect rect{{x - ui.px(8), area.min.y}, {x + width + ui.px(8), area.max.y}};
  const std::string id = fmt::format("workspace/{}", row.id);
  const Click click = click_area(ui, id, rect);
  tooltip(ui, tip_with_key(row.about, id));
  draw_text(ui, Font::sans14_medium, {x, area.center().y},
            shown || click.hovered ? ui.theme.t1 : ui.theme.t2, row.title);
  if (shown)
    draw_list().AddRectFilled({x, area.max.y - ui.px(2)}, {x + width, area.max.y}, ui.theme.acc);
  if (click.clicked && !shown) ui.act(action::SetWorkspace{std::string(row.id)});
  return x + width;
}

/// All of them, or in a bar without that room the one shown, in a list.
float draw_workspaces(const Ui& ui, const Rect& area, float x, float limit) {
  float width = 0.0F;
  for (const WorkspaceRow& row : workspace_rows())
    width += text_width(ui, Font::sans14_medium, row.title) + ui.px(30);
  if (x + width <= limit) {
    for (const WorkspaceRow& row : workspace_rows())
      x = draw_workspace_tab(ui, area, x, row) + ui.px(30);
    return x - ui.px(30);
  }
  std::vector<std::string_view> titles;
  for (const WorkspaceRow& row : workspace_rows()) titles.push_back(row.title);
  const Rect rect = Rect::of(x - ui.px(8), area.center().y - ui.px(15), ui.px(132), ui.px(30));
  const int current = static_cast<int>(workspace_index(ui.document.workspace));
  if (const auto chosen = combo(ui, "workspace", rect, titles, current))
    ui.act(action::SetWorkspace{std::string(workspace_rows()[*chosen].id)});
  return rect.max.x;
}

/// What the badge says of the engine and its run.
std::string run_text(const Ui& ui, const BarState& state) {
  if (state.run) {
    if (state.busy) return state.run->title + " · running";
    if (state.run->seconds == 0.0) return state.run->title;
    return fmt::format("{} · {}", state.run->title, duration_text(state.run->seconds));
  }
  if (ui.evaluation == nullptr) return "starting";
  if (ui.evaluation->engine == nullptr) return "no engine";
  const std::string& title = ui.evaluation->engine_title;
  if (state.busy) return title + " · running";
  if (ui.stale) return title + " · cancelled";
  if (ui.evaluation->seconds == 0.0) return title;
  return fmt::format("{} · {}", title, duration_text(ui.evaluation->seconds));
}

/// What the proof comes to, and how far it is.
std::string proof_part(const Ui& ui) {
  if (ui.prover.busy()) {
    return fmt::format("proving, {} %", static_cast<int>(ui.prover.progress() * 100.0F));
  }
  return ui.prover.text();
}

std::string badge_text(const Ui& ui, const BarState& state, bool wide) {
  std::string text = run_text(ui, state);
  const std::string proof = state.run ? "" : proof_part(ui);
  if (!proof.empty()) ui.tell("proof", proof);
  if (wide && !proof.empty()) text += " · " + proof;
  return text;
}

/// A bar narrower than this leaves out the program's name; narrower than the second, the badge's
/// text.
constexpr double kLongRun = 0.5;  ///< Seconds after which a run is shown and can be cancelled.
constexpr float kWideBar = 760.0F, kTinyBar = 600.0F;
/// One at least as wide has room for what a proof says.
constexpr float kProofBar = 1000.0F;

/// What there is to know of the badge: the engine and what it says of the run, or why none ran.
std::string badge_tip(const Ui& ui, const BarState& state, const std::string& text) {
  if (state.run) return text + ": what runs the model, and its last time";
  if (ui.evaluation != nullptr && ui.evaluation->engine == nullptr && ui.evaluation->trace.error)
    return ui.evaluation->trace.error->message;
  if (ui.evaluation == nullptr || ui.evaluation->engine_notes.empty()) {
    return text + ": the engine that computed this picture, and its time; click to choose another";
  }
  return fmt::format("{}\n{}", text, fmt::join(ui.evaluation->engine_notes, "\n"));
}

/// An engine that is not there is grey, and says what would bring it.
void draw_engine_menu(const Ui& ui, const Rect& badge) {
  ImGui::SetNextWindowPos({badge.max.x, badge.max.y + ui.px(6)}, ImGuiCond_Always, {1.0F, 0.0F});
  if (!ImGui::BeginPopup("engine/menu")) return;
  draw_menu_lines(ui, find_command("engine").items(ui));
  ImGui::EndPopup();
}

/// The dot of the badge: computed, under way, or none; a tick where it is proven, a warning sign
/// where the proof failed or the engines have something to say.
void draw_badge_mark(const Ui& ui, const BarState& state, ImVec2 center) {
  if (state.run) {
    const bool ran = !state.busy && state.run->seconds > 0.0;
    draw_list().AddCircleFilled(center, ui.px(4), ran ? ui.theme.ok : ui.theme.warn);
    return;
  }
  const bool good = ui.evaluation != nullptr && ui.evaluation->engine != nullptr && !state.busy;
  if (const Proof* const proof = ui.prover.proof(ui.evaluation)) {
    const bool holds = proof->holds();
    draw_icon(ui, holds ? Icon::check : Icon::warn, center, holds ? ui.theme.ok : ui.theme.err,
              14.0F);
    return;
  }
  if (good && !ui.evaluation->engine_notes.empty()) {
    draw_icon(ui, Icon::warn, center, ui.theme.warn, 14.0F);
    return;
  }
  draw_list().AddCircleFilled(center, ui.px(4), good ? ui.theme.ok : ui.theme.warn);
}

/// The engine that computed what is on screen, and how long it took; a click chooses another.
void draw_badge(const Ui& ui, const BarState& state, const Rect& area, float& right) {
  const std::string whole = badge_text(ui, state, area.width() > ui.px(kProofBar));
  const std::string text = area.width() > ui.px(kTinyBar) ? whole : "";
  const float width = text_width(ui, Font::sans12, text) + ui.px(text.empty() ? 32 : 40);
  const Rect badge = Rect::of(right - width, area.center().y - ui.px(14), width, ui.px(28));
  const Click click = click_area(ui, "engine", badge);
  draw_list().AddRectFilled(badge.min, badge.max, click.hovered ? ui.theme.ctl : ui.theme.raised,
                            badge.height() * 0.5F);
  draw_list().AddRect(badge.min, badge.max, ui.theme.line, badge.height() * 0.5F, 0,
                      std::max(1.0F, ui.px(1)));
  draw_badge_mark(ui, state, {badge.min.x + ui.px(16), badge.center().y});
  draw_text(ui, Font::sans12, {badge.min.x + ui.px(27), badge.center().y}, ui.theme.t1, text);
  tooltip(ui, badge_tip(ui, state, whole));
  if (click.clicked && !state.run) ImGui::OpenPopup("engine/menu");
  draw_engine_menu(ui, badge);
  right = badge.min.x - ui.px(16);
}

void draw_undo_redo(const Ui& ui, float right, float y) {
  const float side = ui.px(30);
  const auto place = [&](float from_right) {
    return Rect::of(right - from_right, y - side * 0.5F, side, side);
  };
  if (button(ui, "redo", place(side),
             {.icon = Icon::redo,
              .enabled = ui.can_redo,
              .flat = true,
              .tip = "Redo",
              .command = "redo"})) {
    ui.memory.redo = true;
  }
  if (button(ui, "undo", place(2 * side + ui.px(4)),
             {.icon = Icon::undo,
              .enabled = ui.can_undo,
              .flat = true,
              .tip = "Undo",
              .command = "undo"})) {
    ui.memory.undo = true;
  }
}

}  // namespace

void draw_top_bar(const Ui& ui, const Rect& area, const BarState& state) {
  draw_list().AddRectFilled(area.min, area.max, ui.theme.panel);
  draw_divider(ui, area.min.x, area.max.x, area.max.y - ui.px(1));
  const float y = area.center().y;
  draw_logo(ui, {area.min.x + ui.px(28), y});
  float x = area.min.x + ui.px(47);
  if (area.width() > ui.px(kWideBar)) {
    x = draw_text(ui, Font::sans16_semibold, {x, y}, ui.theme.t1, "Poolscope");
  }
  x += ui.px(16);
  x = draw_menus(ui, x, y) + ui.px(22);
  // The badge and its neighbours keep their room.
  x = draw_workspaces(ui, area, x, area.max.x - ui.px(area.width() > ui.px(kTinyBar) ? 390 : 60));
  if (state.left_folded) {
    const float at = x + ui.px(18);
    if (button(ui, "left/open", Rect::of(at, y - ui.px(15), ui.px(30), ui.px(30)),
               {.icon = Icon::sidebar,
                .flat = true,
                .tip = "Source, pipeline and parameters",
                .command = "left"})) {
      ui.memory.toggle_left = true;
    }
  }
  float right = area.max.x - ui.px(16);
  draw_badge(ui, state, area, right);
  if (area.width() > ui.px(kTinyBar)) draw_undo_redo(ui, right, y);
  if (state.busy && state.busy_seconds > kLongRun) {
    const ButtonSpec cancel{.text = "Cancel", .tip = "Give up this run; the last picture stays"};
    const float width = button_width(ui, cancel);
    const float end = right - ui.px(area.width() > ui.px(kTinyBar) ? 76 : 8);
    if (button(ui, "cancel", Rect::of(end - width, y - ui.px(14), width, ui.px(28)), cancel)) {
      ui.memory.cancel = true;
    }
    draw_list().AddRectFilled({area.min.x, area.max.y - ui.px(2)}, area.max, ui.theme.acc);
  }
}

}  // namespace poolscope
