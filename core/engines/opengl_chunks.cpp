#include "core/engines/opengl_chunks.h"

#include <algorithm>
#include <limits>
#include <span>

#include <fmt/format.h>

namespace poolscope {
namespace {

constexpr std::int64_t kFloat = 4;

/// Rows [begin, end) of a source.
struct RowSpan {
  std::int64_t begin = std::numeric_limits<std::int64_t>::max(), end = 0;

  std::int64_t rows() const { return std::max<std::int64_t>(0, end - begin); }
  RowSpan with(const RowSpan& other) const {
    return {std::min(begin, other.begin), std::max(end, other.end)};
  }
};

/// The rows that a window reads of an input of `height` rows.
RowSpan rows_of(const OpenGlWindow& window, std::int64_t height, Border border) {
  if (window.count == 0) return {};
  const std::int64_t first = window.begin;
  const std::int64_t last = first + std::int64_t{window.count - 1} * window.step;
  RowSpan span{std::max<std::int64_t>(0, first), std::min(height, last + 1)};
  if (border == Border::reflect && first < 0) span = span.with({0, std::min(height, 1 - first)});
  if (border == Border::reflect && last >= height) {
    span = span.with({std::max<std::int64_t>(0, 2 * (height - 1) - last), height});
  }
  return span;
}

/// Cuts a pass into chunks that the limits hold.
class Chunker {
 public:
  Chunker(const OpenGlPlan& plan, OpenGlPass& pass, Border border, const OpenGlLimits& limits)
      : plan_(plan), pass_(pass), border_(border), limits_(limits) {
    // The parts that a dispatch sees begin at the alignment, and end with a little room.
    most_bytes_ = limits.block_bytes - 2 * limits.block_alignment - kOpenGlGuardCells * kFloat;
    most_groups_ = limits.groups * limits.groups;
  }

  Result<void> cut() {
    const std::int64_t step = planes_at_once();
    const std::int64_t all = pass_.output.planes();
    for (std::int64_t plane = 0; plane < all; plane += std::max<std::int64_t>(1, step)) {
      if (step == 0) {
        if (auto rows = cut_rows(plane); !rows) return rows;
      } else {
        pass_.chunks.push_back(
            {plane, std::min(step, all - plane), 0, pass_.output.h, 0, plan_.input.h});
      }
    }
    return {};
  }

 private:
  /// The window of an output row of this pass.
  OpenGlWindow row_window(std::int64_t plane, std::int64_t row) const {
    if (pass_.stage == OpenGlStage::along_rows) return {static_cast<std::int32_t>(row), 1, 1, 1};
    const Shape& out = plan_.output();
    const std::int64_t first = plan_.windows_each_plane ? plane * (out.h + out.w) : 0;
    return plan_.windows[static_cast<std::size_t>(first + row)];
  }
  /// Taps that an output row reads for each row of its windows.
  std::int64_t taps_along(std::int64_t plane) const {
    const Shape& out = plan_.output();
    if (pass_.stage == OpenGlStage::across_rows) return out.w;
    const std::int64_t first = plan_.windows_each_plane ? plane * (out.h + out.w) : 0;
    std::int64_t taps = 0;
    for (std::int64_t col = 0; col < out.w; ++col) {
      taps += plan_.windows[static_cast<std::size_t>(first + out.h + col)].count;
    }
    return taps;
  }
  /// The widest row that a dispatch reads or writes.
  std::int64_t width() const { return std::max(plan_.input.w, pass_.output.w); }

  bool fits_chunk(std::int64_t source_rows, std::int64_t rows, std::int64_t taps) const {
    return std::max(source_rows, rows) * width() * kFloat <= most_bytes_ &&
           groups_of(plan_, pass_, 1, rows) <= most_groups_ && taps <= limits_.slice_taps;
  }

  /// 0 where not even one plane fits.
  std::int64_t planes_at_once() const {
    const std::int64_t along = taps_along(0);
    std::int64_t taps = 1;
    for (std::int64_t row = 0; row < pass_.output.h; ++row)
      taps += row_window(0, row).count * along;
    const std::int64_t rows = std::max(plan_.input.h, pass_.output.h);
    if (!fits_chunk(plan_.input.h, pass_.output.h, taps)) return 0;
    return std::min({most_bytes_ / kFloat / (rows * width()),
                     most_groups_ / groups_of(plan_, pass_, 1, pass_.output.h),
                     limits_.slice_taps / taps});
  }

  Result<void> cut_rows(std::int64_t plane) {
    const std::int64_t along = taps_along(plane);
    std::int64_t begin = 0, taps = 0;
    RowSpan source;
    for (std::int64_t row = 0; row < pass_.output.h; ++row) {
      const OpenGlWindow window = row_window(plane, row);
      const RowSpan one = rows_of(window, plan_.input.h, border_);
      const RowSpan joined = source.with(one);
      const std::int64_t more = window.count * along;
      const bool full = row > begin && !fits_chunk(joined.rows(), row + 1 - begin, taps + more);
      if (full) {
        add(plane, begin, row, source);
        begin = row;
        taps = 0;
      }
      source = full ? one : joined;
      taps += more;
      if (!fits_chunk(source.rows(), 1, 0)) {
        return failure(
            fmt::format("{} rows of {} cells for one row of outputs, more than the {} that a "
                        "shader can see",
                        source.rows(), width(), size_text(limits_.block_bytes)));
      }
    }
    add(plane, begin, pass_.output.h, source);
    return {};
  }

  void add(std::int64_t plane, std::int64_t begin, std::int64_t end, const RowSpan& source) {
    const std::int64_t rows = source.rows();
    pass_.chunks.push_back({plane, 1, begin, end - begin, rows == 0 ? 0 : source.begin, rows});
  }

  const OpenGlPlan& plan_;
  OpenGlPass& pass_;
  Border border_;
  const OpenGlLimits& limits_;
  std::int64_t most_bytes_, most_groups_;
};

}  // namespace

std::string size_text(std::int64_t bytes) {
  return bytes < 1 << 20 ? fmt::format("{} KiB", bytes >> 10) : fmt::format("{} MiB", bytes >> 20);
}

Result<void> cut_into_chunks(const OpenGlPlan& plan, OpenGlPass& pass, Border border,
                             const OpenGlLimits& limits) {
  return Chunker(plan, pass, border, limits).cut();
}

}  // namespace poolscope
