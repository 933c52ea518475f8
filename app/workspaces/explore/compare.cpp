#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/background.h"
#include "app/workspaces/explore/panels.h"
#include "app/workspaces/explore/small_output.h"
#include "core/metrics/picture_metrics.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

constexpr float kHeadRow = 32.0F;
constexpr float kSideGap = 24.0F;
constexpr float kSide = 190.0F;
constexpr float kTable = 236.0F;
/// Kept free for the bar of a panel that scrolls.
constexpr float kScrollBar = 12.0F;

/// A's run, and what it is compared with.
struct ComparisonKey {
  std::uint64_t evaluation = 0;
  Pipeline b;
  bool operator==(const ComparisonKey&) const = default;
};

/// Outputs of both pipelines, and how they differ where they can be compared.
struct Comparison {
  Tensor a, b;
  std::string problem;  ///< Why there is nothing to compare.
  bool sizes_differ = false;
  std::array<std::shared_ptr<const Picture>, 3> pictures = {};  ///< A, B, B - A.
  std::optional<PictureMetrics> metrics = {};
};

struct CompareMemory {
  Background<ComparisonKey, Comparison> results;
  std::array<HeatmapTexture, 3> textures;
  std::string error;  ///< Of a layer of B that was typed and cannot be read.
};

/// All that a comparison needs of the run on screen.
struct ComparisonInput {
  const Engine* engine;
  Tensor input;
  ArrayForm form;
  Pipeline b;
  Tensor a;
  std::shared_ptr<const Picture> a_picture;
  float white;  ///< The full range of a picture's values; 0 where there is none.
};

std::string shape_text(const Tensor& tensor) {
  return axes_text(array_axes(tensor.shape(), {}), "×");
}

/// What both outputs, of one shape, come to.
void measure(const ComparisonInput& input, const std::atomic<bool>& cancelled, Comparison& result) {
  auto apart = difference(result.a, result.b);
  if (!apart) {
    result.problem = apart.error().message;
    return;
  }
  result.pictures[2] = make_picture(std::move(*apart));
  const double peak = input.white > 0.0F ? double{input.white} : common_range(result.a, result.b);
  auto metrics = picture_metrics(result.a, result.b, peak, &cancelled);
  if (metrics) {
    result.metrics = std::move(*metrics);
  } else {
    result.problem = metrics.error().message;
  }
}

Comparison compare(const ComparisonInput& input, const std::atomic<bool>& cancelled) {
  Comparison result{input.a, {}, {}};
  const Trace trace = run_pipeline(*input.engine, input.b, input.input, input.form,
                                   {.winners = false, .cancelled = &cancelled});
  if (trace.error) {
    result.problem = fmt::format("B has no output: {}", trace.error->message);
    return result;
  }
  result.b = trace.stages.back().values;
  result.pictures[0] = input.a_picture;
  result.pictures[1] = make_picture(result.b);
  result.sizes_differ = result.a.shape() != result.b.shape();
  if (result.sizes_differ) {
    result.problem = fmt::format("A gives {}, B gives {}: cells have no partners to compare with.",
                                 shape_text(result.a), shape_text(result.b));
    return result;
  }
  measure(input, cancelled, result);
  return result;
}

void update(const Ui& ui, const Pipeline& b, CompareMemory& memory) {
  const Evaluation& run = *ui.evaluation;
  const Trace& trace = run.trace;
  const ComparisonInput input{run.engine,
                              trace.stages.front().values,
                              trace.stages.front().plan.form,
                              b,
                              trace.stages.back().values,
                              run.pictures.back(),
                              run.request.source.array.white};
  memory.results.update(ui, {run.serial, b}, [input](const std::atomic<bool>& cancelled) {
    return compare(input, cancelled);
  });
}

// The two pipelines -------------------------------------------------------------------------------

std::string pipeline_text(const Pipeline& pipeline) {
  std::vector<std::string> layers;
  for (const PipelineLayer& entry : pipeline) {
    if (entry.enabled) layers.push_back(layer_text(entry.layer));
  }
  return layers.empty() ? "no layers: the input" : fmt::format("{}", fmt::join(layers, "  →  "));
}

/// A row with its letter; returns what is left of it.
Rect lettered_row(const Ui& ui, std::string_view letter, const Rect& area, float y) {
  draw_text(ui, Font::sans13_semibold, {area.min.x, y + ui.px(kHeadRow) * 0.5F}, ui.theme.t1,
            letter);
  return {{area.min.x + ui.px(24), y}, {area.max.x, y + ui.px(kHeadRow)}};
}

