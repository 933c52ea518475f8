#include "core/engines/opengl_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include <fmt/format.h>

#include "core/engines/opengl_chunks.h"
#include "core/pooling/axis_windows.h"

namespace poolscope {
namespace {

constexpr std::int64_t kFloat = 4;
/// Exponents up to this one are multiplied out; the powers of floats stay doubles.
constexpr double kMostFactors = 8.0;
/// Below it, log(sum) / scale asks for more digits than a float has.
constexpr double kLeastScale = 0.1;
/// Taps of a window that one invocation reads, some reductions twice: Mesa's software renderer
/// leaves all loops of an invocation after 65535 rounds, and a GPU's watchdog a slow one.
constexpr std::int64_t kMostTaps = 16384;
constexpr std::int64_t kMostGroupTaps = kOpenGlGroup * kMostTaps / 2;
/// A group that sums a window again, in one loop.
constexpr std::int64_t kMostAgainTaps = kOpenGlGroup * 60'000;
/// The median reads them for each bit of the keys.
constexpr std::int64_t kMostMedianTaps = 1024;

/// So few outputs of so many taps leave most of a GPU idle with one invocation each.
constexpr std::int64_t kFewCells = 8192, kManyTaps = 32;
/// Plain float sums of a tile's windows, rows then columns, stay within the bounds.
constexpr std::int64_t kMostTileTaps = 7;
/// Windows that are put together from windows of 1, 2, 4, ... taps: below, taps one by one are
/// faster; beyond, sums lose digits.
constexpr std::int64_t kLeastSlideTaps = 8, kMostSlideTaps = 128;

bool fits(std::int64_t value) {
  return value >= std::numeric_limits<std::int32_t>::min() &&
         value <= std::numeric_limits<std::int32_t>::max();
}

bool fits(const AxisWindow& window) {
  return fits(window.begin) && fits(window.last()) && fits(window.count) && fits(window.step) &&
         fits(window.divisor);
}

OpenGlWindow as_is(const AxisWindow& window) {
  return {static_cast<std::int32_t>(window.begin), static_cast<std::int32_t>(window.count),
          static_cast<std::int32_t>(window.step), static_cast<std::int32_t>(window.divisor)};
}

/// The taps inside [0, size).
OpenGlWindow clipped(const AxisWindow& window, std::int64_t size) {
  const TapRange range = taps_inside(window, size);
  AxisWindow inside = window;
  inside.begin = window.tap(range.first);
  inside.count = range.end - range.first;
  if (inside.count == 0) inside.begin = 0;
  return as_is(inside);
}

/// The windows of one axis as the shaders read them.
std::vector<OpenGlWindow> table_of(std::span<const AxisWindow> windows, std::int64_t size,
                                   const LoweredPool& pool) {
  std::vector<OpenGlWindow> table;
  for (const AxisWindow& window : windows) {
    table.push_back(pool.reduction == Reduction::weighted ? as_is(window) : clipped(window, size));
  }
  return table;
}

/// The windows as they slide; empty where they do not.
std::optional<OpenGlSlide> slide_of(std::span<const AxisWindow> windows) {
  const auto axis = even_axis(windows);
  if (!axis) return {};
  return OpenGlSlide{static_cast<std::int32_t>(axis->begin),
                     static_cast<std::int32_t>(axis->stride),
                     static_cast<std::int32_t>(axis->count), static_cast<std::int32_t>(axis->step)};
}

/// How many taps the windows of one axis have.
struct TapCounts {
  std::int64_t most = 0, all = 0;

  explicit TapCounts(std::span<const OpenGlWindow> windows) {
    for (const OpenGlWindow& window : windows) {
      most = std::max<std::int64_t>(most, window.count);
      all += window.count;
    }
  }
};

/// Chooses the passes of a plan that has its windows.
class PassChooser {
 public:
  PassChooser(const OpenGlPlan& plan, const LoweredPool& pool, const Shape& output)
      : plan_(plan), output_(output), reduction_(pool.reduction) {
    const std::size_t each = static_cast<std::size_t>(output.h + output.w);
    for (std::size_t first = 0; first < plan.windows.size(); first += each) {
      const std::span rows(plan.windows.data() + first, static_cast<std::size_t>(output.h));
      const std::span cols(rows.data() + rows.size(), static_cast<std::size_t>(output.w));
      row_taps_ = more(row_taps_, TapCounts(rows));
      col_taps_ = more(col_taps_, TapCounts(cols));
    }
  }

  std::vector<OpenGlPass> passes() const {
    if (fits_tile()) return {pass(OpenGlStage::whole, OpenGlKernel::tile)};
    if (splits())
      return {pass_along(OpenGlStage::along_rows), pass_along(OpenGlStage::across_rows)};
    const bool large =
        is_separable() && is_few(output_.elements(), row_taps_.most * col_taps_.most);
    return {pass(OpenGlStage::whole, large ? OpenGlKernel::group : OpenGlKernel::cell)};
  }

