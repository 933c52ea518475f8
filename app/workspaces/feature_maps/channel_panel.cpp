#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/workspaces/feature_maps/panels.h"

namespace poolscope {
namespace {

/// Histograms of the channel shown, kept while it is the same.
struct KeptHistograms {
  std::uint64_t maps = 0;
  std::int64_t channel = -1, input_channel = -1;
  ChannelHistogram before, after;
};

void draw_bins(const Ui& ui, const Rect& area, const ChannelHistogram& histogram, ImU32 color) {
  const auto most = *std::ranges::max_element(histogram.counts);
  if (most == 0) return;
  const float width = area.width() / static_cast<float>(ChannelHistogram::kBins);
  for (std::size_t i = 0; i < ChannelHistogram::kBins; ++i) {
    if (histogram.counts[i] == 0) continue;
    // Zeros are so many that a straight scale would show nothing else.
    const double share =
        std::sqrt(static_cast<double>(histogram.counts[i]) / static_cast<double>(most));
    const float height = std::max(ui.px(1), area.height() * static_cast<float>(share));
    const float x = area.min.x + width * static_cast<float>(i);
    draw_list().AddRectFilled({x, area.max.y - height},
                              {x + std::max(1.0F, width - 1.0F), area.max.y}, color);
  }
}

void draw_histogram(const Ui& ui, Column& column, std::string_view name,
                    const ChannelHistogram& histogram, ImU32 color) {
  const Rect row = column.row(20, 2);
  draw_text(ui, Font::sans12, {row.min.x, row.center().y}, ui.theme.t3, name);
  draw_text_right(ui, Font::mono12, {row.max.x, row.center().y}, ui.theme.t3,
                  fmt::format("{} … {}", number_text(static_cast<double>(histogram.min)),
                              number_text(static_cast<double>(histogram.max))));
  draw_bins(ui, column.row(36, 6), histogram, color);
}

std::array<std::string, 5> figure_texts(const ChannelFigures& figures) {
  return {number_text(static_cast<double>(figures.min)),
          number_text(static_cast<double>(figures.max)), number_text(figures.mean),
          number_text(std::sqrt(figures.variance)), percent_text(figures.zeros)};
}

}  // namespace

void draw_channel_section(const Ui& ui, MapsState& state, Column& column) {
  if (!state.maps || state.maps->before.values.empty() || state.maps->after.values.empty()) return;
  const LayerMaps& maps = *state.maps;
  const ModelView& view = ui.document.model_view;
  const std::int64_t channel = maps.after.nearest(view.channel);
  const std::int64_t input =
      maps.before.nearest(maps.keeps_channels() ? channel : view.input_channel);
  auto& kept = state.panels.of<KeptHistograms>();
  if (kept.maps != maps.serial || kept.channel != channel || kept.input_channel != input) {
    kept = {maps.serial, channel, input, channel_histogram(maps.before.values, input),
            channel_histogram(maps.after.values, channel)};
  }
  column.divider();
  const Rect title = column.title(fmt::format("Channel {} in figures", channel));
  (void)title;
  const auto before = figure_texts(maps.before.figures[static_cast<std::size_t>(input)]);
  const auto after = figure_texts(maps.after.figures[static_cast<std::size_t>(channel)]);
  constexpr std::array<std::string_view, 5> kNames{"Min", "Max", "Mean", "Std", "Zeros"};
  const Rect head = column.row(24, 0);
  const float middle = head.max.x - ui.px(96);
  draw_text_right(ui, Font::sans12, {middle, head.center().y}, ui.theme.t3, "before");
  draw_text_right(ui, Font::sans12, {head.max.x, head.center().y}, ui.theme.t3, "after");
  std::string told;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const Rect row = column.row(24, 0);
    draw_text(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, kNames[i]);
    draw_text_right(ui, Font::mono12, {middle, row.center().y}, ui.theme.t1, before[i]);
    draw_text_right(ui, Font::mono12, {row.max.x, row.center().y}, ui.theme.t1, after[i]);
    told += fmt::format("{}{} {} → {}", told.empty() ? "" : "; ", kNames[i], before[i], after[i]);
  }
  ui.tell("figures", told);
  column.space(6);
  draw_histogram(ui, column, "Before", kept.before, ui.theme.edge);
  draw_histogram(ui, column, "After", kept.after, ui.theme.acc);
}

}  // namespace poolscope
