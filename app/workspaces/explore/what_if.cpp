#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/pane.h"
#include "app/workspaces/explore/panels.h"
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

ImDrawList& list() { return *ImGui::GetWindowDrawList(); }

/// The same input under other settings, computed once a run.
struct WhatIf {
  struct Variant {
    Layer layer;
    std::optional<Tensor> output;
    std::string reason;  ///< Why there is no output.
  };
  const Evaluation* evaluation = nullptr;
  std::int64_t plane = -1;
  Tensor input = {};
  bool in_a_row = false;  ///< For a layer over a single row.
  std::vector<Variant> variants;
};

std::string caption_of(const Layer& layer) {
  if (layer.kind->title.starts_with("Adaptive")) return "Global max";
  return std::string(layer.kind->title);
}

void compute(const StageView& view, WhatIf& what_if) {
  const bool in_a_row = view.layer != nullptr && view.layer->kind->axes == 1;
  const Settings& settings = in_a_row ? kRowSettings : kPlaneSettings;
  if (what_if.evaluation == view.evaluation && what_if.plane == view.plane &&
      what_if.input.same_buffer(view.input) && what_if.in_a_row == in_a_row) {
    return;
  }
  what_if = {view.evaluation, view.plane, view.input, in_a_row, {}};
  const auto plane = Tensor::copy_of({1, 1, view.rows, view.cols}, view.input.plane(view.plane));
  if (!plane || view.evaluation->engine == nullptr) return;
  for (const std::string_view text : settings) {
    const auto layer = parse_layer(text);
    if (!layer) continue;
    WhatIf::Variant variant{*layer, {}, {}};
    const auto pool = lower(*layer, plane->shape());
    if (pool) {
      if (auto output = view.evaluation->engine->run(*plane, *pool, {}))
        variant.output = output->values;
    } else {
      variant.reason = pool.error().message;
    }
    what_if.variants.push_back(std::move(variant));
  }
}

void draw_output(const Ui& ui, const StageView& view, const Tensor& output, const Rect& rect) {
  const Shape& shape = output.shape();
  const Pane pane{rect, {0, 0, static_cast<double>(shape.w), static_cast<double>(shape.h)}};
  const ValueRange range = display_range(ui.document.view.map, view.input_range);
  const float gap = std::max(1.0F, std::floor(ui.px(1)));
  for (std::int64_t y = 0; y < shape.h; ++y) {
    for (std::int64_t x = 0; x < shape.w; ++x) {
      const Rect cell = pane.cell(y, x);
      const float value = output.at(0, 0, y, x);
      list().AddRectFilled(cell.min, {cell.max.x - gap, cell.max.y - gap},
                           heat_color(ui, range, value).packed());
      const float size = std::min(cell.width(), cell.height());
      if (!ui.document.view.values || size < ui.px(22)) continue;
      const std::string text =
          short_number_text(static_cast<double>(value), size < ui.px(34) ? 3 : 4);
      const Font font = size >= ui.px(76)   ? Font::mono28
                        : size >= ui.px(40) ? Font::mono14
                                            : Font::mono12;
      if (text_width(ui, font, text) > cell.width() - ui.px(2)) continue;
      const ImU32 ink = std::isfinite(value) ? number_color(ui, range, value) : ui.theme.t1;
      draw_text_centered(ui, font, cell.center(), ink, text);
    }
  }
}

void draw_variant(const Ui& ui, const StageView& view, const WhatIf::Variant& variant,
                  const Rect& area, std::size_t index) {
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
  const Rect rect = Rect::of(area.min.x, area.min.y + ui.px(24), side, side);
  const Click click = click_area(ui, fmt::format("what-if/{}", index), rect);
  if (!variant.output) {
    draw_hatch(ui, rect, with_alpha(ui.theme.hatch, 0.45F));
    tooltip(ui, click.hovered, variant.reason);
    draw_text(ui, Font::mono12, {rect.min.x, rect.max.y + ui.px(12)}, ui.theme.t3, "no output");
    return;
  }
  draw_output(ui, view, *variant.output, rect);
  if (click.hovered) list().AddRect(rect.min, rect.max, ui.theme.hover, 0, 0, ui.px(1.5F));
  const Shape& shape = variant.output->shape();
  draw_text(ui, Font::mono12, {rect.min.x, rect.max.y + ui.px(12)}, ui.theme.t3,
            fmt::format("{}×{}{}", shape.h, shape.w, current ? " current" : ""));
  if (click.clicked && view.layer != nullptr && !current) {
    ui.act(action::SetLayer{ui.document.selected_layer, variant.layer});
  }
}

}  // namespace

float draw_what_if(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area) {
  auto& what_if = state.panels.of<WhatIf>();
  compute(view, what_if);
  const float gap = ui.px(14);
  const auto count = static_cast<float>(kPlaneSettings.size());
  float width = (area.width() - gap * (count - 1)) / count;
  width = std::max(width, ui.px(86));
  const float top = area.min.y;
  const float height = std::min(area.max.y - ui.px(12), top + width + ui.px(46)) - top;
  float left = area.min.x;
  for (std::size_t i = 0; i < what_if.variants.size() && left + width <= area.max.x + 1.0F; ++i) {
    draw_variant(ui, view, what_if.variants[i], Rect::of(left, top, width, height), i);
    left += width + gap;
  }
  return top + height;
}

}  // namespace poolscope
