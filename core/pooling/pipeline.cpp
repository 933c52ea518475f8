#include "core/pooling/pipeline.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/pooling/lowering.h"

namespace poolscope {
namespace {

std::int64_t empty_windows(const std::vector<AxisWindow>& windows, std::int64_t size) {
  return std::count_if(windows.begin(), windows.end(), [size](const AxisWindow& window) {
    return taps_between(window, 0, size) == 0;
  });
}

/// Windows that hold no cell of the input.
std::int64_t empty_windows(const PlaneWindows& windows, const Shape& input) {
  const auto rows = static_cast<std::int64_t>(windows.rows.size());
  const auto cols = static_cast<std::int64_t>(windows.cols.size());
  return rows * cols - (rows - empty_windows(windows.rows, input.h)) *
                           (cols - empty_windows(windows.cols, input.w));
}

bool has_zero_divisor(const LoweredPool& pool) {
  const auto is_zero = [](const AxisWindow& window) { return window.divisor == 0; };
  const PlaneWindows& windows = pool.planes.front();
  return !pool.divisor_override &&
         (std::ranges::any_of(windows.rows, is_zero) || std::ranges::any_of(windows.cols, is_zero));
}

bool has_partial_window(const PlaneWindows& windows) {
  const auto is_partial = [](const AxisWindow& window) { return window.divisor < window.count; };
  return std::ranges::any_of(windows.rows, is_partial) ||
         std::ranges::any_of(windows.cols, is_partial);
}

void add_window_notes(const Layer& layer, const LoweredPool& pool, const StagePlan& stage,
                      std::vector<std::string>& notes) {
  const PlaneWindows& windows = pool.planes.front();
  const std::int64_t empty = empty_windows(windows, stage.input_shape);
  const std::string empty_text = fmt::format("{} {} no cell of the input", empty,
                                             empty == 1 ? "window holds" : "windows hold");
  if (pool.reduction == Reduction::max && empty > 0) {
    notes.push_back(fmt::format("{}: -inf, and no winner", empty_text));
  }
  if (pool.sampled)
    notes.push_back(fmt::format("one cell a window is drawn, by seed {}", layer.seed));
  if (pool.planes.size() > 1 || find_parameter(*layer.kind, &Layer::output_ratio)) {
    notes.push_back(
        fmt::format("each sample and channel has windows of its own, by seed {}", layer.seed));
  }
  if (pool.reduction == Reduction::mean && has_zero_divisor(pool)) {
    notes.push_back(fmt::format("{}: the mean is 0/0, NaN", empty_text));
  }
  if (pool.reduction == Reduction::power && pool.gain != 1.0 && has_partial_window(windows)) {
    notes.emplace_back("ceil_mode: windows over the edge are scaled as if full, as PyTorch does");
  }
}

std::vector<std::string> stage_notes(const Layer& layer, const StagePlan& stage) {
  std::vector<std::string> notes;
  if (layer.kind->framework == Framework::keras && layer.data_format == DataFormat::unspecified &&
      stage.input_form.rank >= 3) {
    notes.emplace_back("data_format left out: arrays are taken channels first");
  }
  if (const LoweredPool* pool = stage.pool()) add_window_notes(layer, *pool, stage, notes);
  return notes;
}

/// The shape of the array of `before` as a layer over a single row reads it.
Result<Shape> row_shape(const StagePlan& before, const ArrayForm& wanted) {
  const auto axes = array_axes(before.shape, before.form);
  const bool last = wanted.format == DataFormat::channels_last;
  const std::size_t first = axes.size() - 2;
  return Shape{wanted.rank == 4 ? axes[0] : 1, axes[last ? first + 1 : first], 1,
               axes[last ? first : first + 1]};
}

/// The array of `before` as a layer reads it, in the form `wanted`. An array without an order of
/// its own takes the one the layer wants; any other keeps its axes as they are, whatever the layer
/// calls them.
Result<StagePlan> read_as(ArrayForm wanted, const StagePlan& before, const LayerKind& kind) {
  StagePlan stage;
  if (kind.axes != 0) wanted.spatial = kind.axes;
  stage.input_form = wanted;
  stage.input_shape = before.shape;
  const bool same_axes = before.form.spatial == wanted.spatial;
  const bool no_order = before.form.format == DataFormat::unspecified;
  if (same_axes && (no_order || before.form.format == wanted.format)) return stage;
  const auto shape = kind.axes == 1 ? row_shape(before, wanted)
                                    : shape_of_axes(array_axes(before.shape, before.form),
                                                    wanted.format, kind.name);
  if (!shape) return tl::unexpected(shape.error());
  stage.input_shape = *shape;
  return stage;
}

/// Whether the values of `before` lie as the layer of `stage` reads them: the same axes in the same
/// order, so that a winner of one is a place in the other.
bool lies_as(const StagePlan& before, const StagePlan& stage) {
  const auto last = [](const ArrayForm& form) { return form.format == DataFormat::channels_last; };
  return before.shape == stage.input_shape && before.form.spatial == stage.input_form.spatial &&
         last(before.form) == last(stage.input_form);
}

/// The last stage whose winners fit what an unpooling after `stages` reads. Errors: none does.
Result<std::size_t> winners_for(const Layer& layer, const std::vector<StagePlan>& stages,
                                const StagePlan& reading) {
  for (std::size_t i = stages.size(); i-- > 1;) {
    const LoweredPool* pool = stages[i].pool();
    if (pool && pool->reduction == Reduction::max && lies_as(stages[i], reading)) return i;
  }
  return failure(fmt::format(
      "{}: no max pooling before it gives places for its {} values; put one of that "
      "output before it",
      layer.kind->name, axes_text(array_axes(stages.back().shape, stages.back().form))));
}

Result<StagePlan> plan_stage(const Layer& layer, const std::vector<StagePlan>& stages) {
  const StagePlan& before = stages.back();
  const auto form = output_form(layer, before.form);
  if (!form) return tl::unexpected(form.error());
  auto stage = read_as(*form, before, *layer.kind);
  if (!stage) return tl::unexpected(stage.error());
  auto lowered = lower_layer(layer, stage->input_shape);
  if (!lowered) return tl::unexpected(lowered.error());
  if (std::holds_alternative<Unpool>(*lowered)) {
    const auto winners = winners_for(layer, stages, *stage);
    if (!winners) return tl::unexpected(winners.error());
    stage->winners_of = *winners;
  }
  stage->shape = output_shape(*lowered, stage->input_shape);
  stage->form = *form;
  // Several channels need an axis.
  if (stage->shape.c > 1) stage->form.rank = std::max(stage->form.rank, 3);
  stage->footprint = footprint(*lowered, stage->input_shape);
  stage->lowered = std::move(*lowered);
  stage->notes = stage_notes(layer, *stage);
  return stage;
}

StagePlan passed_on(const StagePlan& before) {
  return {.shape = before.shape,
          .form = before.form,
          .input_shape = before.shape,
          .input_form = before.form};
}

}  // namespace

PipelinePlan plan_pipeline(const Pipeline& pipeline, const Shape& input, const ArrayForm& form) {
  PipelinePlan plan;
  plan.stages.push_back({.shape = input, .form = form, .input_shape = input, .input_form = form});
  for (std::size_t i = 0; i < pipeline.size(); ++i) {
    auto stage = pipeline[i].enabled ? plan_stage(pipeline[i].layer, plan.stages)
                                     : passed_on(plan.stages.back());
    if (!stage) {
      plan.failed_layer = i;
      plan.error = std::move(stage.error());
      return plan;
    }
    plan.stages.push_back(std::move(*stage));
  }
  return plan;
}

}  // namespace poolscope