 private:
  static TapCounts more(const TapCounts& a, const TapCounts& b) { return a.all < b.all ? b : a; }

  bool is_separable() const {
    return reduction_ == Reduction::max || reduction_ == Reduction::min ||
           reduction_ == Reduction::mean;
  }
  static bool is_few(std::int64_t cells, std::int64_t taps) {
    return cells <= kFewCells && taps >= kManyTaps;
  }

  bool fits_tile() const {
    if (!is_separable() || plan_.winners || !plan_.rows || !plan_.cols) return false;
    if (output_.w < kOpenGlTileCols / 2 || output_.h < kOpenGlTileRows / 2) return false;
    const OpenGlSlide &rows = *plan_.rows, &cols = *plan_.cols;
    const std::int64_t taps = std::int64_t{rows.count} * cols.count;
    return taps >= 4 && rows.count <= kMostTileTaps && cols.count <= kMostTileTaps &&
           (kOpenGlTileRows - 1) * rows.stride + rows.extent() <= kOpenGlTileSourceRows &&
           (kOpenGlTileCols - 1) * cols.stride + cols.extent() <= kOpenGlTileSourceCols;
  }

  /// Whether windows of 1, 2, 4, ... taps pay on an axis.
  static bool slides(const std::optional<OpenGlSlide>& axis, OpenGlStage stage) {
    if (!axis || axis->count < kLeastSlideTaps || axis->count > kMostSlideTaps) return false;
    return axis->extent() <= slide_length(stage) / 2 && axis->stride * 4 <= axis->count;
  }
  const std::optional<OpenGlSlide>& axis_of(OpenGlStage stage) const {
    return stage == OpenGlStage::along_rows ? plan_.cols : plan_.rows;
  }
  /// What a cell of a pass costs, in taps.
  double cost(OpenGlStage stage, const TapCounts& taps, std::int64_t cells) const {
    constexpr double pass_cost = 4.0, slide_cost = 12.0;
    if (slides(axis_of(stage), stage)) return pass_cost + slide_cost;
    return pass_cost + static_cast<double>(taps.all) / static_cast<double>(cells);
  }
  /// Whether two passes cost less than one.
  bool splits() const {
    if (!is_separable() || row_taps_.most < 2 || col_taps_.most < 2) return false;
    if (row_taps_.most * col_taps_.most > kMostGroupTaps) return true;
    const double one = static_cast<double>(row_taps_.all) * static_cast<double>(col_taps_.all);
    const double along = cost(OpenGlStage::along_rows, col_taps_, output_.w) *
                         static_cast<double>(plan_.input.h * output_.w);
    const double across = cost(OpenGlStage::across_rows, row_taps_, output_.h) *
                          static_cast<double>(output_.plane_size());
    return 1.5 * (along + across) < one;
  }

  OpenGlPass pass(OpenGlStage stage, OpenGlKernel kernel) const {
    OpenGlPass made{stage, kernel, output_, row_taps_.most * col_taps_.most, {}};
    if (stage == OpenGlStage::along_rows) made.output.h = plan_.input.h;
    if (stage == OpenGlStage::along_rows) made.most_taps = col_taps_.most;
    if (stage == OpenGlStage::across_rows) made.most_taps = row_taps_.most;
    return made;
  }
  OpenGlPass pass_along(OpenGlStage stage) const {
    OpenGlPass made = pass(stage, OpenGlKernel::cell);
    if (is_few(made.output.elements(), made.most_taps)) made.kernel = OpenGlKernel::group;
    if (slides(axis_of(stage), stage)) made.kernel = OpenGlKernel::slide;
    // A sum that floats do not hold is taken again, tap by tap.
    const bool long_again = reduction_ == Reduction::mean && stage == OpenGlStage::across_rows &&
                            row_taps_.most * col_taps_.most > kMostTaps;
    if (long_again) made.kernel = OpenGlKernel::group;
    return made;
  }

