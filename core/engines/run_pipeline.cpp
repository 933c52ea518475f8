#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "core/engines/engine.h"
#include "core/engines/run_layer.h"

namespace poolscope {
namespace {

/// True when the layer takes the axes of an array in another order than the one it has. An array
/// without an order of its own takes the layer's.
bool order_differs(const ArrayForm& array, const ArrayForm& layer) {
  const auto channels_move = [](const ArrayForm& form) {
    return form.format == DataFormat::channels_last && form.rank >= 3 && form.spatial > 0;
  };
  return array.format != DataFormat::unspecified && channels_move(array) != channels_move(layer);
}

/// The values of the stage before, as the layer of `plan` reads their array.
Result<Tensor> restated(const Stage& before, const StagePlan& plan) {
  const bool same_axes = before.plan.shape == plan.input_shape;
  if (same_axes && !order_differs(before.plan.form, plan.input_form)) return before.values;
  auto stored = to_array_order(before.values, before.plan.form);
  if (!stored) return stored;
  return from_array_order(*stored, plan.input_shape, plan.input_form);
}

/// Whether a stage after stage `index` reads its winners.
bool winners_are_read(const PipelinePlan& plan, std::size_t index) {
  return std::ranges::any_of(plan.stages,
                             [index](const StagePlan& stage) { return stage.winners_of == index; });
}

/// Fills in what the layer computes; a disabled layer passes its input on.
Result<void> compute(const Engine& engine, const Trace& trace, const RunOptions& options,
                     Stage& stage) {
  if (!stage.plan.lowered) {
    stage.values = stage.input;
    return {};
  }
  const auto start = std::chrono::steady_clock::now();
  const auto source = stage.plan.winners_of;
  const Indices* const winners = source ? &*trace.stages[*source].winners : nullptr;
  auto output = run_layer(engine, {stage.input, *stage.plan.lowered, winners}, options);
  if (!output) return tl::unexpected(output.error());
  stage.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  stage.engine = std::move(output->engine);
  stage.engine_notes = std::move(output->notes);
  stage.values = std::move(output->values);
  stage.winners = std::move(output->winners);
  return {};
}

Result<Stage> next_stage(const Engine& engine, const Trace& trace, StagePlan plan,
                         const RunOptions& options) {
  auto input = restated(trace.stages.back(), plan);
  if (!input) return tl::unexpected(input.error());
  Stage stage;
  stage.plan = std::move(plan);
  stage.input = std::move(*input);
  if (auto done = compute(engine, trace, options, stage); !done) {
    return tl::unexpected(done.error());
  }
  return stage;
}

}  // namespace

Trace run_pipeline(const Engine& engine, const Pipeline& pipeline, const Tensor& input,
                   const ArrayForm& input_form, const RunOptions& options) {
  PipelinePlan plan = plan_pipeline(pipeline, input.shape(), input_form);
  Trace trace;
  trace.failed_layer = plan.failed_layer;
  trace.error = std::move(plan.error);
  Stage& first = trace.stages.emplace_back();
  first.plan = std::move(plan.stages.front());
  first.values = first.input = input;
  for (std::size_t i = 1; i < plan.stages.size(); ++i) {
    RunOptions wanted = options;
    wanted.winners = options.winners || winners_are_read(plan, i);
    auto stage = next_stage(engine, trace, std::move(plan.stages[i]), wanted);
    if (!stage) {
      trace.failed_layer = i - 1;
      trace.error = stage.error();
      return trace;
    }
    if (pipeline[i - 1].enabled) {
      auto notes = engine.notes(pipeline[i - 1].layer, stage->plan.input_shape);
      std::ranges::move(notes, std::back_inserter(stage->engine_notes));
    }
    std::ranges::copy(stage->engine_notes, std::back_inserter(stage->plan.notes));
    trace.stages.push_back(std::move(*stage));
  }
  return trace;
}

LoweredPool sliced(const LoweredPool& pool, std::int64_t row_begin, std::int64_t row_end,
                   std::int64_t col_begin, std::int64_t col_end) {
  LoweredPool part = pool;
  for (PlaneWindows& windows : part.planes) {
    const PlaneWindows whole = std::exchange(windows, {});
    POOLSCOPE_CHECK(0 <= row_begin && row_begin <= row_end &&
                    row_end <= static_cast<std::int64_t>(whole.rows.size()));
    POOLSCOPE_CHECK(0 <= col_begin && col_begin <= col_end &&
                    col_end <= static_cast<std::int64_t>(whole.cols.size()));
    windows.rows.assign(whole.rows.begin() + row_begin, whole.rows.begin() + row_end);
    windows.cols.assign(whole.cols.begin() + col_begin, whole.cols.begin() + col_end);
  }
  return part;
}

}  // namespace poolscope