/// Takes over a layer of B as it was typed.
void set_layer(const Ui& ui, Pipeline b, std::size_t index, const std::string& text,
               CompareMemory& memory) {
  const auto layer = parse_layer(text);
  memory.error = layer ? "" : layer.error().message;
  if (!layer) return;
  b[index].layer = *layer;
  ui.act(action::SetPipelineB{std::move(b)});
}

/// B's layers, each a field to type in, with a button that removes it; then one that adds another.
/// Returns the bottom.
float draw_fields(const Ui& ui, const Pipeline& b, const Rect& area, float y,
                  CompareMemory& memory) {
  const Rect first = lettered_row(ui, "B", area, y);
  const float side = ui.px(kHeadRow), width = std::min(first.width() - side - ui.px(8), ui.px(420));
  for (std::size_t i = 0; i < b.size(); ++i) {
    const std::string id = fmt::format("compare/b/{}", i);
    const Rect field = Rect::of(first.min.x, y, width, side);
    if (const auto text = text_field(
            ui, id, field, {.value = layer_text(b[i].layer), .error = !memory.error.empty()})) {
      set_layer(ui, b, i, *text, memory);
    }
    if (button(ui, id + "/remove", Rect::of(field.max.x + ui.px(4), y, side, side),
               {.icon = Icon::close, .flat = true, .tip = "Remove this layer of B"})) {
      Pipeline rest = b;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
      ui.act(action::SetPipelineB{std::move(rest)});
    }
    y += side + ui.px(6);
  }
  const ButtonSpec add{.text = "Add layer",
                       .icon = Icon::plus,
                       .flat = true,
                       .tip = "Add MaxPool2d(2) to B; type over it for another"};
  if (button(ui, "compare/b/add", Rect::of(first.min.x, y, button_width(ui, add), side), add)) {
    Pipeline more = b;
    more.push_back({starting_layer(*find_kind("MaxPool2d")), true});
    ui.act(action::SetPipelineB{std::move(more)});
  }
  y += side + ui.px(6);
  if (!memory.error.empty()) {
    y += message(ui, {first.min.x, y}, width, ui.theme.err, ui.theme.soft_err, Icon::warn,
                 memory.error) +
         ui.px(6);
  }
  return y;
}

/// Copy, swap, clear; returns the bottom.
float draw_buttons(const Ui& ui, const Rect& area, float y) {
  struct Choice {
    const char* id;
    ButtonSpec spec;
    decltype(Action::change) change;
  };
  const std::array choices{
      Choice{"compare/swap",
             {.text = "Swap", .tip = "B goes to the left column, to be edited with its controls"},
             action::SwapPipelines{}},
      Choice{"compare/copy",
             {.text = "Copy A to B", .tip = "B becomes what A is now"},
             action::SetPipelineB{ui.document.pipeline}},
      Choice{"compare/clear",
             {.text = "Clear B", .tip = "Compare no longer"},
             action::SetPipelineB{}}};
  float right = area.max.x;
  for (auto choice = choices.rbegin(); choice != choices.rend(); ++choice) {
    const float width = button_width(ui, choice->spec);
    right -= width;
    if (button(ui, choice->id, Rect::of(right, y, width, ui.px(28)), choice->spec)) {
      ui.act(choice->change);
    }
    right -= ui.px(8);
  }
  return y + ui.px(34);
}

float draw_pipelines(const Ui& ui, const Pipeline& b, const Rect& area, CompareMemory& memory) {
  const float y = draw_buttons(ui, area, area.min.y);
  const Rect row = lettered_row(ui, "A", area, y);
  draw_text_cut(ui, Font::mono12, {row.min.x, row.center().y}, ui.theme.t1, row.width(),
                pipeline_text(ui.document.pipeline));
  return draw_fields(ui, b, area, y + ui.px(kHeadRow), memory);
}

// What came of them -------------------------------------------------------------------------------

struct Line {
  std::string name, value, tip;
  bool defined = true;
};

Line measure_line(const std::string& name, const Measure& measure, std::string_view unit,
                  std::string tip) {
  if (!measure.value) return {name, measure.reason, std::move(tip), false};
  return {name, number_text(*measure.value) + std::string(unit), std::move(tip)};
}

