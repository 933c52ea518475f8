#include <array>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/user_command.h"
#include "app/workspaces/feature_maps/panels.h"

namespace poolscope {
namespace {

constexpr std::array<std::string_view, 5> kOrders{"Index", "Mean", "Maximum", "Variance",
                                                  "Dead share"};
constexpr std::array<std::string_view, 2> kScales{"Per channel", "Shared"};

/// `edited: max → average`; a click shows the maps without the change, and with it again.
void draw_edited(const Ui& ui, const MapsState& state, float& x, float y, float limit) {
  const ModelLayer* const layer = state.selected();
  if (layer == nullptr || ui.document.model.swaps.empty()) return;
  const bool original = ui.document.model_view.original;
  const Layer* const swap = ui.document.model.replacement(layer->name);
  std::string text = original ? "as it was opened" : "behind a change";
  if (swap != nullptr && !original) {
    text = fmt::format("edited: {} → {}", layer->layer ? pool_word(*layer->layer) : "own",
                       pool_word(*swap));
  }
  const float width = text_width(ui, Font::sans12, text) + ui.px(16);
  if (x + width > limit) return;
  const Rect chip = Rect::of(x, y - ui.px(11), width, ui.px(22));
  const Click click = click_area(ui, "model/original", chip);
  tooltip(ui, tip_with_key(original ? "Show the maps with the change"
                                    : "Show the maps as they were before the change",
                           "model/original"));
  draw_list().AddRectFilled(chip.min, chip.max, original ? ui.theme.ctl : ui.theme.accsoft,
                            ui.px(4));
  draw_text(ui, Font::sans12, {x + ui.px(8), y}, original ? ui.theme.t2 : ui.theme.acctext, text);
  ui.tell("edited", text);
  if (click.clicked) edit_model_view(ui, [](ModelView& view) { view.original = !view.original; });
}

}  // namespace

void draw_maps_toolbar(const Ui& ui, MapsState& state, const Rect& area) {
  const float y = area.min.y + ui.px(28), height = ui.px(32);
  float right = area.max.x;
  const auto place = [&](float width) {
    right -= ui.px(width);
    const Rect rect = Rect::of(right, y - height * 0.5F, ui.px(width), height);
    right -= ui.px(8);
    return rect;
  };
  const ModelView& view = ui.document.model_view;
  std::vector<std::string_view> maps;
  for (const ColorMap map : kColorMaps) maps.push_back(color_map_title(map));
  const auto map =
      combo(ui, "maps/map", place(128), maps, static_cast<int>(ui.document.view.map), "Map");
  tooltip(ui, "Colours of the values; each map keeps its order for colour-blind eyes");
  if (map) ui.edit_view([&](View& edited) { edited.map = static_cast<ColorMap>(*map); });
  const auto scale =
      combo(ui, "maps/scale", place(158), kScales, static_cast<int>(view.scale), "Scale");
  tooltip(ui, "A range of colours for each channel, or one for all of a side");
  if (scale)
    edit_model_view(ui, [&](ModelView& v) { v.scale = static_cast<ChannelScale>(*scale); });
  const auto order =
      combo(ui, "maps/sort", place(150), kOrders, static_cast<int>(view.order), "Sort");
  tooltip(ui, tip_with_key("What channels are put in order by; the figure is below each",
                           "channel/sort"));
  if (order)
    edit_model_view(ui, [&](ModelView& v) { v.order = static_cast<ChannelOrder>(*order); });
  const ModelLayer* const layer = state.selected();
  if (layer == nullptr) return;
  const std::string name(own_name(*layer));
  const float room = right - area.min.x;
  draw_text_cut(ui, Font::sans16_semibold, {area.min.x, y}, ui.theme.t1, room, name);
  float x = area.min.x + text_width(ui, Font::sans16_semibold, name) + ui.px(12);
  draw_edited(ui, state, x, y, right);
}

}  // namespace poolscope
