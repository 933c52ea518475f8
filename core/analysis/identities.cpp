#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "core/analysis/composition.h"
#include "core/pooling/axis_windows.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

/// Pools of one reduction, each on what the one before gave, along one axis.
using AxisChain = std::vector<const std::vector<AxisWindow>*>;

/// How often each cell of the source counts in one output: once a way through the windows.
using Counts = std::vector<std::int64_t>;

/// More ways than this are not counted.
constexpr std::int64_t kMostWays = std::int64_t{1} << 31;

/// Layers [first, end) of a pipeline, as pools of one reduction.
struct Run {
  std::size_t first = 0, end = 0;
  Shape input;
  std::vector<const LoweredPool*> pools;

  AxisChain rows() const { return axis(&PlaneWindows::rows); }
  AxisChain cols() const { return axis(&PlaneWindows::cols); }
  Shape output() const { return pools.back()->output_shape(input); }

 private:
  AxisChain axis(std::vector<AxisWindow> PlaneWindows::*side) const {
    AxisChain chain;
    for (const LoweredPool* pool : pools) chain.push_back(&(pool->planes.front().*side));
    return chain;
  }
};

/// How often output `index` of the chain reads each of `size` cells; nothing beyond kMostWays.
std::optional<Counts> counts_of(const AxisChain& chain, std::size_t index, std::int64_t size) {
  Counts counts(chain.back()->size(), 0);
  counts[index] = 1;
  for (std::size_t k = chain.size(); k-- > 0;) {
    const auto cells = k == 0 ? size : static_cast<std::int64_t>(chain[k - 1]->size());
    Counts before(static_cast<std::size_t>(cells), 0);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] == 0) continue;
      const AxisWindow& window = (*chain[k])[i];
      const TapRange inside = taps_inside(window, cells);
      for (std::int64_t t = inside.first; t < inside.end; ++t) {
        std::int64_t& count = before[static_cast<std::size_t>(window.tap(t))];
        count += counts[i];
        if (count > kMostWays) return {};
      }
    }
    counts = std::move(before);
  }
  return counts;
}

/// What all windows of the chain divide by together; nothing where that differs among them.
std::optional<std::int64_t> common_divisor(const AxisChain& chain) {
  std::int64_t product = 1;
  for (const auto* windows : chain) {
    const std::int64_t divisor = windows->front().divisor;
    const bool same = std::ranges::all_of(
        *windows, [&](const AxisWindow& window) { return window.divisor == divisor; });
    if (!same || divisor < 1 || product > kMostWays / divisor) return {};
    product *= divisor;
  }
  return product;
}

/// Whether one window reads just the cells that the chain's output reads.
bool same_cells(const Counts& counts, const AxisWindow& window) {
  const auto size = static_cast<std::int64_t>(counts.size());
  const TapRange inside = taps_inside(window, size);
  std::int64_t read = 0;
  for (std::int64_t t = inside.first; t < inside.end; ++t) {
    if (counts[static_cast<std::size_t>(window.tap(t))] == 0) return false;
    ++read;
  }
  return read == size - std::ranges::count(counts, 0);
}

/// Whether the windows do along one axis what the chain does: of a maximum, the same cells; of a
/// mean, each of them with the same share.
bool same_axis(const AxisChain& chain, const std::vector<AxisWindow>& windows, std::int64_t size,
               bool mean) {
  if (chain.back()->size() != windows.size()) return false;
  const auto divisor = mean ? common_divisor(chain) : std::optional<std::int64_t>(1);
  if (!divisor) return false;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const auto counts = counts_of(chain, i, size);
    if (!counts || !same_cells(*counts, windows[i])) return false;
    // count / divisor of the chain = 1 / divisor of the window.
    const bool shares = std::ranges::all_of(*counts, [&](std::int64_t count) {
      return !mean || count == 0 || count * windows[i].divisor == *divisor;
    });
    if (!shares) return false;
  }
  return true;
}

/// Kernel, stride and padding of one axis of the pool that the chain may be.
struct AxisSetting {
  std::int64_t kernel = 1, stride = 1, padding = 0;
};

