#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/focus.h"
#include "app/workspaces/feature_maps/panels.h"

namespace poolscope {
namespace {

constexpr float kTreeRow = 28.0F, kIndent = 16.0F;

/// What the list remembers between frames.
struct TreeMemory {
  std::set<std::string> folded;  ///< Containers, by name.
  std::string reveal;            ///< The layer that is to be scrolled to.
  const Model* model = nullptr;
};

bool contains(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return std::ranges::search(text, part, same).begin() != text.end();
}

/// Those that are shown: not folded away, or all that the filter finds.
std::vector<std::size_t> shown_rows(const MapsState& state, const TreeMemory& tree) {
  const auto& layers = state.layers();
  std::vector<std::size_t> rows;
  std::optional<int> folded_depth;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const ModelLayer& layer = layers[i];
    if (!state.filter.empty()) {
      if (contains(layer.name, state.filter) || contains(layer.kind, state.filter))
        rows.push_back(i);
      continue;
    }
    if (folded_depth && layer.depth > *folded_depth) continue;
    folded_depth.reset();
    if (layer.is_container && tree.folded.contains(layer.name)) folded_depth = layer.depth;
    rows.push_back(i);
  }
  return rows;
}

void choose(const Ui& ui, const MapsState& state, std::size_t layer) {
  edit_model_view(ui, [&](ModelView& view) { view.layer = state.layers()[layer].name; });
}

void draw_filter(const Ui& ui, MapsState& state, Column& column) {
  const Rect row = column.row(32);
  const bool editing = ui.memory.editing == "layers/filter";
  // The list follows while it is typed.
  if (editing) state.filter = ui.memory.text.data();
  const bool clears = !state.filter.empty() && !editing;
  const float side = ui.px(32);
  const Rect field{row.min, {row.max.x - (clears ? side + ui.px(4) : 0.0F), row.max.y}};
  const auto typed = text_field(ui, "layers/filter", field, {.value = state.filter});
  tooltip(ui, "Only layers whose name or type has these letters");
  if (typed) state.filter = *typed;
  if (state.filter.empty() && !editing)
    draw_text_cut(ui, Font::sans13, {row.min.x + ui.px(12), row.center().y}, ui.theme.t3,
                  row.width() - ui.px(24), "Filter by name or type");
  if (!clears) return;
  const Rect clear = Rect::of(row.max.x - side, row.min.y, side, side);
  if (button(ui, "layers/clear", clear, {.icon = Icon::close, .flat = true, .tip = "All layers"}))
    state.filter.clear();
}

/// The mark before a name: a fold, a grid for pools, or a dot.
void draw_mark(const Ui& ui, const ModelLayer& layer, bool folded, bool current, ImVec2 at) {
  if (layer.is_container) {
    if (!folded) return draw_icon(ui, Icon::chevron, at, ui.theme.t3, 12);
    const float r = ui.px(3);
    draw_list().AddTriangleFilled({at.x - r * 0.6F, at.y - r}, {at.x + r, at.y},
                                  {at.x - r * 0.6F, at.y + r}, ui.theme.t3);
    return;
  }
  if (layer.is_pooling)
    return draw_icon(ui, Icon::grid, at, current ? ui.theme.acc : ui.theme.t1, 14);
  draw_list().AddCircleFilled(at, ui.px(2.5F), ui.theme.line2);
}

std::string shape_of(const MapsState& state, std::size_t layer) {
  const auto& pass = state.session.after() ? state.session.after() : state.session.before();
  if (!pass || layer >= pass->run.maps.size() || !pass->run.maps[layer].ran) return "";
  return map_text(pass->run.maps[layer].axes);
}

/// All that there is to know of a layer.
std::string tip_of(const ModelLayer& layer) {
  std::string tip =
      fmt::format("{}: {}({})", layer.name, layer.kind, parameters_text(layer.parameters));
  if (layer.parameter_count > 0)
    tip += fmt::format("\n{} parameters", count_text(layer.parameter_count));
  return tip;
}

void draw_layer_row(const Ui& ui, MapsState& state, TreeMemory& tree, std::size_t index,
                    const Rect& row) {
  const ModelLayer& layer = state.layers()[index];
  const bool current = state.layer == index;
  const Layer* const swap = ui.document.model.replacement(layer.name);
  const Click click = click_area(ui, "layer/" + layer.name, row);
  tooltip(ui, tip_of(layer));
  if (current) {
    draw_list().AddRectFilled(row.min, row.max, ui.theme.accsoft);
    draw_list().AddRectFilled(row.min, {row.min.x + ui.px(2), row.max.y}, ui.theme.acc);
  } else if (click.hovered) {
    draw_list().AddRectFilled(row.min, row.max, ui.theme.ctl);
  }
  const bool flat = !state.filter.empty();
  const float y = row.center().y;
  float x = row.min.x + ui.px(22 + (flat ? 0.0F : kIndent * static_cast<float>(layer.depth)));
  const bool folded = tree.folded.contains(layer.name);
  draw_mark(ui, layer, folded, current, {x, y});
  x += ui.px(14);
  const std::string shape = shape_of(state, index);
  const float end = row.max.x - ui.px(16) - text_width(ui, Font::mono12, shape) - ui.px(8);
  const std::string name(flat ? std::string_view(layer.name) : own_name(layer));
  const Font font = current || layer.is_pooling ? Font::sans13_medium : Font::sans13;
  const bool strong = current || layer.is_pooling || layer.is_container;
  draw_text_cut(ui, font, {x, y}, strong ? ui.theme.t1 : ui.theme.t2, end - x, name);
  x += text_width(ui, font, name) + ui.px(8);
  const std::string about = layer.is_container ? std::string() : short_text(layer, swap);
  const ImU32 ink = swap != nullptr ? ui.theme.acctext : ui.theme.t3;
  if (x + text_width(ui, Font::mono12, about) <= end)
    draw_text(ui, Font::mono12, {x, y}, ink, about);
  draw_text_right(ui, Font::mono12, {row.max.x - ui.px(16), y}, current ? ui.theme.t1 : ui.theme.t3,
                  shape);
  if (!click.clicked) return;
  const float mark_end = row.min.x + ui.px(30 + kIndent * static_cast<float>(layer.depth));
  if (layer.is_container && (ImGui::GetMousePos().x < mark_end || current)) {
    folded ? (void)tree.folded.erase(layer.name) : (void)tree.folded.insert(layer.name);
  }
  choose(ui, state, index);
}

}  // namespace

