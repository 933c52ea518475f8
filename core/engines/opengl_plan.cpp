#include "core/engines/opengl_plan.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>

#include <fmt/format.h>

namespace poolscope {
namespace {

constexpr std::int64_t kFloat = 4;
/// Exponents up to this one are multiplied out.
constexpr double kMostFactors = 16.0;

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
  const std::int64_t first = window.begin < 0 ? (-window.begin + window.step - 1) / window.step : 0;
  const std::int64_t end = window.begin < size ? (size - 1 - window.begin) / window.step + 1 : 0;
  AxisWindow inside = window;
  inside.begin = window.tap(first);
  inside.count = std::max<std::int64_t>(0, std::min(end, window.count) - first);
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

/// `16 MiB`, `4 KiB`.
std::string size_text(std::int64_t bytes) {
  return bytes < 1 << 20 ? fmt::format("{} KiB", bytes >> 10) : fmt::format("{} MiB", bytes >> 20);
}

/// Rows [begin, end) of a source.
struct RowSpan {
  std::int64_t begin = std::numeric_limits<std::int64_t>::max(), end = 0;

  std::int64_t rows() const { return std::max<std::int64_t>(0, end - begin); }
  RowSpan with(const RowSpan& other) const {
    return {std::min(begin, other.begin), std::max(end, other.end)};
  }
};

/// The rows that a window reads; a reflected one may read any.
RowSpan rows_of(const OpenGlWindow& window, std::int64_t height, Border border) {
  if (border == Border::reflect) return {0, height};
  if (window.count == 0) return {};
  const std::int64_t last = window.begin + std::int64_t{window.count - 1} * window.step;
  return {std::max<std::int64_t>(0, window.begin), std::min(height, last + 1)};
}

/// Cuts a pass into chunks that the limits hold.
class Chunker {
 public:
  Chunker(OpenGlPass& pass, Border border, const OpenGlLimits& limits)
      : pass_(pass), border_(border), limits_(limits) {
    // The parts that a dispatch sees begin at the alignment, and end with a little room.
    most_bytes_ = limits.block_bytes - 2 * limits.block_alignment - kOpenGlGuardBytes;
    most_cells_ = limits.groups * limits.groups * kOpenGlGroup;
  }

  Result<void> cut() {
    const std::int64_t step = planes_at_once();
    for (std::int64_t plane = 0; plane < pass_.output.planes();
         plane += std::max<std::int64_t>(1, step)) {
      if (step == 0) {
        if (auto rows = cut_rows(plane); !rows) return rows;
      } else {
        const std::int64_t planes = std::min(step, pass_.output.planes() - plane);
        pass_.chunks.push_back({plane, planes, 0, pass_.output.h, 0, pass_.source.h});
      }
    }
    return {};
  }

 private:
  std::span<const OpenGlWindow> row_windows(std::int64_t plane) const {
    const std::int64_t each = pass_.output.h + pass_.output.w;
    return std::span(pass_.windows)
        .subspan(static_cast<std::size_t>(pass_.windows_each_plane ? plane * each : 0),
                 static_cast<std::size_t>(pass_.output.h));
  }
  /// Taps that a row of outputs reads for each row of its windows.
  std::int64_t taps_along(std::int64_t plane) const {
    const auto rows = row_windows(plane);
    const std::span cols(rows.data() + rows.size(), static_cast<std::size_t>(pass_.output.w));
    return std::accumulate(cols.begin(), cols.end(), std::int64_t{0},
                           [](std::int64_t sum, const OpenGlWindow& w) { return sum + w.count; });
  }
  bool fits_chunk(std::int64_t source_cells, std::int64_t cells, std::int64_t taps) const {
    return std::max(source_cells, cells) * kFloat <= most_bytes_ && cells <= most_cells_ &&
           taps <= limits_.slice_taps;
  }

  /// 0 where not even one plane fits.
  std::int64_t planes_at_once() const {
    std::int64_t taps = 1;
    for (const OpenGlWindow& row : row_windows(0)) taps += row.count * taps_along(0);
    const std::int64_t source = pass_.source.plane_size(), cells = pass_.output.plane_size();
    if (!fits_chunk(source, cells, taps)) return 0;
    return std::min({most_bytes_ / kFloat / std::max(source, cells), most_cells_ / cells,
                     std::max<std::int64_t>(1, limits_.slice_taps / taps)});
  }

