#include "core/analysis/composition.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/pooling/axis_windows.h"

namespace poolscope {
namespace {

/// One step back: windows on one axis, and what taps outside it read.
struct AxisStep {
  const std::vector<AxisWindow>& windows;
  std::int64_t size;
  Border border;
};

/// Both axes of a step.
struct Step {
  const PlaneWindows& windows;
  Shape input;
  Border border = Border::skip;

  AxisStep rows() const { return {windows.rows, input.h, border}; }
  AxisStep cols() const { return {windows.cols, input.w, border}; }
};

/// The stages' windows in order, each on what the one before gave; nothing where one has none that
/// are the same for all planes. A pointwise or disabled layer takes no step.
std::optional<std::vector<Step>> steps_of(const StagePlan& stage, const Shape& before) {
  std::vector<Step> steps;
  if (!stage.lowered) return steps;
  if (stage.input_shape != before) return {};
  if (std::holds_alternative<Pointwise>(*stage.lowered)) return steps;
  Shape input = stage.input_shape;
  if (const auto* convolution = std::get_if<Convolution>(&*stage.lowered)) {
    steps.push_back({convolution->windows, input, Border::zero});
    return steps;
  }
  const bool in_turn = std::holds_alternative<LoweredPool>(*stage.lowered) ||
                       std::holds_alternative<PoolChain>(*stage.lowered);
  if (!in_turn) return {};
  for (const LoweredPool& pool : pools_of(*stage.lowered)) {
    if (pool.planes.size() != 1) return {};
    steps.push_back({pool.planes.front(), input, pool.border});
    input = pool.output_shape(input);
  }
  return steps;
}

std::optional<AxisReach> after(const std::optional<AxisReach>& reach,
                               const std::vector<AxisWindow>& windows) {
  const auto even = even_axis(windows);
  if (!reach || !even) return {};
  // A lone window steps nowhere; it stands for a tile.
  const std::int64_t stride = even->outputs > 1 ? even->stride : even->extent();
  return AxisReach{reach->size + (even->extent() - 1) * reach->jump, reach->jump * stride,
                   reach->start + even->begin * reach->jump};
}

/// The cells that the windows of `cells` read, in order, each once.
std::vector<std::int64_t> cells_read(const AxisStep& step, const std::vector<std::int64_t>& cells) {
  std::vector<std::int64_t> read;
  for (const std::int64_t cell : cells) {
    const AxisWindow& window = step.windows[static_cast<std::size_t>(cell)];
    for (std::int64_t k = 0; k < window.count; ++k) {
      std::int64_t tap = window.tap(k);
      if (step.border == Border::reflect) tap = reflected(tap, step.size);
      if (tap >= 0 && tap < step.size) read.push_back(tap);
    }
  }
  std::ranges::sort(read);
  const auto [first, last] = std::ranges::unique(read);
  read.erase(first, last);
  return read;
}

/// The steps from stage `source` to stage `last`, the last one first.
std::optional<std::vector<Step>> steps_back(std::span<const StagePlan> stages, std::size_t source,
                                            std::size_t last) {
  std::vector<Step> all;
  for (std::size_t i = last; i > source; --i) {
    const auto steps = steps_of(stages[i], stages[i - 1].shape);
    if (!steps) return {};
    for (auto step = steps->rbegin(); step != steps->rend(); ++step) all.push_back(*step);
  }
  return all;
}

/// From the first to the last cell that each window spans, through all steps.
std::vector<AxisWindow> spans(const std::vector<AxisStep>& back, std::int64_t outputs,
                              std::int64_t size) {
  std::vector<AxisWindow> windows;
  for (std::int64_t i = 0; i < outputs; ++i) {
    std::vector<std::int64_t> cells{i};
    for (const AxisStep& step : back) cells = cells_read(step, cells);
    const std::int64_t at = std::clamp<std::int64_t>(i * size / std::max<std::int64_t>(outputs, 1),
                                                     0, std::max<std::int64_t>(size - 1, 0));
    if (cells.empty()) cells = {at};
    windows.push_back({cells.front(), cells.back() - cells.front() + 1});
  }
  return windows;
}

}  // namespace

std::vector<StageReach> stage_reaches(std::span<const StagePlan> stages) {
  std::vector<StageReach> reaches{{AxisReach{}, AxisReach{}}};
  for (std::size_t i = 1; i < stages.size(); ++i) {
    StageReach reach = reaches.back();
    const auto steps = steps_of(stages[i], stages[i - 1].shape);
    if (!steps) reach = {};
    for (std::size_t k = 0; steps && k < steps->size(); ++k) {
      reach = {after(reach.rows, (*steps)[k].windows.rows),
               after(reach.cols, (*steps)[k].windows.cols)};
    }
    reaches.push_back(reach);
  }
  return reaches;
}

std::optional<CellSet> receptive_field(std::span<const StagePlan> stages, const StageCell& cell,
                                       std::size_t source) {
  const auto back = steps_back(stages, source, cell.stage);
  if (!back) return {};
  CellSet cells{{cell.row}, {cell.col}};
  for (const Step& step : *back) {
    cells = {cells_read(step.rows(), cells.rows), cells_read(step.cols(), cells.cols)};
  }
  return cells;
}

std::optional<PlaneWindows> spanned_windows(std::span<const StagePlan> stages, std::size_t source,
                                            std::size_t last) {
  const auto back = steps_back(stages, source, last);
  if (!back) return {};
  std::vector<AxisStep> rows, cols;
  for (const Step& step : *back) {
    rows.push_back(step.rows());
    cols.push_back(step.cols());
  }
  return PlaneWindows{spans(rows, stages[last].shape.h, stages[source].shape.h),
                      spans(cols, stages[last].shape.w, stages[source].shape.w)};
}

Pipeline replaced(const Pipeline& pipeline, const Identity& identity) {
  Pipeline result(pipeline.begin(), pipeline.begin() + static_cast<std::ptrdiff_t>(identity.first));
  for (const Layer& layer : identity.replacement) result.push_back({layer, true});
  result.insert(result.end(), pipeline.begin() + static_cast<std::ptrdiff_t>(identity.end),
                pipeline.end());
  return result;
}

}  // namespace poolscope
