#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "app/background.h"
#include "app/draw_list.h"
#include "app/workspaces/explore/panels.h"

namespace poolscope {
namespace {

constexpr int kHistogramBins = 64;

/// Figures of one plane's finite values; bins over the range of input and output together.
struct PlaneFigures {
  std::int64_t count = 0;
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  double mean = 0.0, std = 0.0;
  std::array<std::int64_t, kHistogramBins> bins{};
};

/// The run and the plane that figures belong to.
struct FiguresKey {
  std::uint64_t evaluation = 0;
  std::int64_t plane = -1, output_plane = -1;
  std::size_t layer = 0;
  bool operator==(const FiguresKey&) const = default;
};

/// Of input and output.
using ValueFigures = Background<FiguresKey, std::array<PlaneFigures, 2>>;

PlaneFigures figures_of(std::span<const float> values, ValueRange range) {
  PlaneFigures figures;
  double sum = 0.0, squares = 0.0;
  const double scale =
      range.high > range.low ? kHistogramBins / static_cast<double>(range.high - range.low) : 0.0;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    const auto v = static_cast<double>(value);
    ++figures.count;
    sum += v;
    squares += v * v;
    figures.min = std::min(figures.min, v);
    figures.max = std::max(figures.max, v);
    const auto bin = static_cast<int>((v - static_cast<double>(range.low)) * scale);
    ++figures.bins[static_cast<std::size_t>(std::clamp(bin, 0, kHistogramBins - 1))];
  }
  if (figures.count == 0) return figures;
  const auto n = static_cast<double>(figures.count);
  figures.mean = sum / n;
  figures.std = std::sqrt(std::max(0.0, squares / n - figures.mean * figures.mean));
  return figures;
}

/// Counts in the background; the last figures stay until the new ones are there.
void update(const Ui& ui, const StageView& view, ValueFigures& figures) {
  const PlaneStats& in = view.input_picture->stats(view.plane);
  const PlaneStats& out = view.output_picture->stats(view.output_plane);
  const ValueRange range{std::min(in.min, out.min), std::max(in.max, out.max)};
  const FiguresKey key{view.evaluation->serial, view.plane, view.output_plane,
                       ui.document.selected_layer};
  figures.update(ui, key,
                 [input = view.input, output = view.output->values, plane = view.plane,
                  output_plane = view.output_plane, range](const std::atomic<bool>&) {
                   return std::array{figures_of(input.plane(plane), range),
                                     figures_of(output.plane(output_plane), range)};
                 });
}

float share(const PlaneFigures& figures, std::size_t bin) {
  if (figures.count == 0) return 0.0F;
  return static_cast<float>(figures.bins[bin]) / static_cast<float>(figures.count);
}

void draw_histogram(const Ui& ui, const std::array<PlaneFigures, 2>& figures, const Rect& rect) {
  float peak = 1e-9F;
  for (const PlaneFigures& side : figures) {
    for (std::size_t bin = 0; bin < kHistogramBins; ++bin) peak = std::max(peak, share(side, bin));
  }
  const float width = rect.width() / kHistogramBins;
  const auto height = [&](float value) { return rect.height() * value / peak; };
  for (std::size_t bin = 0; bin < kHistogramBins; ++bin) {
    const float x = rect.min.x + width * static_cast<float>(bin);
    draw_list().AddRectFilled({x, rect.max.y - height(share(figures[0], bin))},
                              {x + width - ui.px(1), rect.max.y}, ui.theme.cov[4]);
  }
  for (std::size_t bin = 0; bin < kHistogramBins; ++bin) {
    const float x = rect.min.x + width * static_cast<float>(bin);
    const float y = rect.max.y - height(share(figures[1], bin));
    draw_list().PathLineTo({x, y});
    draw_list().PathLineTo({x + width, y});
  }
  draw_list().PathStroke(ui.theme.t1, ImDrawFlags_None, ui.px(1.5F));
  draw_divider(ui, rect.min.x, rect.max.x, rect.max.y);
}

void draw_histogram_axis(const Ui& ui, const std::array<PlaneFigures, 2>& figures,
                         const Rect& rect) {
  const double low = std::min(figures[0].min, figures[1].min),
               high = std::max(figures[0].max, figures[1].max);
  const float y = rect.max.y + ui.px(14);
  for (int i = 0; i <= 4; ++i) {
    const std::string text = short_number_text(low + (high - low) * i / 4.0, 6);
    const float x = rect.min.x + rect.width() * static_cast<float>(i) / 4.0F;
    if (i == 0) draw_text(ui, Font::mono12, {x, y}, ui.theme.t3, text);
    if (i == 4) draw_text_right(ui, Font::mono12, {x, y}, ui.theme.t3, text);
    if (i > 0 && i < 4) draw_text_centered(ui, Font::mono12, {x, y}, ui.theme.t3, text);
  }
}

void draw_table(const Ui& ui, const std::array<PlaneFigures, 2>& figures, const Rect& rect) {
  constexpr std::array<std::string_view, 4> kColumns{"min", "mean", "max", "std"};
  constexpr std::array<std::string_view, 3> kRows{"Input", "Output", "Change"};
  const auto values = [](const PlaneFigures& f) { return std::array{f.min, f.mean, f.max, f.std}; };
  const auto input = values(figures[0]), output = values(figures[1]);
  const float column = (rect.width() - ui.px(64)) / 4.0F;
  const int digits =
      static_cast<int>((column - ui.px(8)) / text_width(ui, Font::mono13, "0")) - 1;  // One a sign.
  const auto right = [&](std::size_t i) {
    return rect.min.x + ui.px(64) + column * static_cast<float>(i + 1);
  };
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    draw_text_right(ui, Font::sans12, {right(i), rect.min.y + ui.px(10)}, ui.theme.t3, kColumns[i]);
  }
  for (std::size_t row = 0; row < kRows.size(); ++row) {
    const float y = rect.min.y + ui.px(40) + ui.px(32) * static_cast<float>(row);
    draw_divider(ui, rect.min.x, rect.max.x, y - ui.px(16));
    draw_text(ui, Font::sans13, {rect.min.x, y}, row == 2 ? ui.theme.t3 : ui.theme.t2, kRows[row]);
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      const double value = row == 0 ? input[i] : row == 1 ? output[i] : output[i] - input[i];
      std::string text = short_number_text(value, std::clamp(digits, 3, 6));
      if (row == 2 && value > 0) text = "+" + text;
      draw_text_right(ui, Font::mono13, {right(i), y}, row == 2 ? ui.theme.t3 : ui.theme.t1, text);
    }
  }
}

}  // namespace

