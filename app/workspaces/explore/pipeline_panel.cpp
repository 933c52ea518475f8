#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/workspaces/explore/panels.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

constexpr float kCardHeight = 56.0F;
constexpr float kCardGap = 8.0F;

std::string stage_shape_text(const Ui& ui, std::size_t stage) {
  const StagePlan& plan = ui.plan.stages[stage];
  ArrayForm form = plan.form;
  form.rank = 4;
  return axes_text(array_axes(plan.shape, form), "×");
}

/// The second line of a card: the shape, or why there is none.
struct CardLine {
  std::string text;
  bool error = false;
};

CardLine card_line(const Ui& ui, std::size_t index) {
  if (!ui.document.pipeline[index].enabled) return {"off, skipped"};
  if (index + 1 < ui.plan.stages.size()) return {"→ " + stage_shape_text(ui, index + 1)};
  if (ui.plan.failed_layer == index) return {"no output", true};
  return {fmt::format("waits for layer {}", ui.plan.failed_layer.value_or(0) + 1)};
}

void draw_more_menu(const Ui& ui, std::size_t index, const std::string& id) {
  if (!ImGui::BeginPopup(id.c_str())) return;
  struct MoreEntry {
    const char* text;
    bool enabled;
    decltype(Action::change) change;
  };
  const std::size_t count = ui.document.pipeline.size();
  const std::array entries{
      MoreEntry{"Move up", index > 0, action::MoveLayer{index, index - 1}},
      MoreEntry{"Move down", index + 1 < count, action::MoveLayer{index, index + 1}},
      MoreEntry{"Duplicate", true, action::DuplicateLayer{index}},
      MoreEntry{"Remove", true, action::RemoveLayer{index}}};
  for (const MoreEntry& entry : entries) {
    const bool chosen = ImGui::MenuItem(entry.text, nullptr, false, entry.enabled);
    const bool reached = menu_item_reached(ui, fmt::format("{}/{}", id, entry.text));
    if (reached && entry.enabled) ImGui::CloseCurrentPopup();
    if (chosen || (reached && entry.enabled)) ui.act(entry.change);
  }
  ImGui::EndPopup();
}

/// Drags a card by its grip: it takes the place the mouse is over. The grip that is held stays
/// where the drag began; the layer moves on.
void drag_card(const Ui& ui, std::size_t index, const Rect& card, const Click& grip) {
  if (!grip.held || !ImGui::IsMouseDragging(0, 4.0F)) return;
  ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeNS);
  LayerDrag& drag = ui.memory.layer_drag;
  if (drag.gesture != ui.memory.gesture) drag = {ui.memory.gesture, index};
  const float pitch = ui.px(kCardHeight + kCardGap);
  const auto places = std::lround((ImGui::GetMousePos().y - card.center().y) / pitch);
  const auto last = static_cast<std::int64_t>(ui.document.pipeline.size()) - 1;
  const auto target = static_cast<std::size_t>(
      std::clamp<std::int64_t>(static_cast<std::int64_t>(index) + places, 0, last));
  if (target == drag.index) return;
  ui.act(action::MoveLayer{drag.index, target}, true);
  drag.index = target;
}

void draw_card_buttons(const Ui& ui, std::size_t index, const Rect& card, const std::string& id) {
  const PipelineLayer& layer = ui.document.pipeline[index];
  const float side = ui.px(26), y = card.center().y - side * 0.5F;
  const auto at = [&](int place) {
    return Rect::of(card.max.x - ui.px(6) - side * static_cast<float>(3 - place), y, side, side);
  };
  if (button(ui, id + "/enable", at(0),
             {.icon = layer.enabled ? Icon::eye : Icon::eye_off,
              .flat = true,
              .tip = layer.enabled ? "Skip this layer" : "Use this layer again"})) {
    ui.act(action::EnableLayer{index, !layer.enabled});
  }
  if (button(
          ui, id + "/duplicate", at(1),
          {.icon = Icon::copy, .flat = true, .tip = "Duplicate", .command = "layer/duplicate"})) {
    ui.act(action::DuplicateLayer{index});
  }
  const std::string menu = id + "/menu";
  if (button(ui, id + "/more", at(2),
             {.icon = Icon::more, .flat = true, .tip = "Move, duplicate, remove"})) {
    ImGui::OpenPopup(menu.c_str());
  }
  draw_more_menu(ui, index, menu);
}