  Result<void> cut_rows(std::int64_t plane) {
    const auto windows = row_windows(plane);
    const std::int64_t along = taps_along(plane);
    std::int64_t begin = 0, taps = 0;
    RowSpan source;
    for (std::int64_t row = 0; row < pass_.output.h; ++row) {
      const OpenGlWindow& window = windows[static_cast<std::size_t>(row)];
      const RowSpan one = rows_of(window, pass_.source.h, border_);
      const RowSpan joined = source.with(one);
      const std::int64_t more = window.count * along;
      const bool full = row > begin && !fits_chunk(joined.rows() * pass_.source.w,
                                                   (row + 1 - begin) * pass_.output.w, taps + more);
      if (full) {
        add(plane, begin, row, source);
        begin = row;
        taps = 0;
      }
      source = full ? one : joined;
      taps += more;
      if (!fits_chunk(source.rows() * pass_.source.w, pass_.output.w, 0)) {
        return failure(
            fmt::format("{} rows of {} cells for one row of outputs, more than the {} MiB that a "
                        "shader can see",
                        source.rows(), pass_.source.w, size_text(limits_.block_bytes)));
      }
    }
    add(plane, begin, pass_.output.h, source);
    return {};
  }

  void add(std::int64_t plane, std::int64_t begin, std::int64_t end, const RowSpan& source) {
    const std::int64_t rows = source.rows();
    pass_.chunks.push_back({plane, 1, begin, end - begin, rows == 0 ? 0 : source.begin, rows});
  }

  OpenGlPass& pass_;
  Border border_;
  const OpenGlLimits& limits_;
  std::int64_t most_bytes_, most_cells_;
};

/// The whole windows at once.
OpenGlPass whole_pass(const Shape& input, const LoweredPool& pool) {
  OpenGlPass pass;
  pass.source = input;
  pass.output = pool.output_shape(input);
  pass.windows_each_plane = pool.planes.size() > 1;
  for (const PlaneWindows& windows : pool.planes) {
    const auto rows = table_of(windows.rows, input.h, pool);
    const auto cols = table_of(windows.cols, input.w, pool);
    const auto count = [](const OpenGlWindow& window) { return window.count; };
    pass.most_taps =
        std::max(pass.most_taps, std::int64_t{std::ranges::max(rows, {}, count).count} *
                                     std::ranges::max(cols, {}, count).count);
    pass.windows.insert(pass.windows.end(), rows.begin(), rows.end());
    pass.windows.insert(pass.windows.end(), cols.begin(), cols.end());
  }
  return pass;
}

/// Bytes of all buffers of a plan.
std::int64_t bytes_of(const OpenGlPlan& plan) {
  std::int64_t bytes = plan.passes.front().source.elements() * kFloat;
  for (const OpenGlPass& pass : plan.passes) {
    bytes += pass.output.elements() * (plan.winners ? 2 : 1) * kFloat;
    bytes += static_cast<std::int64_t>(pass.windows.size() * sizeof(OpenGlWindow));
  }
  return bytes;
}

Result<void> check_memory(const OpenGlPlan& plan, const OpenGlLimits& limits) {
  for (const OpenGlPass& pass : plan.passes) {
    const auto table = static_cast<std::int64_t>(pass.windows.size() * sizeof(OpenGlWindow));
    if (table > limits.block_bytes) {
      return failure(fmt::format("{} windows, more than the {} that a shader can see",
                                 pass.windows.size(), size_text(limits.block_bytes)));
    }
  }
  if (bytes_of(plan) <= limits.memory_bytes) return {};
  return failure(fmt::format("{} for input and output, more than the {} that the GPU has",
                             size_text(bytes_of(plan)), size_text(limits.memory_bytes)));
}

}  // namespace

std::optional<std::string> opengl_cannot(const LoweredPool& pool) {
  switch (pool.reduction) {
    case Reduction::max:
    case Reduction::mean:
      return {};
    default:
      return "this reduction";
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
  OpenGlPlan plan{.passes = {}, .winners = winners && pool.has_winners()};
  plan.passes.push_back(whole_pass(input, pool));
  if (auto room = check_memory(plan, limits); !room) return tl::unexpected(room.error());
  for (OpenGlPass& pass : plan.passes) {
    if (auto cut = Chunker(pass, pool.border, limits).cut(); !cut) {
      return tl::unexpected(cut.error());
    }
  }
  return plan;
}

}  // namespace poolscope