  const OpenGlPlan& plan_;
  Shape output_;
  Reduction reduction_;
  TapCounts row_taps_{{}}, col_taps_{{}};
};

void add_windows(OpenGlPlan& plan, const LoweredPool& pool) {
  plan.windows_each_plane = pool.planes.size() > 1;
  for (const PlaneWindows& windows : pool.planes) {
    for (const auto& axis :
         {table_of(windows.rows, plan.input.h, pool), table_of(windows.cols, plan.input.w, pool)}) {
      plan.windows.insert(plan.windows.end(), axis.begin(), axis.end());
    }
  }
  if (plan.windows_each_plane) return;
  plan.rows = slide_of(pool.planes.front().rows);
  plan.cols = slide_of(pool.planes.front().cols);
}

std::int64_t table_bytes(const OpenGlPlan& plan) {
  return static_cast<std::int64_t>(plan.windows.size() * sizeof(OpenGlWindow));
}

/// Bytes of all buffers of a plan.
std::int64_t bytes_of(const OpenGlPlan& plan) {
  std::int64_t bytes = plan.input.elements() * kFloat + table_bytes(plan);
  for (const OpenGlPass& pass : plan.passes) {
    bytes += pass.output.elements() * (plan.winners ? 2 : 1) * kFloat;
  }
  return bytes;
}

Result<void> check_taps(const OpenGlPlan& plan, Reduction reduction) {
  if (reduction == Reduction::mean && plan.passes.size() == 2) {
    const std::int64_t whole = plan.passes[0].most_taps * plan.passes[1].most_taps;
    if (whole > kMostAgainTaps) {
      return failure(fmt::format("a mean of {} taps; at most {}", whole, kMostAgainTaps));
    }
  }
  for (const OpenGlPass& pass : plan.passes) {
    const bool shared = pass.kernel == OpenGlKernel::group;
    const std::int64_t alone = reduction == Reduction::median ? kMostMedianTaps : kMostTaps;
    const std::int64_t most = shared ? kMostGroupTaps : alone;
    if (pass.most_taps <= most) continue;
    return failure(fmt::format("a window of {} taps; at most {}", pass.most_taps, most));
  }
  return {};
}

Result<void> check_memory(const OpenGlPlan& plan, const OpenGlLimits& limits) {
  if (table_bytes(plan) > limits.block_bytes) {
    return failure(fmt::format("{} windows, more than the {} that a shader can see",
                               plan.windows.size(), size_text(limits.block_bytes)));
  }
  if (bytes_of(plan) <= limits.memory_bytes) return {};
  return failure(fmt::format("{} for input and output, more than the {} that the GPU has",
                             size_text(bytes_of(plan)), size_text(limits.memory_bytes)));
}

}  // namespace

std::int64_t slide_length(OpenGlStage stage) {
  return stage == OpenGlStage::along_rows ? 512 : 256;
}

std::int64_t slide_lines(OpenGlStage stage) { return kOpenGlSlideCells / slide_length(stage); }

std::int64_t slide_outputs(const OpenGlPlan& plan, OpenGlStage stage) {
  const OpenGlSlide& axis = stage == OpenGlStage::along_rows ? *plan.cols : *plan.rows;
  return (slide_length(stage) - axis.extent()) / axis.stride + 1;
}

std::int64_t groups_of(const OpenGlPlan& plan, const OpenGlPass& pass, std::int64_t planes,
                       std::int64_t rows) {
  const std::int64_t cols = pass.output.w;
  switch (pass.kernel) {
    case OpenGlKernel::cell:
      return ceil_div(planes * rows * cols, kOpenGlGroup);
    case OpenGlKernel::group:
      return planes * rows * cols;
    case OpenGlKernel::tile:
      return planes * ceil_div(rows, kOpenGlTileRows) * ceil_div(cols, kOpenGlTileCols);
    case OpenGlKernel::slide:
      break;
  }
  const std::int64_t lines = slide_lines(pass.stage), outputs = slide_outputs(plan, pass.stage);
  const bool along = pass.stage == OpenGlStage::along_rows;
  return planes * ceil_div(rows, along ? lines : outputs) * ceil_div(cols, along ? outputs : lines);
}

std::optional<std::string> opengl_cannot(const LoweredPool& pool) {
  switch (pool.reduction) {
    case Reduction::stochastic:
      return "stochastic pooling";
    case Reduction::power: {
      const double p = pool.exponent;
      if (p >= 1.0 && p <= kMostFactors && p == std::floor(p)) return {};
      return fmt::format("a power of {}", p);
    }
    case Reduction::log_sum_exp:
      if (pool.scale >= kLeastScale) return {};
      return fmt::format("a log-sum-exp with a scale of {}", pool.scale);
    case Reduction::softmax:
      if (pool.scale >= 0.0) return {};
      return fmt::format("a softmax with a scale of {}", pool.scale);
    default:
      return {};
  }
}

Result<OpenGlPlan> plan_opengl(const Shape& input, const LoweredPool& pool, bool winners,
                               const OpenGlLimits& limits) {
  for (const PlaneWindows& windows : pool.planes) {
    const auto all_fit = [](const auto& axis) {
      return std::ranges::all_of(axis, [](const AxisWindow& window) { return fits(window); });
    };
    if (!all_fit(windows.rows) || !all_fit(windows.cols)) {
      return failure("windows that lie more than 2147483647 cells away");
    }
  }
  OpenGlPlan plan;
  plan.input = input;
  plan.winners = winners && pool.has_winners();
  add_windows(plan, pool);
  plan.passes = PassChooser(plan, pool, pool.output_shape(input)).passes();
  if (auto good = check_taps(plan, pool.reduction); !good) return tl::unexpected(good.error());
  if (auto room = check_memory(plan, limits); !room) return tl::unexpected(room.error());
  for (OpenGlPass& pass : plan.passes) {
    auto cut = cut_into_chunks(plan, pass, pool.border, limits);
    if (!cut) return tl::unexpected(cut.error());
  }
  return plan;
}

}  // namespace poolscope
