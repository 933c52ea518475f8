#include "core/analysis/sweep.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "app/canvas/line_chart.h"
#include "app/draw_list.h"
#include "app/flow.h"
#include "app/gathered.h"
#include "app/workspaces/explore/panels.h"
#include "app/workspaces/explore/small_plane.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

struct SweepKey {
  PlaneKey plane;
  Layer layer;
  std::vector<SweepAxis> axes;  ///< Down, and across where there are two.
  bool operator==(const SweepKey&) const = default;
};

/// One setting: its figures, and its output as far as it is drawn.
struct Swept {
  SweepCell cell;  ///< Without its output.
  SmallPlane output;
};

struct SweepPanel {
  Gathered<SweepKey, Swept> cells;
  std::vector<HeatmapTexture> textures;
};

/// The axes that the document names, or kernel by stride where the layer has them: stride goes
/// down, for there are fewer of them.
std::vector<SweepAxis> chosen_axes(const Ui& ui, const Layer& layer) {
  const auto offered = sweep_axes(layer);
  const SweepView& view = ui.document.view.sweep;
  const auto named = [&](std::string_view name) {
    return std::ranges::find(offered, name, &SweepAxis::parameter);
  };
  std::vector<SweepAxis> axes;
  if (named(view.down) != offered.end() && named(view.across) != offered.end() &&
      view.down != view.across) {
    return {*named(view.down), *named(view.across)};
  }
  if (offered.empty()) return {};
  if (offered.size() == 1) return {offered.front()};
  return {offered[1], offered[0]};
}

const std::vector<std::string>& down_of(const SweepKey& key) { return key.axes.front().values; }
std::size_t across_of(const SweepKey& key) {
  return key.axes.size() > 1 ? key.axes.back().values.size() : 1;
}

SweepMeasure chosen_measure(const Ui& ui) {
  for (const SweepMeasure measure : kSweepMeasures) {
    if (sweep_measure_name(measure) == ui.document.view.sweep.measure) return measure;
  }
  return SweepMeasure::mean;
}

void compute(const Ui& ui, const StageView& view, const SweepKey& key, SweepPanel& panel) {
  auto layers = sweep_layers(key.layer, key.axes);
  if (!layers) return;
  const std::size_t count = layers->size();
  panel.cells.update(ui, key, count,
                     [request = SweepRequest{view.evaluation->engine, view.input, view.plane,
                                             key.layer, std::move(*layers)}](
                         const std::atomic<bool>& cancelled, const auto& put) {
                       if (request.engine == nullptr) return;
                       // Nothing to tell when it fails: it was cancelled, or cells stay empty.
                       (void)run_sweep(request, {.cancelled = &cancelled},
                                       [&](std::size_t i, SweepCell cell) {
                                         Swept swept;
                                         if (cell.reason.empty())
                                           swept.output = small_plane(cell.output);
                                         cell.output = {};
                                         swept.cell = std::move(cell);
                                         put(i, std::move(swept));
                                       });
                     });
}

std::string figure_text(const SweepCell& cell, SweepMeasure measure) {
  if (!cell.reason.empty()) return "no output";
  if (measure == SweepMeasure::output_cells)
    return fmt::format("{}×{}", cell.shape.h, cell.shape.w);
  const double figure = cell.figure(measure);
  const bool share = measure == SweepMeasure::energy_kept || measure == SweepMeasure::cells_read;
  return share && std::isfinite(figure) ? short_number_text(figure * 100.0, 5) + " %"
                                        : short_number_text(figure, 7);
}

void set_axes(const Ui& ui, std::string_view down, std::string_view across) {
  ui.edit_view([&](View& view) {
    view.sweep.down = down;
    view.sweep.across = across;
  });
}

/// Combos for both axes: choosing the other one's parameter exchanges the two.
void draw_axis_controls(const Ui& ui, const SweepKey& key, Flow& flow) {
  if (key.axes.size() < 2) return;
  const auto offered = sweep_axes(key.layer);
  std::vector<std::string_view> names;
  for (const SweepAxis& axis : offered) names.push_back(axis.parameter);
  const auto index_of = [&](std::string_view name) {
    return static_cast<int>(std::ranges::find(names, name) - names.begin());
  };
  const std::string_view down = key.axes.front().parameter, across = key.axes.back().parameter;
  const auto new_down = combo(ui, "sweep/down", flow.place(190), names, index_of(down), "Down");
  tooltip(ui, "The parameter that grows from row to row");
  const auto new_across =
      combo(ui, "sweep/across", flow.place(200), names, index_of(across), "Across");
  tooltip(ui, "The parameter that grows from column to column");
  if (new_down) {
    const std::string_view chosen = names[static_cast<std::size_t>(*new_down)];
    set_axes(ui, chosen, chosen == across ? down : across);
  } else if (new_across) {
    const std::string_view chosen = names[static_cast<std::size_t>(*new_across)];
    set_axes(ui, chosen == down ? across : down, chosen);
  }
}