std::vector<Line> lines_of(const PictureMetrics& metrics) {
  const double share = 100.0 * static_cast<double>(metrics.changed) /
                       static_cast<double>(std::max<std::int64_t>(metrics.cells, 1));
  std::vector<Line> lines{
      measure_line("PSNR", metrics.psnr, " dB",
                   "10 log10(peak² / mean of squared differences): above 40 dB hardly visible"),
      measure_line(
          "SSIM", metrics.ssim, "",
          "Structural similarity (Wang et al. 2004), 11×11 Gaussian windows: 1 is the same"),
      measure_line("Mean |B−A|", metrics.mean_absolute, "", "Mean absolute difference of a cell"),
      measure_line("Largest", metrics.largest, "", "The largest absolute difference of a cell"),
      {"Changed",
       fmt::format("{} of {}, {} %", count_text(metrics.changed), count_text(metrics.cells),
                   number_text(share)),
       "Cells whose values are not the same in A and B"},
      {"Peak", number_text(metrics.peak),
       "The range that PSNR and SSIM count from: of a picture its white, else that of A and B"}};
  if (metrics.non_finite > 0) {
    lines.push_back(
        {"Left out", count_text(metrics.non_finite), "Cells without a number in A or B"});
  }
  return lines;
}

float draw_table(const Ui& ui, const PictureMetrics& metrics, const Rect& area) {
  float y = area.min.y;
  for (const Line& line : lines_of(metrics)) {
    const Rect row = Rect::of(area.min.x, y, area.width(), ui.px(28));
    const float end =
        draw_text(ui, Font::sans12, {row.min.x, row.center().y}, ui.theme.t2, line.name);
    const float room = row.max.x - end - ui.px(12);
    const Font font = line.defined ? Font::mono12 : Font::sans12;
    const float width = std::min(room, text_width(ui, font, line.value));
    draw_text_cut(ui, font, {row.max.x - width, row.center().y},
                  line.defined ? ui.theme.t1 : ui.theme.t3, room, line.value);
    draw_divider(ui, row.min.x, row.max.x, row.max.y);
    click_area(ui, "compare/" + line.name, row);
    tooltip(ui, line.tip);
    ui.tell("compare/" + line.name, line.value);
    y += ui.px(29);
  }
  return y;
}

/// The values at the ends of the difference's map: as far below 0 as above.
ValueRange difference_range(const Picture& picture, std::int64_t plane) {
  const PlaneStats& stats = picture.stats(plane);
  return display_range(ColorMap::diverging, {stats.min, stats.max});
}

/// One of the three pictures with its title; returns its bottom.
float draw_picture(const Ui& ui, const StageView& view, CompareMemory& memory,
                   const Comparison& result, std::size_t index, const Rect& area) {
  constexpr std::array<std::string_view, 3> kTitles{"A", "B", "B − A"};
  constexpr std::array<const char*, 3> kIds{"compare/A", "compare/B", "compare/difference"};
  const auto& picture = result.pictures[index];
  const float y = area.min.y + ui.px(10);
  const float end =
      draw_text(ui, Font::sans13_semibold, {area.min.x, y}, ui.theme.t1, kTitles[index]);
  if (!picture || picture->shape().elements() == 0) return area.min.y + ui.px(24);
  const Shape& shape = picture->shape();
  PlaneChoice planes = view.planes;
  planes.channel = std::min(planes.channel, shape.c - 1);
  planes.sample = std::min(planes.sample, shape.n - 1);
  const bool apart = index == 2;
  planes.composite = planes.composite && !apart && shape.c >= 3;
  const std::int64_t plane = planes.sample * shape.c + planes.channel;
  const ValueRange range = apart              ? difference_range(*picture, plane)
                           : planes.composite ? view.composite_range
                                              : view.output_range;
  draw_text_cut(ui, Font::mono12, {end + ui.px(8), y}, ui.theme.t3, area.max.x - end - ui.px(8),
                apart ? fmt::format("{} … {}", number_text(range.low), number_text(range.high))
                      : shape_text(picture->tensor()));
  const ColorMap map = apart ? ColorMap::diverging : ui.document.view.map;
  const Rect drawn = draw_small_output(
      ui, view, {kIds[index], picture, memory.textures[index], planes, range, map},
      Rect::of(area.min.x, area.min.y + ui.px(24), area.width(), area.width()));
  return drawn.max.y;
}