void draw_card(const Ui& ui, std::size_t index, const Rect& card) {
  const PipelineLayer& entry = ui.document.pipeline[index];
  const bool selected = index == ui.document.selected_layer;
  const std::string id = fmt::format("layer/{}", index);
  if (entry.enabled) {
    draw_list().AddRectFilled(card.min, card.max, selected ? ui.theme.accsoft : ui.theme.raised,
                              ui.px(8));
  }
  draw_list().AddRect(card.min, card.max, selected ? ui.theme.acc : ui.theme.line, ui.px(8), 0,
                      std::max(1.0F, ui.px(1)));

  const Rect handle{card.min, {card.min.x + ui.px(22), card.max.y}};
  const Click grip = click_area(ui, id + "/grip", handle, Reach::mouse);
  draw_icon(ui, Icon::grip, {card.min.x + ui.px(13), card.center().y},
            grip.hovered ? ui.theme.t1 : ui.theme.t3, 14);
  const Rect body{{handle.max.x, card.min.y}, {card.max.x - ui.px(86), card.max.y}};
  const Click click = click_area(ui, id, body);
  tooltip(ui, "Select this layer: its parameters and its canvases");
  if (click.clicked || grip.clicked) {
    if (!selected) ui.act(action::SelectLayer{index});
  }
  drag_card(ui, index, card, grip);

  const float x = body.min.x + ui.px(2);
  const ImU32 ink = entry.enabled ? ui.theme.t1 : ui.theme.t3;
  const std::string name(entry.layer.kind->name);
  const float room = body.max.x - x;
  const float name_width = text_width(ui, Font::sans14_medium, name);
  draw_text_cut(ui, Font::sans14_medium, {x, card.min.y + ui.px(19)}, ink, room, name);
  const float left = room - name_width - ui.px(8);
  if (left > ui.px(24)) {
    draw_text_cut(ui, Font::mono12, {x + name_width + ui.px(8), card.min.y + ui.px(20)},
                  ui.theme.t3, left, layer_summary(entry.layer));
  }
  const CardLine line = card_line(ui, index);
  draw_text_cut(ui, Font::mono12, {x, card.min.y + ui.px(39)},
                line.error ? ui.theme.err : ui.theme.t2, room, line.text);
  draw_card_buttons(ui, index, card, id);
}

/// A column of the menu: a framework's pools, or the layers that stand beside pools.
struct MenuGroup {
  const char* title;
  Framework framework;
  bool pools = true;

  bool holds(const LayerKind& kind) const {
    return kind.framework == framework && kind.is_pool == pools;
  }
};

void draw_menu_group(const Ui& ui, const MenuGroup& group) {
  ImGui::TextDisabled("%s", group.title);
  for (const LayerKind* kind : layer_kinds()) {
    if (!group.holds(*kind)) continue;
    const std::string name(kind->name);
    const float width = text_width(ui, Font::sans14, name) + ui.px(16);
    const bool chosen = ImGui::Selectable(name.c_str(), false, 0, {width, 0});
    const bool reached = menu_item_reached(ui, "layer/add/" + name);
    if (reached) ImGui::CloseCurrentPopup();
    if (chosen || reached) ui.act(action::AddLayer{starting_layer(*kind)});
  }
}

void draw_add_menu(const Ui& ui) {
  if (!ImGui::BeginPopup("layer/add/menu")) return;
  constexpr std::array<MenuGroup, 5> kGroups{{{"PyTorch", Framework::pytorch},
                                              {"Keras", Framework::keras},
                                              {"ONNX", Framework::onnx},
                                              {"Research", Framework::research},
                                              {"Beside pools", Framework::pytorch, false}}};
  ImGui::BeginTable("layer/add/table", kGroups.size(), ImGuiTableFlags_SizingFixedFit);
  for (const MenuGroup& group : kGroups) {
    ImGui::TableNextColumn();
    draw_menu_group(ui, group);
  }
  ImGui::EndTable();
  ImGui::EndPopup();
}

}  // namespace

void draw_pipeline_panel(const Ui& ui, Column& column) {
  const Rect title = column.title("Pipeline");
  const ButtonSpec add{.text = "Add layer",
                       .icon = Icon::plus,
                       .filled = ui.document.pipeline.empty(),
                       .flat = !ui.document.pipeline.empty(),
                       .tip = "A pool, or a layer that stands beside pools, after the last one"};
  const float width = button_width(ui, add);
  if (button(ui, "layer/add",
             Rect::of(title.max.x - width + ui.px(add.flat ? 12 : 0), title.center().y - ui.px(14),
                      width, ui.px(28)),
             add)) {
    ImGui::OpenPopup("layer/add/menu");
  }
  draw_add_menu(ui);
  const Rect source = column.row(20, 6);
  draw_text(ui, Font::mono12, {source.min.x + ui.px(24), source.center().y}, ui.theme.t3,
            "input " + stage_shape_text(ui, 0));
  for (std::size_t i = 0; i < ui.document.pipeline.size(); ++i)
    draw_card(ui, i, column.row(kCardHeight, kCardGap));
  if (ui.document.pipeline.empty()) {
    const Rect row = column.row(24);
    draw_text(ui, Font::sans12, {row.min.x + ui.px(24), row.center().y}, ui.theme.t3,
              "no layers yet: output equals input");
  }
}

}  // namespace poolscope
