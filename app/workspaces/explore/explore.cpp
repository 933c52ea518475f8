#include "app/workspaces/explore/explore.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/user_command.h"
#include "app/workspaces/explore/advice_section.h"
#include "app/workspaces/explore/backward.h"
#include "app/workspaces/explore/border_section.h"
#include "app/workspaces/explore/canvases.h"
#include "app/workspaces/explore/census.h"
#include "app/workspaces/explore/lab.h"
#include "app/workspaces/explore/panels.h"
#include "app/workspaces/explore/playback.h"
#include "app/workspaces/explore/scroll_area.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

constexpr float kMargin = 24.0F;
/// The height of the arithmetic below the canvases, where the inspector is folded: of windows of
/// three rows, and of taller ones, whose sums take more lines.
constexpr float kBand = 152.0F, kTallBand = 190.0F;

/// A column that scrolls when it is longer than its area.
template <class Fill>
void draw_scrolling_column(const Ui& ui, const char* id, const Rect& area, Fill fill) {
  draw_scroll_area(ui, id, area, [&](ImVec2 origin) {
    Column column(ui, Rect::of(origin.x, origin.y + ui.px(8), area.width(), area.height()));
    fill(column);
    return column.y() + ui.px(8);
  });
}

void draw_chip(const Ui& ui, float& x, float y, const std::string& text) {
  const float width = text_width(ui, Font::mono12, text) + ui.px(14);
  draw_list().AddRectFilled({x, y - ui.px(11)}, {x + width, y + ui.px(11)}, ui.theme.ctl, ui.px(4));
  draw_text(ui, Font::mono12, {x + ui.px(7), y}, ui.theme.t2, text);
  x += width + ui.px(8);
}

void draw_channel_picker(const Ui& ui, const StageView& view, float& right, float y) {
  // Behind a convolution its own channels are chosen.
  const bool own = view.output_channels() > 1 && view.has_own_channels();
  const std::int64_t channels = own ? view.output_channels() : view.input.shape().c;
  if (channels < 2) return;
  const float height = ui.px(32);
  if (!own && view.colours) {
    constexpr std::array<std::string_view, 5> kItems{"RGB", "R", "G", "B", "A"};
    const auto count = static_cast<std::size_t>(channels) + 1;
    const float width = ui.px(44) * static_cast<float>(count);
    const int current = view.planes.composite ? 0 : static_cast<int>(view.planes.channel) + 1;
    const auto chosen =
        segmented(ui, "view/channel", Rect::of(right - width, y - height * 0.5F, width, height),
                  std::span(kItems).first(count), current);
    tooltip(ui, "All colours together, or one channel as numbers");
    if (chosen) {
      ui.edit_view([&](View& v) {
        v.composite = *chosen == 0;
        if (*chosen > 0) v.channel = *chosen - 1;
      });
    }
    right -= width + ui.px(16);
    return;
  }
  const float width = ui.px(110);
  const std::string range =
      fmt::format("the {} has channels 0 to {}", own ? "output" : "input", channels - 1);
  const std::string tip = "The channel shown; " + range;
  const StepperEdit edit = stepper(
      ui, "view/channel", Rect::of(right - width, y - height * 0.5F, width, height),
      {.value = own ? view.output_planes.channel : view.planes.channel, .min = 0, .tip = tip});
  if (edit.kind != StepKind::none) {
    const std::int64_t channel = std::clamp<std::int64_t>(edit.value, 0, channels - 1);
    ui.memory.limits.erase("channel");
    if (channel != edit.value) ui.memory.limits["channel"] = range;
    ui.edit_view([&](View& v) { v.channel = channel; }, true);
  }
  right -= width + ui.px(8);
  draw_text_right(ui, Font::sans13, {right, y}, ui.theme.t3, "Channel");
  right -= ui.px(66);
}