void draw_measure_control(const Ui& ui, Flow& flow) {
  std::vector<std::string_view> titles;
  for (const SweepMeasure measure : kSweepMeasures) titles.push_back(sweep_measure_title(measure));
  const auto chosen = combo(ui, "sweep/measure", flow.place(250), titles,
                            static_cast<int>(chosen_measure(ui)), "Measure");
  tooltip(ui, "What is printed below each output, and drawn in the chart");
  if (!chosen) return;
  ui.edit_view([&](View& view) {
    view.sweep.measure = sweep_measure_name(kSweepMeasures[static_cast<std::size_t>(*chosen)]);
  });
}

/// One output with its figure below; a click takes its setting.
void draw_cell(const Ui& ui, const StageView& view, const Swept& swept, const Rect& area,
               std::pair<std::string, HeatmapTexture*> id_and_texture) {
  const auto& [id, texture] = id_and_texture;
  const SweepCell& cell = swept.cell;
  const bool current = same_setting(cell.layer, *view.layer);
  const Rect room{area.min, {area.max.x - ui.px(8), area.max.y - ui.px(22)}};
  const SmallPlane like_input{nullptr, view.rows, view.cols};
  const Rect rect = fitted(room, cell.reason.empty() ? swept.output : like_input);
  const Click click = click_area(ui, id, rect);
  const std::string text = figure_text(cell, chosen_measure(ui));
  if (!cell.reason.empty()) {
    draw_no_output(ui, rect, click.hovered, cell.reason);
  } else {
    draw_small_plane(ui, *texture, swept.output, rect, view.input_range);
    tooltip(ui, fmt::format("{}: {}×{}{}", layer_text(cell.layer), cell.shape.h, cell.shape.w,
                            current ? ", the current setting" : ", click to take it"));
  }
  if (current) {
    draw_list().AddRect({rect.min.x - ui.px(2), rect.min.y - ui.px(2)},
                        {rect.max.x + ui.px(2), rect.max.y + ui.px(2)}, ui.theme.acc, 0, 0,
                        ui.px(2));
  } else if (click.hovered) {
    draw_list().AddRect(rect.min, rect.max, ui.theme.hover, 0, 0, ui.px(1.5F));
  }
  draw_text_cut(ui, Font::mono12, {area.min.x, rect.max.y + ui.px(11)},
                current ? ui.theme.acctext : ui.theme.t3, area.width() - ui.px(4), text);
  ui.tell(id, current ? text + " current" : text);
  if (click.clicked && !current && cell.reason.empty()) {
    ui.act(action::SetLayer{ui.document.selected_layer, cell.layer});
  }
}

