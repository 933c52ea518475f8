#include "core/analysis/advice.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "core/analysis/border_ledger.h"
#include "core/analysis/coverage.h"
#include "core/analysis/specks.h"
#include "core/pooling/axis_windows.h"

namespace poolscope {
namespace {

/// A window is large from this many cells a side.
constexpr std::int64_t kLargeWindow = 5;
/// A map of at most so many cells is almost nothing, after a loss of at least this factor.
constexpr std::int64_t kTinyMap = 4, kStrongLoss = 16;
/// From this share of specks on, and this many of them, an input counts as noisy.
constexpr double kNoisyShare = 0.002;
constexpr std::int64_t kNoisyCount = 4;

/// A layer to look at. `stage` is null where it could not run.
struct Case {
  const Pipeline& pipeline;
  const Trace& trace;
  std::size_t index;
  const std::atomic<bool>& cancelled;

  const Layer& layer() const { return pipeline[index].layer; }
  const Stage* stage() const {
    return index + 1 < trace.stages.size() ? &trace.stages[index + 1] : nullptr;
  }
  /// What the layer reads, or would.
  Shape input() const {
    return stage() ? stage()->plan.input_shape : trace.stages[index].plan.shape;
  }
  const LoweredPool* pool() const { return stage() ? stage()->plan.pool() : nullptr; }
};

using Edit = std::function<void(Pipeline&)>;

/// The edited pipeline, where it runs at least as far as before.
std::optional<Remedy> remedy_of(const Case& on, std::string action, const Edit& edit) {
  Remedy remedy{std::move(action), on.pipeline};
  edit(remedy.pipeline);
  const StagePlan& source = on.trace.stages.front().plan;
  const PipelinePlan plan = plan_pipeline(remedy.pipeline, source.shape, source.form);
  const bool cured = !plan.failed_layer || (on.stage() && on.trace.failed_layer);
  if (!cured) return {};
  return remedy;
}

std::optional<Remedy> layer_remedy(const Case& on, std::string action,
                                   const std::function<void(Layer&)>& edit) {
  return remedy_of(on, std::move(action),
                   [&](Pipeline& pipeline) { edit(pipeline[on.index].layer); });
}

bool has(const Layer& layer, std::string_view parameter) {
  return find_parameter(*layer.kind, parameter) != nullptr;
}

std::string sides_text(std::int64_t h, std::int64_t w) {
  return h == w ? fmt::format("{}", h) : fmt::format("{}×{}", h, w);
}

std::string percent(double share) { return fmt::format("{:.3g} %", 100.0 * share); }

// The checks -----------------------------------------------------------------------------------

std::optional<Finding> window_too_large(const Case& on) {
  const Shape input = on.input();
  const auto axes = sliding_axes_of(on.layer(), input);
  if (!axes) return {};
  const std::int64_t h = axes->rows.extent(), w = axes->cols.extent();
  if (h <= input.h && w <= input.w) return {};
  Finding found{.title = "The window is larger than the map"};
  found.reason =
      fmt::format("It spans {}×{} cells and the map has {}×{}: ", h, w, input.h, input.w);
  found.reason +=
      on.stage() ? "every window hangs over its edge." : "no window fits, so there is no output.";
  const Pair kernel{std::min(on.layer().kernel_size.h, input.h),
                    std::min(on.layer().kernel_size.w, input.w)};
  found.remedy = layer_remedy(on, fmt::format("Use a window of {}", sides_text(kernel.h, kernel.w)),
                              [&](Layer& layer) {
                                layer.kernel_size = kernel;
                                layer.dilation = {1, 1};
                              });
  return found;
}

std::optional<Finding> shrunk_map(const Case& on) {
  if (!on.stage() || on.layer().kind->global || has(on.layer(), "output_size")) return {};
  const auto cells = [&](std::size_t stage) {
    return on.trace.stages[stage].plan.shape.plane_size();
  };
  const std::int64_t after = cells(on.index + 1), before = cells(on.index), source = cells(0);
  std::int64_t shrinking = 0;
  for (std::size_t i = 0; i <= on.index; ++i) shrinking += cells(i + 1) < cells(i) ? 1 : 0;
  const bool first = before > kTinyMap && after <= kTinyMap;
  if (!first || shrinking < 2 || source < after * kStrongLoss) return {};
  const Shape from = on.trace.stages.front().plan.shape, to = on.stage()->plan.shape;
  Finding found{.title = "The map has shrunk to almost nothing"};
  found.reason = fmt::format(
      "{} layers shrink {}×{} to {}×{}: each cell left stands for {} of the "
      "input, and where something was is lost.",
      shrinking, from.h, from.w, to.h, to.w, source / after);
  found.remedy = remedy_of(on, "Skip this layer",
                           [&](Pipeline& pipeline) { pipeline[on.index].enabled = false; });
  return found;
}

/// The rows and columns of one cause that no window reads, as a share of the plane's cells, and the
/// first sentence that says so.
struct Unread {
  double share = 0.0;
  std::string sentences;
};

Unread unread_of(const Case& on, UnreadCause cause) {
  const PlaneLedger ledger =
      plane_ledger(on.layer(), on.pool()->planes.front(), on.input(), on.pool()->border);
  double read = 1.0;
  Unread unread;
  const auto add = [&](const AxisLedger& axis, std::int64_t size) {
    for (const UnreadLines& lines : axis.unread) {
      if (lines.cause != cause) continue;
      read *= 1.0 - static_cast<double>(lines.lines.size()) / static_cast<double>(size);
      unread.sentences += (unread.sentences.empty() ? "" : ". ") + lines.sentence;
    }
  };
  add(ledger.rows, on.input().h);
  add(ledger.cols, on.input().w);
  unread.share = 1.0 - read;
  return unread;
}

std::optional<Finding> skipped_cells(const Case& on) {
  if (!on.pool() || !sliding_axes_of(on.layer(), on.input())) return {};
  const Unread by_stride = unread_of(on, UnreadCause::stride);
  const bool stride = !by_stride.sentences.empty();
  const Unread unread = stride ? by_stride : unread_of(on, UnreadCause::dilation);
  if (unread.sentences.empty()) return {};
  Finding found{.title = stride ? "The stride skips cells" : "The dilation skips cells"};
  found.reason =
      fmt::format("{}. That is {} of all cells: whatever they hold, the output is the same.",
                  unread.sentences, percent(unread.share));
  const SlidingAxes axes = *sliding_axes_of(on.layer(), on.input());
  const Pair close{std::min(axes.rows.stride, axes.rows.extent()),
                   std::min(axes.cols.stride, axes.cols.extent())};
  found.remedy = stride ? layer_remedy(on, "Use stride " + sides_text(close.h, close.w),
                                       [&](Layer& layer) { layer.stride = close; })
                        : layer_remedy(on, "Use dilation 1", [](Layer& layer) {
                            layer.dilation = {1, 1};
                          });
  return found;
}

std::optional<Finding> lost_to_floor(const Case& on) {
  if (!on.pool()) return {};
  const Unread unread = unread_of(on, UnreadCause::floor);
  if (unread.sentences.empty()) return {};
  Finding found{.severity = Severity::note, .title = "Rounding down loses the edge"};
  found.reason = unread.sentences + ".";
  if (has(on.layer(), "ceil_mode")) {
    found.remedy =
        layer_remedy(on, "Turn ceil_mode on", [](Layer& layer) { layer.ceil_mode = true; });
  } else if (on.layer().kind->is(Framework::keras)) {
    found.remedy = layer_remedy(on, "Use padding=\"same\"",
                                [](Layer& layer) { layer.auto_pad = AutoPad::same_upper; });
  }
  return found;
}

/// Means of the outputs whose windows count padding, and of all others.
struct BorderMeans {
  double border = 0.0, others = 0.0;
};

std::optional<BorderMeans> border_means(const Case& on) {
  const Tensor& values = on.stage()->values;
  const PlaneWindows& windows = on.pool()->planes.front();
  const Shape input = on.input();
  const auto is_full = [](const AxisWindow& window, std::int64_t size) {
    return taps_between(window, 0, size) == window.divisor;
  };
  BorderMeans means;
  std::int64_t border = 0, others = 0;
  for (std::int64_t p = 0; p < values.shape().planes(); ++p) {
    if (on.cancelled) return {};
    const float* value = values.plane(p).data();
    for (const AxisWindow& row : windows.rows) {
      for (const AxisWindow& col : windows.cols) {
        const bool full = is_full(row, input.h) && is_full(col, input.w);
        (full ? means.others : means.border) += static_cast<double>(*value++);
        ++(full ? others : border);
      }
    }
  }
  if (border == 0 || others == 0) return {};
  return BorderMeans{means.border / static_cast<double>(border),
                     means.others / static_cast<double>(others)};
}

std::optional<Finding> dark_border(const Case& on) {
  if (!on.pool() || on.pool()->reduction != Reduction::mean || on.pool()->divisor_override)
    return {};
  const WindowLedger corner = window_ledger(on.layer(), *on.pool(), on.input(), {0, 0, 0});
  if (corner.padding == 0 || corner.around.padding != OutsideValue::zero) return {};
  Finding found{.title = "Padding darkens the average at the border"};
  found.reason = fmt::format(
      "count_include_pad counts the padding as zeros. Window (0, 0) holds {} of the input and "
      "divides by {}: {}/{} of the mean it would be.",
      corner.inside == 1 ? "1 cell" : fmt::format("{} cells", corner.inside), corner.divisor->value,
      corner.inside, corner.divisor->value);
  const auto means = border_means(on);
  if (means && std::isfinite(means->border) && std::isfinite(means->others)) {
    found.reason += fmt::format(" Here windows at the border average {:.4g}, the others {:.4g}.",
                                means->border, means->others);
  }
  found.remedy = layer_remedy(on, "Turn count_include_pad off",
                              [](Layer& layer) { layer.count_include_pad = false; });
  return found;
}

std::optional<Finding> large_dense_window(const Case& on) {
  const auto axes = sliding_axes_of(on.layer(), on.input());
  if (!on.pool() || !axes || on.pool()->reduction == Reduction::weighted) return {};
  const auto dense = [](const SlidingAxis& axis) { return axis.stride == 1; };
  const std::int64_t side = std::max(axes->rows.kernel, axes->cols.kernel);
  if (side < kLargeWindow || !dense(axes->rows) || !dense(axes->cols)) return {};
  const CoverageCounts counts = count_cells(coverage(on.pool()->planes.front(), on.input()));
  const double kept = static_cast<double>(on.stage()->plan.shape.plane_size()) /
                      static_cast<double>(on.input().plane_size());
  Finding found{.title = "A large window moves by single cells"};
  found.reason = fmt::format(
      "A window of {}×{} with stride 1 reads the same cell up to {} times and "
      "keeps {} of the cells: detail is lost, and hardly anything is saved.",
      axes->rows.kernel, axes->cols.kernel, counts.most, percent(kept));
  const Pair stride = on.layer().kernel_size;
  found.remedy = layer_remedy(on, "Use stride " + sides_text(stride.h, stride.w),
                              [&](Layer& layer) { layer.stride = stride; });
  return found;
}

std::optional<Finding> noisy_extremes(const Case& on) {
  if (!on.pool()) return {};
  const bool is_max = on.pool()->reduction == Reduction::max;
  if (!is_max && on.pool()->reduction != Reduction::min) return {};
  const Specks specks =
      count_specks(on.stage()->input, is_max ? SpeckSide::bright : SpeckSide::dark, on.cancelled);
  if (specks.count < kNoisyCount || specks.share() < kNoisyShare) return {};
  Finding found{.title = is_max ? "A maximum keeps every bright speck"
                                : "A minimum keeps every dark speck"};
  found.reason = fmt::format(
      "{} of the cells ({}) stand {} all their neighbours by more than a quarter of "
      "the range of values, as noise does. Each decides every window that "
      "reads it.",
      percent(specks.share()), specks.count, is_max ? "above" : "below");
  const LayerKind* median = find_kind("MedianPool2d");
  if (median == nullptr || on.layer().kind->axes != 2) return found;
  Layer filter = make_layer(*median);
  filter.kernel_size = {3, 3};
  filter.stride = Pair{1, 1};
  filter.padding = {1, 1, 1, 1};
  found.remedy = remedy_of(on, "Put a 3×3 median before it", [&](Pipeline& pipeline) {
    pipeline.insert(pipeline.begin() + static_cast<std::ptrdiff_t>(on.index), {filter});
  });
  return found;
}

std::optional<Finding> random_layer(const Case& on) {
  if (!on.pool()) return {};
  const Layer& layer = on.layer();
  if (on.pool()->sampled) {
    Finding found{.title = "The layer draws at random, as in training"};
    found.reason = fmt::format(
        "{} draws one cell a window, here by seed {}. Evaluation takes the "
        "expected value, so a model is judged on other numbers than these.",
        layer.kind->name, layer.seed);
    found.remedy = layer_remedy(on, "Use its form for evaluation",
                                [](Layer& chosen) { chosen.training = false; });
    return found;
  }
  if (!has(layer, "output_ratio")) return {};
  Finding found{.severity = Severity::note, .title = "The windows are drawn at random"};
  found.reason = fmt::format(
      "{} places its windows by seed {}; another seed gives another output, in "
      "training and in evaluation.",
      layer.kind->name, layer.seed);
  const Shape out = on.stage()->plan.shape;
  const LayerKind* adaptive = find_kind("AdaptiveMaxPool2d");
  found.remedy = layer_remedy(on, "Use fixed windows of the same output", [&](Layer& chosen) {
    chosen = make_layer(*adaptive);
    chosen.output_size = {out.h, out.w};
  });
  return found;
}

struct Check {
  std::string_view name, passed;
  std::optional<Finding> (*look)(const Case& on);
};

constexpr Check kChecks[] = {
    {"large-window", "Every window fits its map.", window_too_large},
    {"shrunk-map", "The map keeps enough cells.", shrunk_map},
    {"skipped-cells", "No stride or dilation skips cells.", skipped_cells},
    {"lost-edge", "Rounding down loses no row and no column.", lost_to_floor},
    {"dark-border", "No average counts padding.", dark_border},
    {"dense-window", "No large window moves by single cells.", large_dense_window},
    {"noise", "No maximum or minimum reads specks of noise.", noisy_extremes},
    {"random", "Nothing is drawn at random.", random_layer},
};

}  // namespace

Advice advise(const Pipeline& pipeline, const Trace& trace, const std::atomic<bool>& cancelled) {
  Advice advice;
  for (const Check& check : kChecks) {
    const std::size_t before = advice.findings.size();
    for (std::size_t i = 0; i < pipeline.size() && i < trace.stages.size() && !cancelled; ++i) {
      if (!pipeline[i].enabled) continue;
      auto found = check.look({pipeline, trace, i, cancelled});
      if (!found) continue;
      found->check = check.name;
      found->layer = i;
      advice.findings.push_back(std::move(*found));
    }
    if (advice.findings.size() == before) advice.passed.push_back({check.name, check.passed});
  }
  std::ranges::stable_sort(advice.findings, {}, &Finding::layer);
  return advice;
}

}  // namespace poolscope