void draw_view_controls(const Ui& ui, const StageView& view, float left, float& right, float y) {
  const float height = ui.px(32);
  const auto place = [&](float width) {
    right -= width;
    const Rect rect = Rect::of(right, y - height * 0.5F, width, height);
    right -= ui.px(8);
    return rect;
  };
  if (button(
          ui, "view/fit", place(ui.px(32)),
          {.icon = Icon::expand, .flat = true, .tip = "Fit the whole input", .command = "fit"})) {
    ui.act(action::SetCamera{});
  }
  if (view.layer != nullptr && view.output != nullptr) {
    if (check_box(ui, "view/gradient", place(ui.px(84)), "Gradient", ui.document.lens.on))
      toggle_lens(ui);
    tooltip(ui, tip_with_key("Turn the panes round: how a gradient flows back", "lens"));
  }
  const float picker = view.input.shape().c > 1 ? ui.px(244) : 0.0F;
  const float name =
      view.layer ? text_width(ui, Font::sans16_semibold, view.layer->kind->name) : 0.0F;
  if (right - left > ui.px(480) + picker + name) {
    const bool indices =
        check_box(ui, "view/indices", place(ui.px(74)), "Indices", ui.document.view.indices);
    tooltip(ui, tip_with_key("Row and column numbers around the canvases", "indices"));
    if (indices) {
      ui.edit_view([](View& v) { v.indices = !v.indices; });
    }
    const bool values =
        check_box(ui, "view/values", place(ui.px(72)), "Values", ui.document.view.values);
    tooltip(ui, tip_with_key("Numbers in the cells", "values"));
    if (values) {
      ui.edit_view([](View& v) { v.values = !v.values; });
    }
  }
  // What has no room here is in the View menu.
  constexpr std::array<std::string_view, 2> kScales{"Shared", "Own"};
  if (right - left > ui.px(280) + picker + name) {
    const auto scale = combo(ui, "view/range", place(ui.px(128)), kScales,
                             static_cast<int>(ui.document.view.range), "Scale");
    tooltip(ui, "One range of colours for input and output, or one for each");
    if (scale) ui.edit_view([&](View& v) { v.range = static_cast<RangeScale>(*scale); });
  }
  if (right - left > ui.px(140) + picker + name) {
    std::vector<std::string_view> maps;
    for (const ColorMap map : kColorMaps) maps.push_back(color_map_title(map));
    const auto map = combo(ui, "view/map", place(ui.px(134)), maps,
                           static_cast<int>(ui.document.view.map), "Map");
    tooltip(ui, "Colours of the values; each map keeps its order for colour-blind eyes");
    if (map) ui.edit_view([&](View& v) { v.map = static_cast<ColorMap>(*map); });
  }
  right -= ui.px(8);
  draw_channel_picker(ui, view, right, y);
}

/// One number where all sides agree, two for rows and columns, else all four.
std::string padding_text(const Pads& pads) {
  if (pads.top != pads.bottom || pads.left != pads.right) {
    return fmt::format("{},{},{},{}", pads.top, pads.left, pads.bottom, pads.right);
  }
  if (pads.top == pads.left) return fmt::format("{}", pads.top);
  return fmt::format("{}×{}", pads.top, pads.left);
}

/// The sizes that matter most, in words: `kernel 2×2`, `stride 2`, `padding 0`.
std::vector<std::string> setting_chips(const Layer& layer) {
  const auto sides = [](Pair pair) {
    return pair.h == pair.w ? fmt::format("{}", pair.h) : fmt::format("{}×{}", pair.h, pair.w);
  };
  std::vector<std::string> chips;
  const auto has = [&](auto member) {
    const auto& all = layer.kind->parameters;
    return std::any_of(all.begin(), all.end(),
                       [&](const Parameter& p) { return p.field == ParameterField(member); });
  };
  if (has(&Layer::kernel_size))
    chips.push_back(fmt::format("kernel {}×{}", layer.kernel_size.h, layer.kernel_size.w));
  if (has(&Layer::stride)) chips.push_back("stride " + sides(layer.effective_stride()));
  if (has(&Layer::padding)) chips.push_back("padding " + padding_text(layer.padding));
  if (chips.empty()) chips.push_back(layer_summary(layer));
  return chips;
}

