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

std::vector<std::string> stage_notes(const Layer& layer, const LoweredPool& pool,
                                     const StagePlan& stage) {
  std::vector<std::string> notes;
  if (layer.kind->framework == Framework::keras && layer.data_format == DataFormat::unspecified &&
      stage.input_form.rank >= 3) {
    notes.emplace_back("data_format left out: arrays are taken channels first");
  }
  const PlaneWindows& windows = pool.planes.front();
  const std::int64_t empty = empty_windows(windows, stage.input_shape);
  const std::string empty_text = fmt::format("{} {} no cell of the input", empty,
                                             empty == 1 ? "window holds" : "windows hold");
  if (pool.reduction == Reduction::max && empty > 0) {
    notes.push_back(fmt::format("{}: -inf, and no winner", empty_text));
  }
  if (pool.reduction == Reduction::mean && has_zero_divisor(pool)) {
    notes.push_back(fmt::format("{}: the mean is 0/0, NaN", empty_text));
  }
  if (pool.reduction == Reduction::power && pool.gain != 1.0 && has_partial_window(windows)) {
    notes.emplace_back("ceil_mode: windows over the edge are scaled as if full, as PyTorch does");
  }
  return notes;
}

/// The array of `before` as a layer reads it. An array without an order of its own takes the one
/// the layer wants; any other keeps its axes as they are, whatever the layer calls them.
Result<StagePlan> read_as(DataFormat wanted, const StagePlan& before, std::string_view name) {
  StagePlan stage;
  stage.input_shape = before.shape;
  stage.input_form = {before.form.rank, wanted, true};
  if (before.form.format == DataFormat::unspecified || before.form.format == wanted) return stage;
  const auto shape = shape_of_axes(array_axes(before.shape, before.form), wanted, name);
  if (!shape) return tl::unexpected(shape.error());
  stage.input_shape = *shape;
  return stage;
}

Result<StagePlan> plan_stage(const Layer& layer, const StagePlan& before) {
  const auto form = output_form(layer, before.form);
  if (!form) return tl::unexpected(form.error());
  auto stage = read_as(form->format, before, layer.kind->name);
  if (!stage) return tl::unexpected(stage.error());
  auto pool = lower(layer, stage->input_shape);
  if (!pool) return tl::unexpected(pool.error());
  stage->shape = pool->output_shape(stage->input_shape);
  stage->form = *form;
  stage->notes = stage_notes(layer, *pool, *stage);
  stage->pool = std::move(*pool);
  return stage;
}

StagePlan passed_on(const StagePlan& before) {
  return {before.shape, before.form, before.shape, before.form, {}, {}};
}

}  // namespace

PipelinePlan plan_pipeline(const Pipeline& pipeline, const Shape& input, const ArrayForm& form) {
  PipelinePlan plan;
  plan.stages.push_back({input, form, input, form, {}, {}});
  for (std::size_t i = 0; i < pipeline.size(); ++i) {
    const StagePlan& before = plan.stages.back();
    auto stage = pipeline[i].enabled ? plan_stage(pipeline[i].layer, before) : passed_on(before);
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
