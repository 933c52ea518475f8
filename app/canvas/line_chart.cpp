#include "app/canvas/line_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "app/draw_list.h"

namespace poolscope {
namespace {

/// Where the curves lie, and what the y axis spans.
struct Plot {
  Rect rect;
  std::vector<double> ticks;
  std::size_t places = 0;

  float x_of(std::size_t place) const {
    if (places < 2) return rect.center().x;
    return rect.min.x + rect.width() * static_cast<float>(place) / static_cast<float>(places - 1);
  }
  float y_of(double value) const {
    const double low = ticks.front(), high = ticks.back();
    return rect.max.y - rect.height() * static_cast<float>((value - low) / (high - low));
  }
};

std::vector<double> value_ticks(const LineChart& chart) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const ChartSeries& series : chart.series) {
    for (const double value : series.values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  if (low > high) low = high = 0.0;
  if (chart.from_zero) low = std::min(low, 0.0);
  return axis_ticks(low, high);
}

float widest(const Ui& ui, Font font, const std::vector<std::string>& texts) {
  float width = 0.0F;
  for (const std::string& text : texts) width = std::max(width, text_width(ui, font, text));
  return width;
}

Plot plot_of(const Ui& ui, const Rect& rect, const LineChart& chart) {
  Plot plot{rect, value_ticks(chart), chart.places.size()};
  std::vector<std::string> numbers, labels;
  for (const double tick : plot.ticks) numbers.push_back(number_text(tick));
  for (const ChartSeries& series : chart.series) labels.push_back(series.label);
  plot.rect.min.x += widest(ui, Font::mono12, numbers) + ui.px(14);
  plot.rect.max.x -= widest(ui, Font::sans12, labels) + ui.px(28);
  plot.rect.min.y += ui.px(26);
  plot.rect.max.y -= ui.px(38);
  return plot;
}

void draw_axes(const Ui& ui, const Rect& rect, const Plot& plot, const LineChart& chart) {
  draw_text(ui, Font::sans12, {rect.min.x, rect.min.y + ui.px(8)}, ui.theme.t3, chart.y_title);
  for (const double tick : plot.ticks) {
    const float y = std::round(plot.y_of(tick));
    draw_divider(ui, plot.rect.min.x, plot.rect.max.x, y);
    draw_text_right(ui, Font::mono12, {plot.rect.min.x - ui.px(8), y}, ui.theme.t3,
                    number_text(tick));
  }
  float free = -std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < chart.places.size(); ++i) {
    const float x = plot.x_of(i), half = text_width(ui, Font::mono12, chart.places[i]) * 0.5F;
    const bool marked = chart.marked == i;
    if (marked) {
      draw_list().AddLine({x, plot.rect.min.y}, {x, plot.rect.max.y},
                          with_alpha(ui.theme.acc, 0.6F), ui.px(1));
    }
    if (x - half < free) continue;
    free = x + half + ui.px(6);
    draw_text_centered(ui, Font::mono12, {x, plot.rect.max.y + ui.px(12)},
                       marked ? ui.theme.acctext : ui.theme.t3, chart.places[i]);
  }
  draw_text_centered(ui, Font::sans12, {plot.rect.center().x, plot.rect.max.y + ui.px(29)},
                     ui.theme.t3, chart.x_title);
}

void draw_series(const Ui& ui, const Plot& plot, const ChartSeries& series) {
  const float width = ui.px(series.strong ? 2.5F : 1.5F);
  for (std::size_t i = 0; i + 1 < series.values.size(); ++i) {
    if (!std::isfinite(series.values[i]) || !std::isfinite(series.values[i + 1])) continue;
    draw_list().AddLine({plot.x_of(i), plot.y_of(series.values[i])},
                        {plot.x_of(i + 1), plot.y_of(series.values[i + 1])}, series.style.color,
                        width);
  }
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    if (!std::isfinite(series.values[i])) continue;
    draw_marker(ui, series.style.marker, {plot.x_of(i), plot.y_of(series.values[i])},
                series.style.color);
  }
}

/// The last point that a curve has.
std::optional<std::size_t> last_place(const ChartSeries& series) {
  for (std::size_t i = series.values.size(); i-- > 0;) {
    if (std::isfinite(series.values[i])) return i;
  }
  return {};
}

/// Names at the ends of the lines, moved apart where they would lie on one another.
void draw_labels(const Ui& ui, const Plot& plot, const LineChart& chart) {
  std::vector<std::pair<float, const ChartSeries*>> labels;
  for (const ChartSeries& series : chart.series) {
    if (const auto last = last_place(series))
      labels.emplace_back(plot.y_of(series.values[*last]), &series);
  }
  std::ranges::sort(labels, {}, [](const auto& label) { return label.first; });
  const float pitch = ui.px(15);
  for (std::size_t i = 1; i < labels.size(); ++i)
    labels[i].first = std::max(labels[i].first, labels[i - 1].first + pitch);
  float bottom = plot.rect.max.y + pitch;
  for (std::size_t i = labels.size(); i-- > 0;)
    bottom = labels[i].first = std::min(labels[i].first, bottom - pitch);
  for (const auto& [y, series] : labels) {
    draw_marker(ui, series->style.marker, {plot.rect.max.x + ui.px(16), y}, series->style.color);
    draw_text(ui, Font::sans12, {plot.rect.max.x + ui.px(25), y},
              series->strong ? ui.theme.t1 : ui.theme.t2, series->label);
  }
}