/// Name and settings of the layer on the left, how values are drawn on the right.
void draw_toolbar(const Ui& ui, const StageView& view, const Rect& area) {
  const float y = area.min.y + ui.px(28);
  float right = area.max.x;
  draw_view_controls(ui, view, area.min.x, right, y);
  if (view.layer == nullptr) {
    draw_text(ui, Font::sans16_semibold, {area.min.x, y}, ui.theme.t1, "No layers yet");
    return;
  }
  const std::string name =
      view.is_span() ? fmt::format("Layers {} to {}", view.input_stage + 1, view.output_stage)
                     : std::string(view.layer->kind->name);
  const float name_width = text_width(ui, Font::sans16_semibold, name);
  draw_text_cut(ui, Font::sans16_semibold, {area.min.x, y}, ui.theme.t1, right - area.min.x, name);
  if (view.is_span()) return;
  float x = area.min.x + name_width + ui.px(12);
  for (const std::string& chip : setting_chips(*view.layer)) {
    if (x + text_width(ui, Font::mono12, chip) + ui.px(14) > right) break;
    draw_chip(ui, x, y, chip);
  }
}

/// Why there is nothing to show.
void draw_empty(const Ui& ui, const Rect& area) {
  std::string text = "Drop a picture, a table of numbers or an .npy file here";
  if (ui.evaluation == nullptr) {
    text = "computing the first picture";
  } else if (ui.evaluation->trace.error) {
    text = ui.evaluation->trace.error->message;
  } else if (ui.document.source.array.tensor.shape().n == 0) {
    text = "The batch is empty: there is nothing to show";
  }
  draw_text_centered(ui, Font::sans14, area.center(), ui.theme.t2, text);
}

}  // namespace

void Explore::begin(const Ui& ui) {
  answer_source_commands(ui);
  view_ = make_stage_view(ui, state_.span);
  if (view_) update_lens(ui, *view_, state_);
  if (view_) handle_canvas_keys(ui, *view_, state_);
  if (ui.asked("code/copy")) copy_as_code(ui);
  if (view_) run_playback(ui, *view_, state_);
}

void Explore::draw_left(const Ui& ui, const Rect& area) {
  draw_scrolling_column(ui, "left", area, [&](Column& column) {
    if (ui.document.view.projector) {
      draw_compact_source(ui, column);
    } else {
      draw_source_panel(ui, state_, column);
      column.divider();
      draw_pipeline_panel(ui, column);
    }
    column.divider();
    draw_parameter_panel(ui, column);
  });
}

void Explore::draw_center(const Ui& ui, const Rect& area, bool inspector_folded) {
  if (!view_) return draw_empty(ui, area);
  const float least = ui.px(inspector_folded ? 500.0F : 340.0F);
  if (area.height() >= least) return draw_middle(ui, area, inspector_folded);
  // A window too low for all of it scrolls.
  draw_scrolling_column(ui, "center scroll", area, [&](Column& column) {
    const float top = column.y() - ui.px(8);
    draw_middle(ui, {{area.min.x, top}, {area.max.x, top + least}}, inspector_folded);
    column.skip_pixels(least - ui.px(16));
  });
}