float draw_pictures(const Ui& ui, const StageView& view, CompareMemory& memory,
                    const Comparison& result, const Rect& area) {
  const float gap = ui.px(kSideGap);
  const bool beside = area.width() >= ui.px(3 * 120 + kTable) + 3 * gap;
  const float room = beside ? area.width() - ui.px(kTable) - 3 * gap : area.width() - 2 * gap;
  const float width = std::min(room / 3, ui.px(kSide));
  float x = area.min.x, bottom = area.min.y;
  for (std::size_t i = 0; i < result.pictures.size(); ++i) {
    bottom = std::max(
        bottom, draw_picture(ui, view, memory, result, i, Rect::of(x, area.min.y, width, width)));
    x += width + gap;
  }
  if (!result.metrics) return bottom;
  const Rect table = beside ? Rect{{x, area.min.y}, {std::min(area.max.x, x + ui.px(300)), bottom}}
                            : Rect{{area.min.x, bottom + ui.px(8)}, {area.max.x, bottom}};
  return std::max(bottom, draw_table(ui, *result.metrics, table));
}

/// Says why nothing can be compared and, where the planes alone differ in size, brings the larger
/// one to the size of the other. Returns the bottom.
float draw_problem(const Ui& ui, const Comparison& result, const Pipeline& b, const Rect& area) {
  ui.tell("compare/problem", result.problem);
  float y = area.min.y +
            message(ui, area.min, area.width(), ui.theme.warn, ui.theme.soft_warn, Icon::warn,
                    result.problem) +
            ui.px(8);
  const Shape &left = result.a.shape(), &right = result.b.shape();
  if (!result.sizes_differ || left.n != right.n || left.c != right.c) return y;
  const bool shrink_a = left.plane_size() > right.plane_size();
  const Shape& size = shrink_a ? right : left;
  Layer layer = make_layer(*find_kind("AdaptiveAvgPool2d"));
  layer.output_size = {size.h, size.w};
  const std::string text = fmt::format("Add {} to {}", layer_text(layer), shrink_a ? "A" : "B");
  const ButtonSpec spec{.text = text, .tip = "Averages the larger output down to the other's size"};
  if (button(ui, "compare/remedy", Rect::of(area.min.x, y, button_width(ui, spec), ui.px(28)),
             spec)) {
    Pipeline longer = b;
    longer.push_back({layer, true});
    if (shrink_a)
      ui.act(action::AddLayer{layer});
    else
      ui.act(action::SetPipelineB{std::move(longer)});
  }
  return y + ui.px(36);
}

/// Nothing to compare with yet.
float draw_invitation(const Ui& ui, const Rect& area) {
  const ButtonSpec spec{.text = "Copy the pipeline to B", .icon = Icon::copy, .filled = true};
  const float width = button_width(ui, spec);
  if (button(ui, "compare/copy", Rect::of(area.min.x, area.min.y, width, ui.px(32)), spec)) {
    ui.act(action::SetPipelineB{ui.document.pipeline});
  }
  draw_text_wrapped(ui, Font::sans12, {area.min.x, area.min.y + ui.px(44)}, ui.theme.t2,
                    area.width(),
                    "Then change either of the two: both run on the same input, and their outputs "
                    "are held against each other.");
  return area.min.y + ui.px(80);
}

}  // namespace

float draw_compare(const Ui& ui, const StageView& view, ExploreState& state, const Rect& whole) {
  const Rect area{whole.min, {whole.max.x - ui.px(kScrollBar), whole.max.y}};
  const auto& b = ui.document.pipeline_b;
  if (!b) return draw_invitation(ui, area);
  auto& memory = state.panels.of<CompareMemory>();
  const float y = draw_pipelines(ui, *b, area, memory) + ui.px(6);
  const Rect rest{{area.min.x, y}, area.max};
  if (ui.evaluation->engine == nullptr || ui.evaluation->trace.error) {
    draw_text(ui, Font::sans13, {rest.min.x, y + ui.px(10)}, ui.theme.t2, "A has no output.");
    return y + ui.px(24);
  }
  update(ui, *b, memory);
  const Comparison* const result = memory.results.shown();
  if (result == nullptr) return y;
  float top = y;
  if (!result->problem.empty()) top = draw_problem(ui, *result, *b, rest);
  return draw_pictures(ui, view, memory, *result, {{rest.min.x, top}, rest.max});
}

}  // namespace poolscope