std::optional<ChartPoint> point_near(const Ui& ui, const Plot& plot, const LineChart& chart,
                                     ImVec2 mouse) {
  std::optional<ChartPoint> nearest;
  float best = ui.px(14);
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    const auto& values = chart.series[s].values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) continue;
      const float far = std::hypot(plot.x_of(i) - mouse.x, plot.y_of(values[i]) - mouse.y);
      if (far >= best) continue;
      best = far;
      nearest = ChartPoint{s, i};
    }
  }
  return nearest;
}

/// Where each point lies, for --dump-document.
void note_points(const Ui& ui, std::string_view id, const Plot& plot, const LineChart& chart) {
  const float r = ui.px(4);
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    for (std::size_t i = 0; i < chart.places.size(); ++i) {
      const double value = chart.series[s].values[i];
      if (!std::isfinite(value)) continue;
      ui.memory.controls[fmt::format("{}/{}/{}", id, s, i)] =
          Rect::of(plot.x_of(i) - r, plot.y_of(value) - r, 2 * r, 2 * r);
    }
  }
}

}  // namespace

void draw_marker(const Ui& ui, Marker marker, ImVec2 c, ImU32 color) {
  const float r = ui.px(4);
  switch (marker) {
    case Marker::circle:
      return draw_list().AddCircleFilled(c, r, color);
    case Marker::square:
      return draw_list().AddRectFilled({c.x - r * 0.9F, c.y - r * 0.9F},
                                       {c.x + r * 0.9F, c.y + r * 0.9F}, color);
    case Marker::triangle:
      return draw_list().AddTriangleFilled({c.x, c.y - r * 1.1F}, {c.x + r * 1.1F, c.y + r * 0.8F},
                                           {c.x - r * 1.1F, c.y + r * 0.8F}, color);
    case Marker::diamond:
      return draw_list().AddQuadFilled({c.x, c.y - r * 1.2F}, {c.x + r * 1.2F, c.y},
                                       {c.x, c.y + r * 1.2F}, {c.x - r * 1.2F, c.y}, color);
    case Marker::cross:
      draw_list().AddLine({c.x - r, c.y - r}, {c.x + r, c.y + r}, color, ui.px(2));
      return draw_list().AddLine({c.x - r, c.y + r}, {c.x + r, c.y - r}, color, ui.px(2));
  }
}

SeriesStyle series_style(const Ui& ui, std::size_t index) {
  // Colours repeat after four and markers after five: the first twenty pairs differ.
  return {ui.theme.series[index % ui.theme.series.size()], static_cast<Marker>(index % 5)};
}

std::vector<double> axis_ticks(double low, double high) {
  if (!(high > low)) {
    const double room = low == 0.0 ? 1.0 : std::abs(low) * 0.5;
    high = low + room;
    low -= low == 0.0 ? 0.0 : room;
  }
  const double rough = (high - low) / 4.0;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = power;
  for (const double factor : {1.0, 2.0, 2.5, 5.0, 10.0}) {
    step = power * factor;
    if (step >= rough * (1.0 - 1e-9)) break;
  }
  const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
  std::vector<double> ticks;
  for (double i = first; i <= last; i += 1.0) ticks.push_back(i * step);
  return ticks;
}

std::optional<ChartPoint> draw_line_chart(const Ui& ui, std::string_view id, const Rect& rect,
                                          const LineChart& chart) {
  const Plot plot = plot_of(ui, rect, chart);
  if (plot.rect.width() < ui.px(40) || plot.rect.height() < ui.px(30)) return {};
  const Click click = click_area(ui, id, rect);
  draw_axes(ui, rect, plot, chart);
  for (const ChartSeries& series : chart.series) draw_series(ui, plot, series);
  draw_labels(ui, plot, chart);
  note_points(ui, id, plot, chart);
  if (!click.hovered) return {};
  const auto point = point_near(ui, plot, chart, ImGui::GetIO().MousePos);
  if (!point) return {};
  const ChartSeries& series = chart.series[point->series];
  const double value = series.values[point->place];
  draw_list().AddCircle({plot.x_of(point->place), plot.y_of(value)}, ui.px(8), ui.theme.t1, 0,
                        ui.px(1.5F));
  tooltip(ui, true,
          fmt::format("{}, {} {}: {}", series.label, chart.x_title, chart.places[point->place],
                      number_text(value)));
  return click.clicked ? point : std::nullopt;
}

}  // namespace poolscope
