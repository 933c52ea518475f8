#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/ui.h"

namespace poolscope {

/// The shape of a curve's points, so that curves are told apart without colour.
enum class Marker { circle, square, triangle, diamond, cross };

void draw_marker(const Ui& ui, Marker marker, ImVec2 center, ImU32 color);

/// The colour and marker of the i-th curve of a chart: those of the design, then mixtures of them.
struct SeriesStyle {
  ImU32 color;
  Marker marker;
};
SeriesStyle series_style(const Ui& ui, std::size_t index);

/// One curve: a value for each place on the x axis; NaN for none.
struct ChartSeries {
  std::string label;  ///< At the end of the line.
  SeriesStyle style;
  bool strong = false;  ///< The selected one, drawn thicker.
  std::vector<double> values;
};

/// Curves over the same places.
struct LineChart {
  std::vector<std::string> places;  ///< Along x, evenly spaced.
  std::string x_title, y_title;
  std::vector<ChartSeries> series;
  std::optional<std::size_t> marked;  ///< The place that is the current one.
  bool from_zero = false;             ///< The y axis begins at 0.
};

/// A point of a chart, by curve and place.
struct ChartPoint {
  std::size_t series = 0, place = 0;
};

/// Draws the chart with its axes into `rect`, and the numbers of the point under the mouse as a
/// tooltip; gives the point that was clicked.
std::optional<ChartPoint> draw_line_chart(const Ui& ui, std::string_view id, const Rect& rect,
                                          const LineChart& chart);

/// Four to seven round numbers that span low to high.
std::vector<double> axis_ticks(double low, double high);

}  // namespace poolscope