/// The table; returns its bottom.
float draw_table(const Ui& ui, const StageView& view, SweepPanel& panel, const Rect& area) {
  const SweepKey& key = *panel.cells.key();
  const std::size_t rows = down_of(key).size(), cols = across_of(key);
  const float gutter = ui.px(96), head = ui.px(22);
  const float width = (area.width() - gutter) / static_cast<float>(cols);
  const float height =
      std::clamp((area.height() - head) / static_cast<float>(rows), ui.px(64), ui.px(110));
  panel.textures.resize(rows * cols);
  if (key.axes.size() > 1) {
    for (std::size_t col = 0; col < cols; ++col) {
      const float x = area.min.x + gutter + width * static_cast<float>(col);
      draw_text_cut(ui, Font::mono12, {x, area.min.y + ui.px(8)}, ui.theme.t2, width - ui.px(4),
                    key.axes.back().values[col]);
    }
    draw_text_cut(ui, Font::sans12, {area.min.x, area.min.y + ui.px(8)}, ui.theme.t3,
                  gutter - ui.px(6), key.axes.back().parameter + " →");
  }
  for (std::size_t i = 0; i < panel.cells.items().size(); ++i) {
    const std::size_t row = i / cols, col = i % cols;
    const float y = area.min.y + head + height * static_cast<float>(row);
    if (col == 0) {
      draw_text_cut(ui, Font::sans12, {area.min.x, y + ui.px(8)}, ui.theme.t3, gutter - ui.px(6),
                    key.axes.front().parameter);
      draw_text_cut(ui, Font::mono12, {area.min.x, y + ui.px(24)}, ui.theme.t2, gutter - ui.px(6),
                    down_of(key)[row]);
    }
    const Rect place =
        Rect::of(area.min.x + gutter + width * static_cast<float>(col), y, width, height);
    const auto& swept = panel.cells.items()[i];
    if (swept) {
      draw_cell(ui, view, *swept, place,
                {fmt::format("sweep/{}/{}", row, col), &panel.textures[i]});
    } else {
      draw_text(ui, Font::mono12, {place.min.x, place.min.y + ui.px(10)}, ui.theme.t3, "…");
    }
  }
  return area.min.y + head + height * static_cast<float>(rows);
}

/// The measure over the values across, a curve for each value down.
LineChart chart_of(const Ui& ui, const StageView& view, const SweepPanel& panel) {
  const SweepKey& key = *panel.cells.key();
  const bool two = key.axes.size() > 1;
  const SweepMeasure measure = chosen_measure(ui);
  LineChart chart;
  chart.places = key.axes.back().values;
  chart.x_title = key.axes.back().parameter;
  chart.y_title = sweep_measure_title(measure);
  const std::size_t curves = two ? down_of(key).size() : 1;
  for (std::size_t row = 0; row < curves; ++row) {
    ChartSeries series;
    series.label = two ? fmt::format("{} {}", key.axes.front().parameter, down_of(key)[row]) : "";
    series.style = series_style(ui, row);
    for (std::size_t i = 0; i < chart.places.size(); ++i) {
      const auto& swept = panel.cells.items()[row * chart.places.size() + i];
      const bool current = swept && same_setting(swept->cell.layer, *view.layer);
      series.values.push_back(swept ? swept->cell.figure(measure) : std::nan(""));
      series.strong = series.strong || current;
      if (current) chart.marked = i;
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

/// A click on a point takes its setting.
void draw_chart(const Ui& ui, const StageView& view, const SweepPanel& panel, const Rect& rect) {
  const auto point = draw_line_chart(ui, "sweep/chart", rect, chart_of(ui, view, panel));
  if (!point) return;
  const std::size_t across = panel.cells.key()->axes.back().values.size();
  const auto& swept = panel.cells.items()[point->series * across + point->place];
  ui.act(action::SetLayer{ui.document.selected_layer, swept->cell.layer});
}

}  // namespace

float draw_sweep(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area) {
  auto& panel = state.panels.of<SweepPanel>();
  if (view.layer == nullptr) return area.min.y;
  const SweepKey key{plane_key(ui, view), *view.layer, chosen_axes(ui, *view.layer)};
  if (key.axes.empty()) {
    draw_text(ui, Font::sans13, {area.min.x, area.min.y + ui.px(16)}, ui.theme.t2,
              fmt::format("{} has no parameter to sweep over", view.layer->kind->name));
    return area.min.y + ui.px(32);
  }
  compute(ui, view, key, panel);
  Flow flow(ui, area);
  draw_axis_controls(ui, key, flow);
  draw_measure_control(ui, flow);
  if (panel.cells.key() == nullptr) return area.max.y;
  const float top = flow.bottom() + ui.px(12), right = area.max.x - ui.px(16);
  const bool beside = area.width() > ui.px(560);
  const float split = beside ? area.min.x + area.width() * 0.58F : right;
  const float table =
      draw_table(ui, view, panel, {{area.min.x, top}, {split, area.max.y - ui.px(12)}});
  if (!beside) {
    const Rect below = {{area.min.x, table + ui.px(12)}, {right, table + ui.px(272)}};
    draw_chart(ui, view, panel, below);
    return below.max.y;
  }
  const float bottom = std::clamp(area.max.y, top + ui.px(180), top + ui.px(320));
  draw_chart(ui, view, panel, {{split + ui.px(16), top}, {right, bottom}});
  return table;
}

}  // namespace poolscope
