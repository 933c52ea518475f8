#include "app/workspaces/explore/stage_view.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/analysis/composition.h"

namespace poolscope {
namespace {

ValueRange range_of(const Picture& picture, std::int64_t plane) {
  const PlaneStats& stats = picture.stats(plane);
  return {stats.min, stats.max};
}

ValueRange joined(ValueRange a, ValueRange b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

/// From the first tap to the last along one axis, and at least the input.
std::pair<double, double> axis_domain(const std::vector<AxisWindow>& windows, std::int64_t size) {
  std::int64_t begin = 0, end = size;
  for (const AxisWindow& window : windows) {
    begin = std::min(begin, window.begin);
    end = std::max(end, window.last() + 1);
  }
  return {static_cast<double>(begin), static_cast<double>(end)};
}

/// Whether an output channel is more than one input channel of its own, filtered.
bool mixes_channels(const Convolution& convolution) {
  return convolution.channels != 1 || convolution.out_channels != convolution.groups;
}

/// Whether the channels of a stage may be those of the source.
bool has_colours(const Trace& trace, std::size_t stage) {
  const std::int64_t channels = trace.stages.front().values.shape().c;
  const auto mixes = [](const Stage& made) {
    const auto* convolution =
        made.plan.lowered ? std::get_if<Convolution>(&*made.plan.lowered) : nullptr;
    return convolution != nullptr && mixes_channels(*convolution);
  };
  const auto end = trace.stages.begin() + static_cast<std::ptrdiff_t>(stage) + 1;
  return (channels == 3 || channels == 4) && std::none_of(trace.stages.begin(), end, mixes);
}

void set_planes(StageView& view, const View& chosen) {
  const Shape& shape = view.input.shape();
  view.colours = has_colours(view.evaluation->trace, view.input_stage);
  view.planes.sample =
      std::clamp<std::int64_t>(chosen.sample, 0, std::max<std::int64_t>(0, shape.n - 1));
  view.planes.channel = std::clamp<std::int64_t>(chosen.channel, 0, shape.c - 1);
  view.planes.composite = chosen.composite && view.colours;
  view.plane = view.planes.sample * shape.c + view.planes.channel;
  view.output_planes = view.planes;
  view.output_plane = view.plane;
}

/// Where the output has channels of its own, the one shown is counted among those; of the input,
/// one that it reads is shown.
void set_output_planes(StageView& view, const View& chosen) {
  if (view.output == nullptr) return;
  const std::int64_t channels = view.output_channels();
  view.output_planes.channel = std::clamp<std::int64_t>(chosen.channel, 0, channels - 1);
  view.output_planes.composite = view.planes.composite && !view.has_own_channels();
  if (const Convolution* convolution = view.convolution()) {
    const std::int64_t first = convolution->first_channel(view.output_planes.channel);
    view.planes.channel = std::clamp(view.planes.channel, first, first + convolution->channels - 1);
  }
  view.plane = view.planes.sample * view.input.shape().c + view.planes.channel;
  view.output_plane = view.planes.sample * channels + view.output_planes.channel;
}

void set_ranges(StageView& view, const View& chosen, float white) {
  view.input_range = range_of(*view.input_picture, view.plane);
  view.output_range = view.input_range;
  // The range of the outputs would tell what is hidden.
  if (view.output && !view.hides_any())
    view.output_range = range_of(*view.output_picture, view.output_plane);
  if (chosen.range == RangeScale::shared) {
    view.input_range = view.output_range = joined(view.input_range, view.output_range);
  }
  view.input_range = display_range(chosen.map, view.input_range);
  view.output_range = display_range(chosen.map, view.output_range);
  const PlaneStats& all = view.input_picture->overall();
  view.composite_range = {std::min(0.0F, all.min), white > 0 ? white : all.max};
}

void set_failure(StageView& view, const Trace& trace, std::size_t selected) {
  const std::size_t failed = trace.failed_layer.value_or(0);
  view.reason = trace.failed_layer ? fmt::format("no output: layer {}", failed + 1) : "no output";
  if (selected > failed) view.reason = fmt::format("waits for layer {}", failed + 1);
  view.reason_detail = trace.error ? trace.error->message : "";
}

/// The stages on the canvases: those chosen, else those of the selected layer.
void set_stages(StageView& view, const Ui& ui) {
  const std::size_t layers = view.evaluation->request.pipeline.size();
  const std::size_t computed = view.evaluation->trace.stages.size();
  if (layers == 0) return;
  const View& chosen = ui.document.view;
  const std::size_t selected = std::min(ui.document.selected_layer, layers - 1);
  view.output_stage = std::min(chosen.output_stage.value_or(selected + 1), layers);
  if (view.output_stage == 0) view.output_stage = 1;
  view.input_stage = std::min(chosen.input_stage.value_or(selected), computed - 1);
  // What comes later cannot be the input: then the layer's own.
  if (view.input_stage >= view.output_stage) view.input_stage = view.output_stage - 1;
  view.layer = &view.evaluation->request.pipeline[view.output_stage - 1].layer;
}

/// The input, as the layer reads it; of a span, as the stage gave it.
void set_input(StageView& view, bool computed) {
  const Evaluation& evaluation = *view.evaluation;
  const auto& stages = evaluation.trace.stages;
  const bool one_layer = computed && view.output_stage == view.input_stage + 1;
  const std::size_t in = one_layer || view.output_stage == 0
                             ? view.output_stage
                             : std::min(view.input_stage, stages.size() - 1);
  const Stage& stage = stages[in];
  view.input = one_layer ? stage.input : stage.values;
  view.input_picture = one_layer ? evaluation.input_pictures[in] : evaluation.pictures[in];
  view.input_axes = one_layer
                        ? array_axes(stage.plan.input_shape, {4, stage.plan.input_form.format, 2})
                        : array_axes(stage.plan.shape, {4, stage.plan.form.format, 2});
}

void set_output(StageView& view) {
  const Evaluation& evaluation = *view.evaluation;
  view.output = &evaluation.trace.stages[view.output_stage];
  view.output_picture = evaluation.pictures[view.output_stage];
  if (!view.is_span()) view.pool = view.output->plan.pool();
  if (view.pool) view.around = surroundings(*view.layer, *view.pool, view.input.shape());
  view.output_axes = array_axes(view.output->plan.shape, {4, view.output->plan.form.format, 2});
  view.out_rows = view.output->values.shape().h;
  view.out_cols = view.output->values.shape().w;
}

void set_span(StageView& view, KeptSpan& kept) {
  if (!view.is_span()) return;
  const Evaluation& evaluation = *view.evaluation;
  const bool same = kept.evaluation == evaluation.serial && kept.input_stage == view.input_stage &&
                    kept.output_stage == view.output_stage;
  if (!same) {
    std::vector<StagePlan> plans;
    for (const Stage& stage : evaluation.trace.stages) plans.push_back(stage.plan);
    auto windows = spanned_windows(plans, view.input_stage, view.output_stage);
    kept = {evaluation.serial, view.input_stage, view.output_stage, nullptr};
    if (windows) kept.windows = std::make_shared<const PlaneWindows>(std::move(*windows));
  }
  view.span = kept.windows;
}

void set_domain(StageView& view) {
  view.domain = {0, 0, static_cast<double>(view.cols), static_cast<double>(view.rows)};
  if (const PlaneWindows* windows = view.windows()) {
    std::tie(view.domain.y0, view.domain.y1) = axis_domain(windows->rows, view.rows);
    std::tie(view.domain.x0, view.domain.x1) = axis_domain(windows->cols, view.cols);
  }
}

void set_selection(StageView& view, const Selection& wanted) {
  const auto inside = [](std::int64_t at, std::int64_t size) {
    return std::clamp<std::int64_t>(at, 0, std::max<std::int64_t>(0, size - 1));
  };
  view.selection = wanted;
  view.selection.row = inside(wanted.row, view.out_rows);
  view.selection.col = inside(wanted.col, view.out_cols);
}

}  // namespace

std::optional<StageView> make_stage_view(const Ui& ui, KeptSpan& kept) {
  if (ui.evaluation == nullptr || ui.evaluation->trace.stages.empty()) return {};
  const Evaluation& evaluation = *ui.evaluation;
  StageView view;
  view.evaluation = &evaluation;
  set_stages(view, ui);
  const bool computed = view.output_stage < evaluation.trace.stages.size();
  set_input(view, computed);
  if (view.input.empty() || !view.input_picture) return {};
  view.rows = view.input.shape().h;
  view.cols = view.input.shape().w;
  set_planes(view, ui.document.view);
  if (computed) {
    set_output(view);
    set_span(view, kept);
  } else {
    set_failure(view, evaluation.trace, view.output_stage - 1);
  }
  set_output_planes(view, ui.document.view);
  set_domain(view);
  const Prediction& prediction = ui.document.prediction;
  if (prediction.hidden && view.layer != nullptr && view.output != nullptr)
    view.answers = &prediction.answers(ui.document.selected_layer);
  set_ranges(view, ui.document.view, evaluation.request.source.array.white);
  set_selection(view, ui.document.selection);
  return view;
}

bool StageView::has_own_channels() const {
  return output_channels() != input.shape().c ||
         (convolution() != nullptr && mixes_channels(*convolution()));
}

const PlaneWindows* StageView::windows() const {
  if (pool) return &pool->windows(plane);
  if (is_span()) return span.get();
  return output && output->plan.footprint ? &*output->plan.footprint : nullptr;
}

namespace {

CellRect rect_of(const PlaneWindows& windows, std::int64_t row, std::int64_t col) {
  const AxisWindow& r = windows.rows[static_cast<std::size_t>(row)];
  const AxisWindow& c = windows.cols[static_cast<std::size_t>(col)];
  return {static_cast<double>(c.begin), static_cast<double>(r.begin),
          static_cast<double>(c.last() + 1), static_cast<double>(r.last() + 1)};
}

CellRect cell_rect(std::int64_t row, std::int64_t col) {
  const auto y = static_cast<double>(row), x = static_cast<double>(col);
  return {x, y, x + 1, y + 1};
}

/// The window of cell `index` of a pyramid's row; nothing for an unpooling, which has none.
std::optional<CellRect> level_rect(const LoweredLayer& lowered, std::int64_t index) {
  for (const LoweredPool& pool : pools_of(lowered)) {
    const PlaneWindows& windows = pool.planes.front();
    const auto cols = static_cast<std::int64_t>(windows.cols.size());
    const std::int64_t cells = static_cast<std::int64_t>(windows.rows.size()) * cols;
    if (index < cells) return rect_of(windows, index / cols, index % cols);
    index -= cells;
  }
  return {};
}

/// The place on an axis of `to` cells that lies where `at` does on one of `from` cells.
std::int64_t rescaled(std::int64_t at, std::int64_t from, std::int64_t to) {
  return std::clamp<std::int64_t>(at * to / std::max<std::int64_t>(from, 1), 0, to - 1);
}

}  // namespace

CellRect StageView::window_rect(std::int64_t row, std::int64_t col) const {
  if (windows() != nullptr) return rect_of(*windows(), row, col);
  if (!output || (!output->plan.lowered && !is_span())) return cell_rect(row, col);
  const auto level = is_span() ? std::nullopt : level_rect(*output->plan.lowered, col);
  return level ? *level : cell_rect(rescaled(row, out_rows, rows), rescaled(col, out_cols, cols));
}

float StageView::output_value(std::int64_t row, std::int64_t col) const {
  return output->values.plane(output_plane)[static_cast<std::size_t>(row * out_cols + col)];
}

float StageView::input_value(std::int64_t row, std::int64_t col) const {
  return input.plane(plane)[static_cast<std::size_t>(row * cols + col)];
}

std::string StageView::channel_name(std::int64_t channel) const {
  const bool picture = evaluation->request.source.array.kind == InputKind::image;
  if (!picture || !colours) return fmt::format("{}", channel);
  return std::string(1, "RGBA"[channel]);
}

std::string_view StageView::border_text(std::int64_t row, std::int64_t col) const {
  if (convolution() != nullptr) return "0";
  if (!around) return "";
  const bool padded =
      row >= around->top && row < around->bottom && col >= around->left && col < around->right;
  return outside_sign(padded ? around->padding : around->overhang);
}

std::optional<Selection> window_reading(const StageView& view, std::int64_t row, std::int64_t col) {
  if (view.output == nullptr) return {};
  if (view.windows() == nullptr) {
    return Selection{rescaled(row, view.rows, view.out_rows),
                     rescaled(col, view.cols, view.out_cols)};
  }
  const auto nearest = [](const std::vector<AxisWindow>& windows, std::int64_t cell) {
    std::int64_t best = -1, best_distance = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const AxisWindow& window = windows[i];
      const std::int64_t offset = cell - window.begin;
      if (offset < 0 || cell > window.last() || offset % window.step != 0) continue;
      const std::int64_t distance = std::abs(2 * cell - window.begin - window.last());
      if (distance < best_distance) {
        best = static_cast<std::int64_t>(i);
        best_distance = distance;
      }
    }
    return best;
  };
  const Selection found{nearest(view.windows()->rows, row), nearest(view.windows()->cols, col)};
  if (found.row < 0 || found.col < 0) return {};
  return found;
}

void ProbeCache::renew(const StageView& view) {
  const Key key{view.evaluation->serial, view.windows(), view.plane};
  if (key == key_) return;
  key_ = key;
  blocks_.clear();
  facts_.reset();
  coverage_.reset();
}

const WindowBlock* ProbeCache::block(const StageView& view, const CellRange& range) {
  renew(view);
  for (const WindowBlock& block : blocks_) {
    if (block.range == range) return &block;
  }
  if (view.pool == nullptr || view.evaluation->engine == nullptr) return nullptr;
  auto block = probe_windows(*view.evaluation->engine, view.input, *view.pool, view.plane, range);
  if (!block) return nullptr;
  constexpr std::size_t kKept = 64;
  if (blocks_.size() >= kKept) blocks_.clear();
  blocks_.reserve(kKept);
  blocks_.push_back(std::move(*block));
  return &blocks_.back();
}

const WindowFacts& ProbeCache::facts(const StageView& view, std::int64_t winner) {
  renew(view);
  if (!facts_ || facts_for_.row != view.selection.row || facts_for_.col != view.selection.col) {
    facts_ = window_facts(view.input, *view.pool, view.plane, view.selection.row,
                          view.selection.col, winner);
    facts_for_ = view.selection;
  }
  return *facts_;
}

const Coverage& ProbeCache::coverage(const StageView& view) {
  renew(view);
  if (!coverage_)
    coverage_ = poolscope::coverage(*view.windows(), view.input.shape(), view.border());
  return *coverage_;
}

}  // namespace poolscope