float draw_value_statistics(const Ui& ui, const StageView& view, ExploreState& state,
                            const Rect& area) {
  auto& figures = state.panels.of<ValueFigures>();
  update(ui, view, figures);
  if (figures.shown() == nullptr) return area.max.y;
  const std::array<PlaneFigures, 2>& shown = *figures.shown();
  const float y = area.min.y + ui.px(6);
  draw_list().AddRectFilled({area.min.x, y - ui.px(5)}, {area.min.x + ui.px(10), y + ui.px(5)},
                            ui.theme.cov[4]);
  float x = draw_text(ui, Font::sans12, {area.min.x + ui.px(15), y}, ui.theme.t3, "input");
  x += ui.px(14);
  draw_list().AddRectFilled({x, y - ui.px(1)}, {x + ui.px(14), y + ui.px(1)}, ui.theme.t1);
  x = draw_text(ui, Font::sans12, {x + ui.px(20), y}, ui.theme.t3, "output");
  if (view.input.shape().c > 1) {
    draw_text(ui, Font::sans12, {x + ui.px(14), y}, ui.theme.t3, "channel " + view.channel_name());
  }
  const float table = std::min(ui.px(300), area.width() * 0.5F);
  const float bottom = std::min(area.max.y - ui.px(36), area.min.y + ui.px(170));
  const Rect histogram{{area.min.x, area.min.y + ui.px(20)},
                       {area.max.x - table - ui.px(32), bottom}};
  draw_histogram(ui, shown, histogram);
  draw_histogram_axis(ui, shown, histogram);
  draw_table(ui, shown, {{area.max.x - table, area.min.y - ui.px(6)}, {area.max.x, bottom}});
  return bottom;
}

}  // namespace poolscope
