#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/pane.h"
#include "app/draw_list.h"
#include "app/workspaces/explore/scroll_area.h"
#include "app/workspaces/feature_maps/panels.h"

namespace poolscope {
namespace {

constexpr float kMosaicGap = 24.0F, kTileGap = 10.0F, kLabel = 22.0F, kHead = 32.0F;
/// A tile is never narrower; never wider where all have room.
constexpr float kMinTile = 56.0F, kMaxTile = 200.0F;

/// Tiles beside one another, and their size.
struct TileGrid {
  int across = 1;
  ImVec2 tile;

  float pitch_x(const Ui& ui) const { return tile.x + ui.px(kTileGap); }
  float pitch_y(const Ui& ui) const { return tile.y + ui.px(kLabel + 4); }
  ImVec2 corner(const Ui& ui, ImVec2 origin, std::size_t i) const {
    const auto n = static_cast<std::size_t>(across);
    return {std::floor(origin.x + static_cast<float>(i % n) * pitch_x(ui)),
            std::floor(origin.y + static_cast<float>(i / n) * pitch_y(ui))};
  }
  float height(const Ui& ui, std::size_t tiles) const {
    const auto n = static_cast<std::size_t>(across);
    return static_cast<float>((tiles + n - 1) / n) * pitch_y(ui);
  }
};

/// The largest tiles that all have room in `size`; the smallest where they have not.
TileGrid grid_of(const Ui& ui, const SideMaps& side, ImVec2 size) {
  const Shape& shape = side.values.shape();
  const float aspect = std::clamp(
      static_cast<float>(shape.h) / static_cast<float>(std::max<std::int64_t>(shape.w, 1)), 0.25F,
      1.25F);
  const int most =
      std::max(1, static_cast<int>((size.x + ui.px(kTileGap)) / ui.px(kMinTile + kTileGap)));
  TileGrid grid;
  for (grid.across = 1; grid.across <= most; ++grid.across) {
    const float gaps = ui.px(kTileGap) * static_cast<float>(grid.across - 1);
    const float width = std::floor((size.x - gaps) / static_cast<float>(grid.across));
    grid.tile = {width, std::max(ui.px(10), std::floor(width * aspect))};
    const bool fits = grid.height(ui, static_cast<std::size_t>(shape.c)) <= size.y;
    if (fits && width <= ui.px(kMaxTile)) return grid;
  }
  --grid.across;
  return grid;
}

/// One side of the layer.
struct Side {
  std::string_view id;  ///< `before`, `after`.
  const SideMaps& maps;
  MosaicTexture& texture;
  std::int64_t selected;
  std::vector<std::int64_t> channels;  ///< In the order of the tiles.
};

ValueRange range_of(const Ui& ui, const Side& side, std::int64_t channel) {
  // A channel of one cell has no range of its own.
  const bool shared = ui.document.model_view.scale == ChannelScale::shared ||
                      side.maps.values.shape().plane_size() == 1;
  const ChannelFigures& figures =
      shared ? side.maps.overall : side.maps.figures[static_cast<std::size_t>(channel)];
  // A dead channel is as dark as the zeros of its neighbours.
  if (figures.min == 0.0F && figures.max == 0.0F) return display_range(ui.document.view.map, {});
  return display_range(ui.document.view.map, {figures.min, figures.max});
}

std::string figure_text(const Ui& ui, const Side& side, std::int64_t channel) {
  const auto& figures = side.maps.figures[static_cast<std::size_t>(channel)];
  const ChannelOrder order = ui.document.model_view.order;
  const double figure = ordering_figure(figures, order);
  return order == ChannelOrder::dead ? fmt::format("{:.0f} %", figure * 100.0)
                                     : short_number_text(figure, 5);
}

/// `channel `, or what of it has room before the largest number and its figure: all tiles are named
/// alike.
std::string_view name_prefix(const Ui& ui, const Side& side, float width) {
  const float room = width - text_width(ui, Font::mono12, "0.0000") - ui.px(4);
  const std::string last = std::to_string(side.maps.channels() - 1);
  for (const std::string_view prefix : {"channel ", "ch "}) {
    if (text_width(ui, Font::sans12, std::string(prefix) + last) <= room) return prefix;
  }
  return "";
}

void draw_label(const Ui& ui, const Side& side, std::int64_t channel, const Rect& tile) {
  const bool current = channel == side.selected;
  const bool pinned = std::ranges::count(ui.document.model_view.pinned, channel) > 0;
  const ImU32 ink = current ? ui.theme.acctext : ui.theme.t2;
  const float y = tile.max.y + ui.px(11);
  const std::string figure = figure_text(ui, side, channel);
  const float room = tile.width() - text_width(ui, Font::mono12, figure) - ui.px(4);
  const std::string name = fmt::format("{}{}", name_prefix(ui, side, tile.width()), channel);
  if (pinned) {
    draw_list().AddCircleFilled({tile.max.x - ui.px(5), tile.min.y + ui.px(5)}, ui.px(3.5F),
                                ui.theme.casing);
    draw_list().AddCircleFilled({tile.max.x - ui.px(5), tile.min.y + ui.px(5)}, ui.px(2.5F),
                                ui.theme.acc);
  }
  draw_text(ui, Font::sans12, {tile.min.x, y}, ink, name);
  if (text_width(ui, Font::sans12, name) <= room)
    draw_text_right(ui, Font::mono12, {tile.max.x, y}, current ? ui.theme.acctext : ui.theme.t3,
                    figure);
}

/// Where the selected cell, or its window, lies in a tile.
void draw_place(const Ui& ui, const MapsState& state, const Side& side, const Rect& tile) {
  const auto& view = state.scene.view();
  if (!view || view->output == nullptr) return;
  const auto y = static_cast<double>(view->selection.row);
  const auto x = static_cast<double>(view->selection.col);
  const bool is_after = side.id == "after";
  const CellRect cells = is_after ? CellRect{x, y, x + 1, y + 1}
                                  : view->window_rect(view->selection.row, view->selection.col);
  const Shape& shape = side.maps.values.shape();
  const Pane pane{tile, {0, 0, static_cast<double>(shape.w), static_cast<double>(shape.h)}};
  Rect mark = pane.screen(cells);
  const float grow = ui.px(3);
  mark = {{std::max(tile.min.x, mark.min.x - grow), std::max(tile.min.y, mark.min.y - grow)},
          {std::min(tile.max.x, mark.max.x + grow), std::min(tile.max.y, mark.max.y + grow)}};
  draw_list().AddRect(mark.min, mark.max, IM_COL32_BLACK, 0, 0, ui.px(3));
  draw_list().AddRect(mark.min, mark.max, IM_COL32_WHITE, 0, 0, ui.px(1.5F));
}

void choose(const Ui& ui, const MapsState& state, const Side& side, std::int64_t channel) {
  edit_model_view(ui, [&](ModelView& view) {
    const bool is_output = side.id == "after" || state.maps->keeps_channels();
    (is_output ? view.channel : view.input_channel) = channel;
  });
}

/// Scrolls to the selected tile, once it is asked for.
void reveal(const Ui& ui, MapsState& state, const Side& side, std::pair<float, float> tile) {
  const auto [y, height] = tile;
  bool& wanted = state.panels.of<TileReveal>().wanted;
  if (!wanted || side.id != "after") return;
  wanted = false;
  const float top = ImGui::GetWindowPos().y + ui.px(6);
  const float bottom = ImGui::GetWindowPos().y + ImGui::GetWindowHeight();
  if (y < top) ImGui::SetScrollY(ImGui::GetScrollY() - (top - y));
  if (y + height > bottom) ImGui::SetScrollY(ImGui::GetScrollY() + (y + height - bottom));
}

void draw_side(const Ui& ui, MapsState& state, const Side& side, const TileGrid& grid,
               ImVec2 origin) {
  const ImVec2 top = ImGui::GetWindowPos();
  const float bottom = top.y + ImGui::GetWindowHeight();
  std::vector<MosaicTile> tiles;
  std::vector<std::pair<std::int64_t, Rect>> places;
  for (std::size_t i = 0; i < side.channels.size(); ++i) {
    const ImVec2 corner = grid.corner(ui, origin, i);
    if (side.channels[i] == side.selected) reveal(ui, state, side, {corner.y, grid.pitch_y(ui)});
    if (corner.y > bottom || corner.y + grid.pitch_y(ui) < top.y) continue;
    const std::int64_t channel = side.channels[i];
    tiles.push_back({corner, channel, range_of(ui, side, channel)});
    places.emplace_back(channel, Rect{corner, {corner.x + grid.tile.x, corner.y + grid.tile.y}});
  }
  const ImVec2 pixels = ImGui::GetIO().DisplayFramebufferScale;
  side.texture.update(side.maps.picture, {grid.tile.x * pixels.x, grid.tile.y * pixels.y});
  state.renderer->draw(draw_list(), ui.heatmaps, side.texture, tiles,
                       {grid.tile, ui.document.view.map});
  for (const auto& [channel, tile] : places) {
    const Rect whole{tile.min, {tile.max.x, tile.max.y + ui.px(kLabel)}};
    const Click click = click_area(ui, fmt::format("{}/{}", side.id, channel), whole, Reach::mouse);
    if (click.hovered)
      state.cursor =
          fmt::format("{} channel {}: {}", side.id, channel, figure_text(ui, side, channel));
    draw_label(ui, side, channel, tile);
    if (channel == side.selected) {
      const Rect frame = tile.inset(-ui.px(2));
      draw_list().AddRect(frame.min, frame.max, ui.theme.acc, ui.px(2), 0, ui.px(2));
      draw_place(ui, state, side, tile);
    } else if (click.hovered) {
      const Rect frame = tile.inset(-ui.px(1));
      draw_list().AddRect(frame.min, frame.max, ui.theme.hover, ui.px(2), 0, ui.px(1.5F));
    }
    if (click.clicked) choose(ui, state, side, channel);
    if (click.double_clicked) open_in_explore(ui, state);
  }
  std::string told;
  for (const std::int64_t channel : side.channels)
    told +=
        fmt::format("{}{} {}", told.empty() ? "" : "; ", channel, figure_text(ui, side, channel));
  ui.tell(fmt::format("mosaic/{}", side.id), told);
}

void draw_head(const Ui& ui, const Rect& area, const std::string& title, const SideMaps& side) {
  const float y = area.min.y + ui.px(14);
  const Shape& shape = side.values.shape();
  const std::string size =
      fmt::format("{} {}, {}×{}", count_text(side.channels()),
                  side.channels() == 1 ? "channel" : "channels", shape.h, shape.w);
  const float room = area.width() - text_width(ui, Font::mono12, size) - ui.px(12);
  draw_text_cut(ui, Font::sans16_semibold, {area.min.x, y}, ui.theme.t1, room, title);
  draw_text_right(ui, Font::mono12, {area.max.x, y + ui.px(1)}, ui.theme.t3, size);
}

/// In place of maps that there are none of.
void draw_missing(const Ui& ui, const Rect& area, std::string_view why) {
  draw_hatch(ui, area, with_alpha(ui.theme.hatch, 0.3F));
  const float width = std::min(area.width() - ui.px(32), ui.px(420));
  message(ui, {area.center().x - width * 0.5F, area.min.y + ui.px(24)}, width, ui.theme.err,
          ui.theme.soft_err, Icon::warn, why);
}

}  // namespace

void draw_mosaics(const Ui& ui, MapsState& state, const Rect& area) {
  const LayerMaps& maps = *state.maps;
  const auto& view = ui.document.model_view;
  const float width = std::floor((area.width() - ui.px(kMosaicGap)) * 0.5F);
  const Rect left = Rect::of(area.min.x, area.min.y, width, area.height());
  const Rect right = Rect::of(area.max.x - width, area.min.y, width, area.height());
  const std::string name(own_name(maps.info()));
  draw_head(ui, left, "Before " + name, maps.before);
  draw_head(ui, right, "After " + name, maps.after);
  const Rect body{{area.min.x - ui.px(6), area.min.y + ui.px(kHead)},
                  {area.max.x + ui.px(12), area.max.y}};
  const bool fails = !state.session.swap_error().empty() && !view.original;
  const bool keeps = maps.keeps_channels();
  Side before{"before", maps.before, state.before_tiles, keeps ? view.channel : view.input_channel,
              shown_channels(maps.before, view)};
  Side after{"after", maps.after, state.after_tiles, view.channel,
             keeps ? before.channels : shown_channels(maps.after, view)};
  const Rect inside{{left.min.x, body.min.y + ui.px(6)}, {left.max.x, body.max.y - ui.px(4)}};
  draw_scroll_area(ui, "mosaics", body, [&](ImVec2 origin) {
    const float top = origin.y + ui.px(6);
    float bottom = top;
    for (Side* side : {&before, &after}) {
      const Rect& place = side == &before ? left : right;
      if (side == &after && fails) {
        draw_missing(ui, {{place.min.x, top}, {place.max.x, body.max.y - ui.px(8)}},
                     state.session.swap_error());
        continue;
      }
      if (side->maps.values.empty()) continue;
      // Where channels are the same, a tile lies where its neighbour across does.
      const TileGrid grid =
          grid_of(ui, keeps ? maps.before : side->maps, {inside.width(), inside.height()});
      draw_side(ui, state, *side, grid, {place.min.x, top});
      bottom = std::max(bottom, top + grid.height(ui, side->channels.size()));
    }
    return bottom;
  });
}

}  // namespace poolscope
