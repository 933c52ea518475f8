#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/gathered.h"
#include "app/workspaces/explore/panels.h"
#include "app/workspaces/explore/prediction.h"
#include "app/workspaces/explore/small_plane.h"
#include "core/analysis/pooled_plane.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

/// The settings shown, PyTorch's way; and those for layers over a single row.
using Settings = std::array<std::string_view, 7>;
constexpr Settings kPlaneSettings{"MaxPool2d(2)",           "AvgPool2d(2)",
                                  "MaxPool2d(3)",           "MaxPool2d(3, stride=1)",
                                  "AvgPool2d(3, stride=1)", "MaxPool2d(2, stride=1)",
                                  "AdaptiveMaxPool2d(1)"};
constexpr Settings kRowSettings{"MaxPool1d(2)",           "AvgPool1d(2)",
                                "MaxPool1d(3)",           "MaxPool1d(3, stride=1)",
                                "AvgPool1d(3, stride=1)", "MaxPool1d(2, stride=1)",
                                "AdaptiveMaxPool1d(1)"};

/// What one setting makes of the plane shown.
struct Variant {
  Layer layer;
  SmallPlane output;
  std::string reason;  ///< Why there is no output.
};

struct WhatIf {
  Gathered<PlaneKey, Variant> variants;
  std::array<HeatmapTexture, std::tuple_size_v<Settings>> textures;
};

std::string caption_of(const Layer& layer) {
  if (layer.kind->title.starts_with("Adaptive")) return "Global max";
  return std::string(layer.kind->title);
}

Variant variant_of(const Engine& engine, const Tensor& input, std::int64_t plane,
                   std::string_view text) {
  Variant variant{*parse_layer(text), {}, {}};
  const auto lowered = lower_layer(variant.layer, input.shape());
  const auto pooled =
      lowered ? pool_plane({engine, input, *lowered, plane}, {}) : tl::unexpected(lowered.error());
  if (pooled) {
    variant.output = small_plane(pooled->output);
  } else {
    variant.reason = pooled.error().message;
  }
  return variant;
}

void compute(const Ui& ui, const StageView& view, WhatIf& what_if) {
  const bool in_a_row = view.layer != nullptr && view.layer->kind->axes == 1;
  const Settings& settings = in_a_row ? kRowSettings : kPlaneSettings;
  what_if.variants.update(
      ui, plane_key(ui, view), settings.size(),
      [&settings, engine = view.evaluation->engine, input = view.input, plane = view.plane](
          const std::atomic<bool>& cancelled, const auto& put) {
        for (std::size_t i = 0; i < settings.size() && engine != nullptr && !cancelled; ++i)
          put(i, variant_of(*engine, input, plane, settings[i]));
      });
}

/// Where one setting is drawn.
struct Place {
  std::size_t index;
  Rect area;
  HeatmapTexture& texture;
};

void draw_variant(const Ui& ui, const StageView& view, const Variant& variant, const Place& place) {
  const Rect& area = place.area;
  const bool current = view.layer != nullptr && *view.layer == variant.layer;
  const float caption_y = area.min.y + ui.px(10);
  const std::string caption = caption_of(variant.layer);
  const float x = draw_text(ui, Font::sans12, {area.min.x, caption_y},
                            current ? ui.theme.acctext : ui.theme.t1, caption);
  if (caption != "Global max") {
    draw_text_cut(ui, Font::mono12, {x + ui.px(6), caption_y}, ui.theme.t3,
                  area.max.x - x - ui.px(6), layer_summary(variant.layer));
  }
  const float side = std::min(area.width(), area.height() - ui.px(46));
  const Rect square = Rect::of(area.min.x, area.min.y + ui.px(24), side, side);
  const Rect rect = variant.reason.empty() ? fitted(square, variant.output) : square;
  const Click click = click_area(ui, fmt::format("what-if/{}", place.index), rect);
  if (variant.reason.empty()) tooltip(ui, "Use these settings");
  const ImVec2 below{rect.min.x, rect.max.y + ui.px(12)};
  if (!variant.reason.empty()) {
    draw_no_output(ui, rect, click.hovered, variant.reason);
    draw_text(ui, Font::mono12, below, ui.theme.t3, "no output");
    return;
  }
  if (current && view.hides_any()) {
    draw_question(ui, rect, "?");
  } else {
    draw_small_plane(ui, place.texture, variant.output, rect, view.input_range);
  }
  if (click.hovered) draw_list().AddRect(rect.min, rect.max, ui.theme.hover, 0, 0, ui.px(1.5F));
  const std::string size = fmt::format("{}×{}", variant.output.rows, variant.output.cols);
  draw_text(ui, Font::mono12, below, ui.theme.t3, current ? size + " current" : size);
  ui.tell(fmt::format("what-if/{}", place.index), size);
  if (click.clicked && view.layer != nullptr && !current) {
    ui.act(action::SetLayer{ui.document.selected_layer, variant.layer});
  }
}

}  // namespace

float draw_what_if(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area) {
  auto& what_if = state.panels.of<WhatIf>();
  compute(ui, view, what_if);
  const float gap = ui.px(14);
  const auto count = static_cast<float>(what_if.textures.size());
  const float width = std::max((area.width() - gap * (count - 1)) / count, ui.px(86));
  const float height = std::min(area.height() - ui.px(12), width + ui.px(46));
  float left = area.min.x;
  for (std::size_t i = 0; i < what_if.variants.items().size(); ++i) {
    if (left + width > area.max.x + 1.0F) break;
    const Rect place = Rect::of(left, area.min.y, width, height);
    if (const auto& variant = what_if.variants.items()[i])
      draw_variant(ui, view, *variant, {i, place, what_if.textures[i]});
    left += width + gap;
  }
  return area.min.y + height;
}

}  // namespace poolscope