std::optional<AxisSetting> setting_of(const AxisChain& chain) {
  AxisReach reach;
  for (const auto* windows : chain) {
    const auto even = even_axis(*windows);
    if (!even) return {};
    reach = {reach.size + (even->extent() - 1) * reach.jump, reach.jump * even->stride,
             reach.start + even->begin * reach.jump};
  }
  // A single window has no stride; any that fits no second one will do.
  if (chain.back()->size() == 1) reach.jump = std::max(reach.jump, reach.size);
  if (reach.start > 0) return {};
  return AxisSetting{reach.size, reach.jump, -reach.start};
}

/// The one layer that the run may be; its windows have still to be compared.
std::optional<Layer> candidate(const Run& run, bool mean) {
  const auto rows = setting_of(run.rows()), cols = setting_of(run.cols());
  if (!rows || !cols) return {};
  Layer layer = make_layer(*find_kind(mean ? "AvgPool2d" : "MaxPool2d"));
  layer.kernel_size = {rows->kernel, cols->kernel};
  const Pair stride{rows->stride, cols->stride};
  if (stride != layer.kernel_size) layer.stride = stride;
  layer.padding = {rows->padding, cols->padding, rows->padding, cols->padding};
  return layer;
}

/// The candidate, floored or with ceil_mode, whose windows are proven to do what the run does.
std::optional<Layer> proven(const Run& run, bool mean) {
  auto layer = candidate(run, mean);
  if (!layer) return {};
  for (const bool ceil : {false, true}) {
    layer->ceil_mode = ceil;
    const auto pool = lower(*layer, run.input);
    if (!pool || pool->output_shape(run.input) != run.output()) continue;
    const PlaneWindows& windows = pool->planes.front();
    if (same_axis(run.rows(), windows.rows, run.input.h, mean) &&
        same_axis(run.cols(), windows.cols, run.input.w, mean)) {
      return layer;
    }
  }
  return {};
}

/// Whether a stage is a pool of PyTorch's that a run of `reduction` may hold.
const LoweredPool* run_pool(const PipelineLayer& entry, const StagePlan& stage,
                            Reduction reduction) {
  const LoweredPool* pool = stage.pool();
  const LayerKind& kind = *entry.layer.kind;
  const bool plain = kind.is(Framework::pytorch) && kind.axes == 2;
  if (pool == nullptr || !plain || pool->reduction != reduction || pool->planes.size() != 1 ||
      pool->divisor_override) {
    return nullptr;
  }
  return pool;
}

std::string name_of(const Layer& layer) {
  const std::string summary = layer_summary(layer);
  return fmt::format("{}{}{}", layer.kind->name, summary.empty() ? "" : " ", summary);
}

std::string names_of(const Pipeline& pipeline, std::size_t first, std::size_t end) {
  std::vector<std::string> names;
  for (std::size_t i = first; i < end; ++i) {
    if (pipeline[i].enabled) names.push_back(name_of(pipeline[i].layer));
  }
  const bool same =
      std::ranges::all_of(names, [&](const std::string& name) { return name == names.front(); });
  if (same && names.size() == 2) return names.front() + " twice";
  if (same && names.size() > 2) return fmt::format("{}, {} times", names.front(), names.size());
  return fmt::format("{}", fmt::join(names, ", then "));
}

/// The longest run from `first` on that one pool can take the place of.
std::optional<Identity> merged(const Pipeline& pipeline, std::span<const StagePlan> stages,
                               std::size_t first, Reduction reduction) {
  const bool mean = reduction == Reduction::mean;
  std::optional<Identity> longest;
  Run run{first, first, stages[first].shape, {}};
  for (std::size_t i = first; i + 1 < stages.size(); ++i) {
    if (!pipeline[i].enabled) continue;
    const LoweredPool* pool = run_pool(pipeline[i], stages[i + 1], reduction);
    if (pool == nullptr || stages[i + 1].input_shape != stages[i].shape) break;
    run.pools.push_back(pool);
    run.end = i + 1;
    if (run.pools.size() < 2) continue;
    const auto layer = proven(run, mean);
    if (!layer) continue;
    longest = Identity{first, run.end, {*layer}, {}};
    longest->sentence = fmt::format("{} = {}: each output {} the same cells.",
                                    names_of(pipeline, first, run.end), name_of(*layer),
                                    mean ? "averages, with the same shares," : "is the maximum of");
  }
  return longest;
}

