#include <array>

#include <fmt/format.h>

#include "app/autosave.h"
#include "app/bars.h"
#include "app/samples.h"
#include "core/engines/engine_list.h"

namespace poolscope {
namespace {

ImDrawList& list() { return *ImGui::GetWindowDrawList(); }

void draw_logo(const Ui& ui, ImVec2 center) {
  const float side = ui.px(9), gap = ui.px(2);
  for (int i = 0; i < 4; ++i) {
    const float x = center.x + (i % 2 == 0 ? -side - gap * 0.5F : gap * 0.5F);
    const float y = center.y + (i < 2 ? -side - gap * 0.5F : gap * 0.5F);
    list().AddRectFilled({x, y}, {x + side, y + side}, i == 3 ? ui.theme.acc : ui.theme.edge,
                         ui.px(2));
  }
}

bool item(const Ui& ui, const char* text, const char* keys = nullptr, bool checked = false,
          bool enabled = true) {
  const bool chosen = ImGui::MenuItem(text, keys, checked, enabled);
  ui.memory.controls[fmt::format("menu/{}", text)] = {ImGui::GetItemRectMin(),
                                                      ImGui::GetItemRectMax()};
  return chosen;
}

bool begin_submenu(const Ui& ui, const char* text, bool enabled = true) {
  const bool open = ImGui::BeginMenu(text, enabled);
  // Once open, the last item is the one in the menu that holds it.
  if (!open) {
    ui.memory.controls[fmt::format("menu/{}", text)] = {ImGui::GetItemRectMin(),
                                                        ImGui::GetItemRectMax()};
  }
  return open;
}

void draw_file_menu(const Ui& ui, const BarState&) {
  if (item(ui, "Open…", "Ctrl+O")) ui.memory.open_browser = true;
  if (ImGui::BeginMenu("Samples")) {
    for (const Sample& sample : samples()) {
      if (item(ui, sample.title.c_str())) open_file(ui, sample.path);
    }
    ImGui::EndMenu();
  }
  if (ImGui::BeginMenu("Recent", !ui.memory.recent.empty())) {
    const auto recent = ui.memory.recent;
    for (const auto& path : recent) {
      if (item(ui, path.string().c_str())) open_file(ui, path);
    }
    ImGui::EndMenu();
  }
  const auto last = Autosave::last_work();
  std::error_code missing;
  if (item(ui, "Last work", nullptr, false, std::filesystem::exists(last, missing)))
    open_file(ui, last);
  ImGui::Separator();
  if (item(ui, "Save", "Ctrl+S")) ui.memory.save_request = SaveRequest{};
  if (item(ui, "Save as…", "Ctrl+Shift+S")) {
    ui.memory.save_request = SaveRequest{};
    ui.memory.save_elsewhere = true;
  }
  if (begin_submenu(ui, "Export")) {
    for (const SaveKind kind : kExports) {
      if (item(ui, std::string(save_row(kind).title).c_str()))
        ui.memory.save_request = SaveRequest{kind};
    }
    ImGui::EndMenu();
  }
  ImGui::Separator();
  if (item(ui, "Quit", "Ctrl+Q")) ui.memory.quit = true;
}

void draw_edit_menu(const Ui& ui, const BarState& state) {
  if (item(ui, "Undo", "Ctrl+Z", false, state.can_undo)) ui.memory.undo = true;
  if (item(ui, "Redo", "Ctrl+Shift+Z", false, state.can_redo)) ui.memory.redo = true;
  ImGui::Separator();
  const bool has_layers = !ui.document.pipeline.empty();
  if (item(ui, "Duplicate layer", "Ctrl+D", false, has_layers))
    ui.act(action::DuplicateLayer{ui.document.selected_layer});
  if (item(ui, "Remove layer", "Del", false, has_layers))
    ui.act(action::RemoveLayer{ui.document.selected_layer});
}

void draw_color_menu(const Ui& ui) {
  const View& view = ui.document.view;
  for (const ColorMap map : kColorMaps) {
    const std::string title(color_map_title(map));
    if (item(ui, title.c_str(), nullptr, view.map == map))
      ui.edit_view([map](View& v) { v.map = map; });
  }
  ImGui::Separator();
  const bool shared = view.range == RangeScale::shared;
  if (item(ui, "Shared range", nullptr, shared))
    ui.edit_view([](View& v) { v.range = RangeScale::shared; });
  if (item(ui, "Own range a canvas", nullptr, !shared))
    ui.edit_view([](View& v) { v.range = RangeScale::own; });
}

void draw_view_menu(const Ui& ui, const BarState&) {
  const View& view = ui.document.view;
  if (item(ui, "Dark theme", nullptr, view.theme == ThemeName::dark))
    ui.edit_view([](View& v) { v.theme = ThemeName::dark; });
  if (item(ui, "Light theme", nullptr, view.theme == ThemeName::light))
    ui.edit_view([](View& v) { v.theme = ThemeName::light; });
  ImGui::Separator();
  for (const float scale : {1.0F, 1.25F, 1.6F, 2.0F}) {
    const std::string text = fmt::format("Scale {}", number_text(static_cast<double>(scale)));
    if (item(ui, text.c_str(), nullptr, view.scale == scale))
      ui.edit_view([scale](View& v) { v.scale = scale; });
  }
  if (ImGui::BeginMenu("Colours")) {
    draw_color_menu(ui);
    ImGui::EndMenu();
  }
  ImGui::Separator();
  if (item(ui, "Values", "V", view.values)) ui.edit_view([](View& v) { v.values = !v.values; });
  if (item(ui, "Indices", "I", view.indices)) ui.edit_view([](View& v) { v.indices = !v.indices; });
  const bool hidden = ui.document.prediction.hidden;
  if (item(ui, "Hide outputs until asked", "H", hidden)) ui.act(action::HideOutputs{!hidden});
  const bool lens = ui.document.lens.on;
  if (item(ui, "Backward lens", "G", lens)) {
    Lens next = ui.document.lens;
    next.on = !lens;
    ui.act(action::SetLens{next});
  }
  if (item(ui, "Left column", "F9", view.left_open)) ui.memory.toggle_left = true;
  if (item(ui, "Inspector", "F10", view.inspector_open))
    ui.edit_view([](View& v) { v.inspector_open = !v.inspector_open; });
  if (item(ui, "Fit", "F")) ui.act(action::SetCamera{});
}

void draw_help_menu(const Ui& ui, const BarState&) {
  if (item(ui, "Keys", "F1")) ui.memory.show_keys = true;
  if (item(ui, "Messages")) ui.memory.show_log = true;
}

struct Menu {
  const char* name;
  void (*draw)(const Ui&, const BarState&);
};
constexpr std::array<Menu, 4> kMenus{{{"File", draw_file_menu},
                                      {"Edit", draw_edit_menu},
                                      {"View", draw_view_menu},
                                      {"Help", draw_help_menu}}};

float draw_menus(const Ui& ui, const BarState& state, float x, float y) {
  for (const Menu& menu : kMenus) {
    const std::string id = fmt::format("menu/{}", menu.name);
    const float width = text_width(ui, Font::sans13, menu.name) + ui.px(14);
    const Rect rect = Rect::of(x, y - ui.px(15), width, ui.px(30));
    const Click click = click_area(ui, id, rect);
    const bool open = ImGui::IsPopupOpen(id.c_str());
    if (click.hovered || open) list().AddRectFilled(rect.min, rect.max, ui.theme.ctl, ui.px(6));
    draw_text_centered(ui, Font::sans13, rect.center(),
                       open || click.hovered ? ui.theme.t1 : ui.theme.t2, menu.name);
    if (click.clicked) ImGui::OpenPopup(id.c_str());
    ImGui::SetNextWindowPos({rect.min.x, rect.max.y + ui.px(6)});
    if (ImGui::BeginPopup(id.c_str())) {
      menu.draw(ui, state);
      ImGui::EndPopup();
    }
    x += width;
  }
  return x;
}

constexpr std::string_view kWorkspace = "Explore";

void draw_workspace_tab(const Ui& ui, const Rect& area, float x) {
  draw_text(ui, Font::sans14_medium, {x, area.center().y}, ui.theme.t1, kWorkspace);
  const float width = text_width(ui, Font::sans14_medium, kWorkspace);
  list().AddRectFilled({x, area.max.y - ui.px(2)}, {x + width, area.max.y}, ui.theme.acc);
}

std::string badge_text(const Ui& ui, const BarState& state) {
  if (ui.evaluation == nullptr) return "starting";
  if (ui.evaluation->engine == nullptr) return "no engine";
  const std::string& title = ui.evaluation->engine_title;
  if (state.busy) return title + " · running";
  if (ui.stale) return title + " · cancelled";
  if (ui.evaluation->seconds == 0.0) return title;
  return fmt::format("{} · {}", title, duration_text(ui.evaluation->seconds));
}

/// A bar narrower than this leaves out the program's name; narrower than the second, the badge's
/// text.
constexpr double kLongRun = 0.5;  ///< Seconds after which a run is shown and can be cancelled.
constexpr float kWideBar = 760.0F, kTinyBar = 600.0F;

/// What there is to know of the badge: the engine and what it says of the run, or why none ran.
std::string badge_tip(const Ui& ui, const std::string& text) {
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
  for (const EngineInfo& info : engine_infos()) {
    const bool chosen = ui.document.engine == info.name;
    if (item(ui, info.name.c_str(), info.about.c_str(), chosen, info.is_here))
      ui.act(action::SetEngine{info.name});
  }
  ImGui::EndPopup();
}

/// The dot of the badge: computed, under way, or none; a warning sign where the engines have
/// something to say.
void draw_badge_mark(const Ui& ui, const BarState& state, ImVec2 center) {
  const bool good = ui.evaluation != nullptr && ui.evaluation->engine != nullptr && !state.busy;
  if (good && !ui.evaluation->engine_notes.empty()) {
    draw_icon(ui, Icon::warn, center, ui.theme.warn, 14.0F);
    return;
  }
  list().AddCircleFilled(center, ui.px(4), good ? ui.theme.ok : ui.theme.warn);
}

/// The engine that computed what is on screen, and how long it took; a click chooses another.
void draw_badge(const Ui& ui, const BarState& state, const Rect& area, float& right) {
  const std::string whole = badge_text(ui, state);
  const std::string text = area.width() > ui.px(kTinyBar) ? whole : "";
  const float width = text_width(ui, Font::sans12, text) + ui.px(text.empty() ? 32 : 40);
  const Rect badge = Rect::of(right - width, area.center().y - ui.px(14), width, ui.px(28));
  const Click click = click_area(ui, "engine", badge);
  list().AddRectFilled(badge.min, badge.max, click.hovered ? ui.theme.ctl : ui.theme.raised,
                       badge.height() * 0.5F);
  list().AddRect(badge.min, badge.max, ui.theme.line, badge.height() * 0.5F, 0,
                 std::max(1.0F, ui.px(1)));
  draw_badge_mark(ui, state, {badge.min.x + ui.px(16), badge.center().y});
  draw_text(ui, Font::sans12, {badge.min.x + ui.px(27), badge.center().y}, ui.theme.t1, text);
  tooltip(ui, click.hovered, badge_tip(ui, whole));
  if (click.clicked) ImGui::OpenPopup("engine/menu");
  draw_engine_menu(ui, badge);
  right = badge.min.x - ui.px(16);
}

void draw_undo_redo(const Ui& ui, const BarState& state, float right, float y) {
  const float side = ui.px(30);
  if (button(ui, "redo", Rect::of(right - side, y - side * 0.5F, side, side),
             {.icon = Icon::redo,
              .enabled = state.can_redo,
              .flat = true,
              .tip = "Redo (Ctrl+Shift+Z)"})) {
    ui.memory.redo = true;
  }
  if (button(
          ui, "undo", Rect::of(right - 2 * side - ui.px(4), y - side * 0.5F, side, side),
          {.icon = Icon::undo, .enabled = state.can_undo, .flat = true, .tip = "Undo (Ctrl+Z)"})) {
    ui.memory.undo = true;
  }
}

}  // namespace

void draw_top_bar(const Ui& ui, const Rect& area, const BarState& state) {
  list().AddRectFilled(area.min, area.max, ui.theme.panel);
  draw_divider(ui, area.min.x, area.max.x, area.max.y - ui.px(1));
  const float y = area.center().y;
  draw_logo(ui, {area.min.x + ui.px(28), y});
  float x = area.min.x + ui.px(47);
  if (area.width() > ui.px(kWideBar)) {
    x = draw_text(ui, Font::sans16_semibold, {x, y}, ui.theme.t1, "Poolscope");
  }
  x += ui.px(16);
  x = draw_menus(ui, state, x, y) + ui.px(22);
  draw_workspace_tab(ui, area, x);
  if (state.left_folded) {
    const float at = x + text_width(ui, Font::sans14_medium, kWorkspace) + ui.px(18);
    if (button(
            ui, "left/open", Rect::of(at, y - ui.px(15), ui.px(30), ui.px(30)),
            {.icon = Icon::sidebar, .flat = true, .tip = "Source, pipeline and parameters (F9)"})) {
      ui.memory.toggle_left = true;
    }
  }
  float right = area.max.x - ui.px(16);
  draw_badge(ui, state, area, right);
  if (area.width() > ui.px(kTinyBar)) draw_undo_redo(ui, state, right, y);
  if (state.busy && state.busy_seconds > kLongRun) {
    const ButtonSpec cancel{.text = "Cancel", .tip = "Give up this run; the last picture stays"};
    const float width = button_width(ui, cancel);
    const float end = right - ui.px(area.width() > ui.px(kTinyBar) ? 76 : 8);
    if (button(ui, "cancel", Rect::of(end - width, y - ui.px(14), width, ui.px(28)), cancel)) {
      ui.memory.cancel = true;
    }
    list().AddRectFilled({area.min.x, area.max.y - ui.px(2)}, area.max, ui.theme.acc);
  }
}

}  // namespace poolscope
