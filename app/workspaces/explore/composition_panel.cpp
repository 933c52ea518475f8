#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/background.h"
#include "app/canvas/pane.h"
#include "app/draw_list.h"
#include "app/workspaces/explore/panels.h"
#include "core/analysis/composition.h"
#include "core/pooling/layer_text.h"

/// The layers up to the selected one, taken as one window on the source.
namespace poolscope {
namespace {

constexpr float kRowHeight = 26.0F;
constexpr float kTableWidth = 500.0F;
constexpr float kPictureSide = 150.0F;
constexpr std::array<float, 6> kColumns{0, 22, 196, 286, 352, 412};
constexpr std::array<std::string_view, 6> kHeads{"",       "layer", "shape",
                                                 "window", "jump",  "starts at"};

/// What the cell that is looked at comes from.
struct CellOrigin {
  std::optional<CellSet> cells;
  std::shared_ptr<const Picture> weights;  ///< Null where there are none.
  std::string reason;                      ///< Why there are none.
};

struct OriginKey {
  std::uint64_t evaluation = 0;
  std::size_t stage = 0;
  std::int64_t channel = 0, row = 0, col = 0, source_channel = 0;
  bool operator==(const OriginKey&) const = default;
};

/// What the whole pipeline is.
struct Whole {
  std::vector<StageReach> reaches;
  std::vector<Identity> identities;
};

struct CompositionState {
  Background<std::uint64_t, Whole> whole;
  Background<OriginKey, CellOrigin> origin;
  HeatmapTexture source_texture, weight_texture;
};

std::vector<StagePlan> plans_of(const Evaluation& evaluation, std::size_t count) {
  std::vector<StagePlan> plans;
  for (std::size_t i = 0; i < count; ++i) plans.push_back(evaluation.trace.stages[i].plan);
  return plans;
}

/// The weights of one channel of the source, as a picture of the cells they belong to.
std::shared_ptr<const Picture> picture_of(const WeightMap& map, std::int64_t channel) {
  const Shape shape{1, 1, std::ssize(map.cells.rows), std::ssize(map.cells.cols)};
  auto values = Buffer<float>::allocate(shape.elements());
  if (!values || shape.elements() == 0) return nullptr;
  for (std::int64_t i = 0; i < shape.elements(); ++i) {
    (*values)[i] =
        static_cast<float>(map.weights[static_cast<std::size_t>(channel * shape.elements() + i)]);
  }
  return make_picture(Tensor(shape, std::move(*values)));
}

CellOrigin origin_of(const Pipeline& pipeline, const std::vector<StagePlan>& plans,
                     const StageCell& cell, std::int64_t source_channel) {
  CellOrigin origin;
  origin.cells = receptive_field(plans, cell);
  if (!origin.cells) {
    origin.reason = "A layer here reads cells that no list of windows tells.";
    return origin;
  }
  const auto map = weight_map(pipeline, plans, cell);
  if (map) {
    origin.weights = picture_of(*map, std::min(source_channel, map->channels - 1));
  } else {
    origin.reason = map.error().message;
  }
  return origin;
}

void update(const Ui& ui, const StageView& view, CompositionState& state) {
  const Evaluation& evaluation = *view.evaluation;
  const Pipeline& pipeline = evaluation.request.pipeline;
  const auto& stages = evaluation.trace.stages;
  const auto is_new = [](const auto& background, const auto& key) {
    return background.busy() || !background.shown_key() || *background.shown_key() != key;
  };
  if (is_new(state.whole, evaluation.serial)) {
    state.whole.update(ui, evaluation.serial,
                       [pipeline, plans = plans_of(evaluation, stages.size())](const auto&) {
                         return Whole{stage_reaches(plans), identities(pipeline, plans)};
                       });
  }
  const std::size_t stage = ui.document.selected_layer + 1;
  const OriginKey key{evaluation.serial,          stage,
                      view.output_planes.channel, view.selection.row,
                      view.selection.col,         view.planes.channel};
  if (stage >= stages.size() || !is_new(state.origin, key)) return;
  state.origin.update(
      ui, key, [pipeline, plans = plans_of(evaluation, stage + 1), key](const auto&) {
        return origin_of(pipeline, plans, {key.stage, key.channel, key.row, key.col},
                         key.source_channel);
      });
}

/// One number where both axes agree, else height x width.
std::string both(const StageReach& reach, std::int64_t AxisReach::*number) {
  if (!reach.rows || !reach.cols) return "uneven";
  const std::int64_t h = (*reach.rows).*number, w = (*reach.cols).*number;
  return h == w ? count_text(h) : fmt::format("{}×{}", count_text(h), count_text(w));
}

/// The texts of one row of the table.
std::array<std::string, 6> row_texts(const Evaluation& evaluation, const Whole& whole,
                                     std::size_t stage) {
  const StagePlan& plan = evaluation.trace.stages[stage].plan;
  const Pipeline& pipeline = evaluation.request.pipeline;
  std::string name = "source";
  if (stage > 0) {
    const PipelineLayer& entry = pipeline[stage - 1];
    name = fmt::format("{} {}", entry.layer.kind->name,
                       entry.enabled ? layer_summary(entry.layer) : "off");
  }
  const StageReach& reach = whole.reaches[stage];
  return {fmt::format("{}", stage),
          name,
          axes_text(array_axes(plan.shape, plan.form), "×"),
          both(reach, &AxisReach::size),
          both(reach, &AxisReach::jump),
          both(reach, &AxisReach::start)};
}

/// Returns the bottom of the table.
float draw_table(const Ui& ui, const StageView& view, const Whole& whole, const Rect& area) {
  float y = area.min.y;
  const auto draw_row = [&](const auto& texts, ImU32 color, Font font) {
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      const float x = area.min.x + ui.px(kColumns[i] + 8);
      const float end = i + 1 < kColumns.size() ? kColumns[i + 1] : kTableWidth;
      draw_text_cut(ui, font, {x, y + ui.px(kRowHeight) * 0.5F}, color,
                    ui.px(end - kColumns[i] - 8), texts[i]);
    }
    y += ui.px(kRowHeight);
  };
  draw_row(kHeads, ui.theme.t3, Font::sans12);
  for (std::size_t stage = 0; stage < whole.reaches.size(); ++stage) {
    const Rect row = Rect::of(area.min.x, y, ui.px(kTableWidth), ui.px(kRowHeight));
    const bool selected = stage == ui.document.selected_layer + 1;
    draw_divider(ui, row.min.x, row.max.x, row.min.y);
    if (selected) draw_list().AddRectFilled(row.min, row.max, ui.theme.accsoft);
    const Click click = click_area(ui, fmt::format("composition/{}", stage), row);
    tooltip(ui, stage > 0 ? "Select this layer" : "What the first layer reads");
    const auto texts = row_texts(*view.evaluation, whole, stage);
    draw_row(texts, selected || click.hovered ? ui.theme.t1 : ui.theme.t2, Font::mono12);
    ui.tell(fmt::format("composition/{}", stage), fmt::format("{}", fmt::join(texts, " | ")));
    if (click.clicked && stage > 0) ui.act(action::SelectLayer{stage - 1});
  }
  return y + ui.px(8);
}

/// What equals what, and a button that takes the shorter one. Returns the bottom.
float draw_identities(const Ui& ui, const StageView& view, const Whole& whole, const Rect& area) {
  float y = area.min.y;
  for (std::size_t i = 0; i < whole.identities.size(); ++i) {
    const Identity& identity = whole.identities[i];
    const std::string text = identity.replacement.empty()
                                 ? "Remove it"
                                 : "Replace by " + layer_summary(identity.replacement.front());
    const ButtonSpec replace{.text = text,
                             .tip = "One layer in place of these; Ctrl+Z takes it back"};
    const float width = button_width(ui, replace);
    const float height =
        std::max(ui.px(32), message(ui, {area.min.x, y}, area.width() - width - ui.px(8),
                                    ui.theme.ok, ui.theme.soft_ok, Icon::check, identity.sentence));
    ui.tell(fmt::format("composition/identity/{}", i), identity.sentence);
    if (button(ui, fmt::format("composition/replace/{}", i),
               Rect::of(area.max.x - width, y, width, ui.px(32)), replace)) {
      ui.act(action::SetPipeline{replaced(view.evaluation->request.pipeline, identity)});
    }
    y += height + ui.px(6);
  }
  return y;
}

/// A pane of the shape of `cells` inside a square at `at`.
Pane pane_in(ImVec2 at, float side, const CellRect& cells) {
  const float unit = side / static_cast<float>(std::max(cells.width(), cells.height()));
  return {Rect::of(at.x, at.y, std::max(2.0F, unit * static_cast<float>(cells.width())),
                   std::max(2.0F, unit * static_cast<float>(cells.height()))),
          cells};
}

std::string span_text(const std::vector<std::int64_t>& cells, std::string_view name) {
  if (cells.empty()) return fmt::format("no {}", name);
  return fmt::format("{}s {}…{}", name, cells.front(), cells.back());
}

/// The source with the cells that the selected one depends on.
void draw_field(const Ui& ui, const StageView& view, CompositionState& state,
                const CellOrigin& origin, ImVec2 at) {
  const auto& picture = view.evaluation->pictures.front();
  const Shape& shape = picture->shape();
  const Pane pane = pane_in({at.x, at.y + ui.px(24)}, ui.px(kPictureSide),
                            {0, 0, static_cast<double>(shape.w), static_cast<double>(shape.h)});
  const std::int64_t channel = std::min(view.planes.channel, shape.c - 1);
  const PlaneStats& stats = picture->stats(view.planes.sample * shape.c + channel);
  draw_text(ui, Font::sans12, {at.x, at.y + ui.px(10)}, ui.theme.t3,
            "receptive field on the source");
  draw_heatmap(ui, state.source_texture, picture, pane,
               {{view.planes.sample, channel, false},
                display_range(ui.document.view.map, {stats.min, stats.max}),
                ui.document.view.map,
                false});
  const auto& [rows, cols] = *origin.cells;
  const std::string text = span_text(rows, "row") + ", " + span_text(cols, "col");
  draw_text(ui, Font::mono12, {at.x, pane.rect.max.y + ui.px(14)}, ui.theme.t2, text);
  ui.tell("composition/field", text);
  if (rows.empty() || cols.empty()) return;
  draw_selection(ui, pane,
                 {static_cast<double>(cols.front()), static_cast<double>(rows.front()),
                  static_cast<double>(cols.back() + 1), static_cast<double>(rows.back() + 1)},
                 true);
}

/// How much each of those cells counts; for layers that only add up.
void draw_weights(const Ui& ui, CompositionState& state, const CellOrigin& origin, ImVec2 at,
                  float width) {
  draw_text(ui, Font::sans12, {at.x, at.y + ui.px(10)}, ui.theme.t3, "weight of each cell");
  if (!origin.weights) {
    draw_text_wrapped(ui, Font::sans12, {at.x, at.y + ui.px(24)}, ui.theme.t2, width,
                      origin.reason);
    return;
  }
  const Shape& shape = origin.weights->shape();
  const Pane pane = pane_in({at.x, at.y + ui.px(24)}, ui.px(kPictureSide),
                            {0, 0, static_cast<double>(shape.w), static_cast<double>(shape.h)});
  const PlaneStats& stats = origin.weights->stats(0);
  const ValueRange range{std::min(stats.min, 0.0F), std::max(stats.max, 0.0F)};
  draw_heatmap(ui, state.weight_texture, origin.weights, pane,
               {{}, display_range(ui.document.view.map, range), ui.document.view.map, true});
  const std::string text = fmt::format("{} to {}", number_text(static_cast<double>(stats.min)),
                                       number_text(static_cast<double>(stats.max)));
  draw_text(ui, Font::mono12, {at.x, pane.rect.max.y + ui.px(14)}, ui.theme.t2, text);
  ui.tell("composition/weights", text);
}

}  // namespace

float draw_composition(const Ui& ui, const StageView& view, ExploreState& state, const Rect& area) {
  auto& own = state.panels.of<CompositionState>();
  update(ui, view, own);
  const Whole* whole = own.whole.shown();
  const CellOrigin* origin = own.origin.shown();
  if (whole == nullptr || *own.whole.shown_key() != view.evaluation->serial) return area.min.y;
  const Rect left{area.min, {area.min.x + ui.px(kTableWidth), area.max.y}};
  float bottom = draw_table(ui, view, *whole, left);
  bottom = draw_identities(ui, view, *whole, {{left.min.x, bottom}, left.max});
  if (origin == nullptr) return bottom;
  const float x = left.max.x + ui.px(32);
  const float room = area.max.x - x;
  if (room < ui.px(kPictureSide)) return bottom;
  if (origin->cells) draw_field(ui, view, own, *origin, {x, area.min.y});
  const float next = x + ui.px(kPictureSide + 48);
  if (area.max.x - next >= ui.px(kPictureSide))
    draw_weights(ui, own, *origin, {next, area.min.y}, std::min(area.max.x - next, ui.px(300)));
  return std::max(bottom, area.min.y + ui.px(kPictureSide + 48));
}

}  // namespace poolscope