bool reads_itself(const std::vector<AxisWindow>& windows, std::int64_t size) {
  if (static_cast<std::int64_t>(windows.size()) != size) return false;
  for (std::int64_t i = 0; i < size; ++i) {
    if (windows[static_cast<std::size_t>(i)] != AxisWindow{i}) return false;
  }
  return true;
}

/// A pool whose windows are the cells themselves.
bool does_nothing(const StagePlan& stage) {
  const LoweredPool* pool = stage.pool();
  if (pool == nullptr || pool->planes.size() != 1 || pool->divisor_override) return false;
  const bool keeps = pool->has_winners() || pool->reduction == Reduction::mean;
  const PlaneWindows& windows = pool->planes.front();
  return keeps && reads_itself(windows.rows, stage.input_shape.h) &&
         reads_itself(windows.cols, stage.input_shape.w);
}

/// The least and the most that a function gives.
std::pair<double, double> range_of(const Pointwise& pointwise) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  switch (pointwise.function) {
    case PointwiseFunction::clamp:
      return {pointwise.a, pointwise.b};
    case PointwiseFunction::sigmoid:
      return {0.0, 1.0};
    case PointwiseFunction::tanh:
      return {-1.0, 1.0};
    case PointwiseFunction::softplus:
    case PointwiseFunction::abs:
    case PointwiseFunction::square:
      return {0.0, kInf};
    default:
      return {-kInf, kInf};
  }
}

/// A function that changes nothing the one before it can give.
bool adds_nothing(const StagePlan& before, const StagePlan& stage) {
  const auto pointwise = [](const StagePlan& plan) {
    return plan.lowered ? std::get_if<Pointwise>(&*plan.lowered) : nullptr;
  };
  const Pointwise* first = pointwise(before);
  const Pointwise* second = pointwise(stage);
  if (first == nullptr || second == nullptr) return false;
  const auto [low, high] = range_of(*first);
  if (second->function == PointwiseFunction::clamp) return second->a <= low && high <= second->b;
  return second->function == PointwiseFunction::abs && low >= 0.0;
}

void add_idle(const Pipeline& pipeline, std::span<const StagePlan> stages,
              std::vector<Identity>& found) {
  std::size_t before = 0;
  for (std::size_t i = 0; i + 1 < stages.size(); ++i) {
    if (!pipeline[i].enabled) continue;
    const std::string name = name_of(pipeline[i].layer);
    if (does_nothing(stages[i + 1])) {
      found.push_back({i, i + 1, {}, name + " does nothing: each window is one cell."});
    } else if (before > 0 && adds_nothing(stages[before], stages[i + 1])) {
      found.push_back({i,
                       i + 1,
                       {},
                       fmt::format("{} after {} does nothing: it keeps all that comes out of it.",
                                   name, name_of(pipeline[before - 1].layer))});
    }
    before = i + 1;
  }
}

}  // namespace

std::vector<Identity> identities(const Pipeline& pipeline, std::span<const StagePlan> stages) {
  std::vector<Identity> found;
  for (const Reduction reduction : {Reduction::max, Reduction::mean}) {
    for (std::size_t first = 0; first + 1 < stages.size();) {
      auto identity =
          pipeline[first].enabled ? merged(pipeline, stages, first, reduction) : std::nullopt;
      first = identity ? identity->end : first + 1;
      if (identity) found.push_back(std::move(*identity));
    }
  }
  std::ranges::stable_sort(found, std::greater(),
                           [](const Identity& identity) { return identity.end - identity.first; });
  add_idle(pipeline, stages, found);
  return found;
}

}  // namespace poolscope