void Explore::draw_middle(const Ui& ui, const Rect& area, bool inspector_folded) {
  const Rect inner{{area.min.x + ui.px(kMargin), area.min.y},
                   {area.max.x - ui.px(kMargin), area.max.y}};
  const bool projector = ui.document.view.projector;
  if (!projector) draw_toolbar(ui, *view_, inner);
  const PlaneWindows* const windows = view_->windows();
  const bool tall = windows && !windows->rows.empty() && windows->rows.front().count > 3;
  const float band = inspector_folded ? ui.px(tall ? kTallBand : kBand) : 0.0F;
  const float top = inner.min.y + ui.px(projector ? 16 : 56);
  const bool has_output = view_->output != nullptr;
  // A class sees a panel when it was chosen for it.
  const bool has_lab = has_output && !(projector && ui.document.view.lab.empty());
  const float lab = has_lab ? ui.px(shown_lab_panel(ui, *view_).height) : 0.0F;
  const bool backward = has_output && view_->layer != nullptr && ui.document.lens.on;
  const float lens = backward ? lens_row_height(ui) : 0.0F;
  const float bar = lens + (has_output ? playback_bar_height(ui, *view_) : 0.0F);
  // A low window keeps its canvases and does without the panel.
  const float end = inner.max.y - band - bar;
  const float bottom = std::max(end - lab, std::min(end, top + ui.px(300)));
  const Rect canvases{{inner.min.x, top}, {inner.max.x, bottom}};
  float y = draw_canvases(ui, *view_, state_, canvases);
  if (has_output) {
    draw_divider(ui, area.min.x, area.max.x, y);
    if (backward) draw_lens_row(ui, *view_, Rect::of(inner.min.x, y, inner.width(), lens));
    if (backward) draw_divider(ui, area.min.x, area.max.x, y + lens);
    draw_playback_bar(ui, *view_, {{inner.min.x, y + lens}, {inner.max.x, y + bar}});
    y += bar - ui.px(12);
  }
  if (inspector_folded) {
    draw_divider(ui, area.min.x, area.max.x, y + ui.px(8));
    y = draw_arithmetic_band(ui, *view_, state_, {{inner.min.x, y + ui.px(8)}, inner.max});
  }
  if (has_lab) draw_below(ui, area, {{inner.min.x, y + ui.px(12)}, inner.max});
}

void Explore::draw_below(const Ui& ui, const Rect& area, Rect rest) {
  const auto divide = [&] {
    draw_divider(ui, area.min.x, area.max.x, rest.min.y);
    rest.min.y += ui.px(8);
  };
  if (rest.height() < ui.px(120)) return;
  const LabPanel& panel = shown_lab_panel(ui, *view_);
  if (panel.below_strip && is_small_grid(ui, *view_) && rest.height() >= ui.px(390)) {
    divide();
    rest.min.y = draw_film_strip(ui, *view_, state_, rest) + ui.px(4);
  }
  divide();
  draw_lab(ui, *view_, state_, rest);
}

void Explore::draw_inspector_column(const Ui& ui, const Rect& area) {
  if (!view_) return;
  draw_scrolling_column(ui, "inspector", area, [&](Column& column) {
    draw_inspector(ui, *view_, state_, column);
    if (!view_->hides_any()) draw_census_section(ui, *view_, state_, column);
    draw_gradient_section(ui, *view_, state_, column);
    if (!view_->hides_selection()) draw_border_section(ui, *view_, state_, column);
    draw_advice_section(ui, *view_, state_, column);
    draw_export_section(ui, state_, column);
  });
}

std::string Explore::cursor_text() const {
  if (!view_ || !state_.hovered) return {};
  const HoveredCell& cell = *state_.hovered;
  if (view_->lens) return lens_cursor_text(*view_, cell);
  if (cell.canvas == CanvasKind::output) {
    if (view_->output == nullptr) return {};
    if (view_->hides(cell.row, cell.col))
      return fmt::format("output ({}, {}) is hidden", cell.row, cell.col);
    return fmt::format("output ({}, {}) = {}", cell.row, cell.col,
                       number_text(static_cast<double>(view_->output_value(cell.row, cell.col))));
  }
  if (!view_->inside(cell.row, cell.col))
    return fmt::format("row {}, col {}: padding", cell.row, cell.col);
  std::string text =
      fmt::format("row {}, col {} = {}", cell.row, cell.col,
                  number_text(static_cast<double>(view_->input_value(cell.row, cell.col))));
  return is_unread(*view_, cell.row, cell.col) ? text + ", read by no window" : text;
}

}  // namespace poolscope