void step_layer(const Ui& ui, MapsState& state, int step) {
  auto& tree = state.panels.of<TreeMemory>();
  const auto rows = shown_rows(state, tree);
  if (rows.empty()) return;
  const auto at = std::ranges::find(rows, state.layer.value_or(0));
  const auto last = static_cast<std::ptrdiff_t>(rows.size()) - 1;
  const std::ptrdiff_t from = at == rows.end() ? (step > 0 ? -1 : 1) : at - rows.begin();
  const std::size_t next =
      rows[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(from + step, 0, last))];
  tree.reveal = state.layers()[next].name;
  choose(ui, state, next);
}

void draw_layer_tree(const Ui& ui, MapsState& state, Column& column) {
  auto& tree = state.panels.of<TreeMemory>();
  column.title("Layers");
  draw_filter(ui, state, column);
  const Rect head = column.row(20, 2);
  draw_text(ui, Font::sans12, {head.min.x, head.center().y}, ui.theme.t3, "layer");
  draw_text_right(ui, Font::sans12, {head.max.x, head.center().y}, ui.theme.t3, "output shape");
  const auto rows = shown_rows(state, tree);
  if (rows.empty()) {
    const Rect none = column.row(kTreeRow, 0);
    draw_text_cut(ui, Font::sans13, {none.min.x, none.center().y}, ui.theme.t3, none.width(),
                  fmt::format("No layer has \"{}\" in its name or type", state.filter));
  }
  const float side = ui.px(16);
  for (const std::size_t index : rows) {
    Rect row = column.row(kTreeRow, 0);
    row.min.x -= side;
    row.max.x += side;
    draw_layer_row(ui, state, tree, index, row);
    if (tree.reveal != state.layers()[index].name) continue;
    tree.reveal.clear();
    const float top = ImGui::GetWindowPos().y, bottom = top + ImGui::GetWindowHeight();
    if (row.min.y < top) ImGui::SetScrollY(ImGui::GetScrollY() - (top - row.min.y));
    if (row.max.y > bottom) ImGui::SetScrollY(ImGui::GetScrollY() + (row.max.y - bottom));
  }
  std::string told;
  for (const std::size_t index : rows) {
    const ModelLayer& layer = state.layers()[index];
    told += fmt::format("{}{} {} {}", told.empty() ? "" : "; ", layer.name, layer.kind,
                        shape_of(state, index));
  }
  ui.tell("layers", told);
  for (const std::string& note : state.session.file()->model->notes())
    draw_warning(ui, column, note);
}

}  // namespace poolscope
