// Included once for each instruction set (Highway's foreach_target), so the guard toggles.
#if defined(POOLSCOPE_CPU_COLUMNS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef POOLSCOPE_CPU_COLUMNS_INL_H_
#undef POOLSCOPE_CPU_COLUMNS_INL_H_
#else
#define POOLSCOPE_CPU_COLUMNS_INL_H_
#endif

#include <algorithm>
#include <array>

#include "core/base/check.h"
#include "core/engines/cpu_columns.h"
#include "core/engines/cpu_line-inl.h"
#include "core/engines/cpu_rows-inl.h"
#include "core/engines/cpu_runs-inl.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

/// Memory of a tile as lines, one taken after the other.
class Lines {
 public:
  explicit Lines(std::byte* memory) : next_(memory) {}

  static std::int64_t rounded(std::int64_t cells) {
    return (cells + 2 * kSlack - 1) / kSlack * kSlack;
  }
  template <class T>
  T* take(std::int64_t cells) {
    T* const line = reinterpret_cast<T*>(next_);
    next_ += cells * static_cast<std::int64_t>(sizeof(T));
    return line;
  }

 private:
  std::byte* next_;
};

/// Pools a tile: joins each window's rows to a line, pools the line and has `writer` write it.
/// The walk ends early, and says so, where it meets what might be a NaN that the lanes do not take.
template <class Lanes, class Writer>
class ColumnWalk {
 public:
  ColumnWalk(const Lanes& lanes, const ColumnTile& tile, Writer& writer)
      : lanes_(lanes),
        tile_(tile),
        writer_(writer),
        range_(tile),
        length_(static_cast<std::size_t>(range_.last - range_.first)),
        lines_(tile.scratch),
        line_(lines_.take<float>(line_pitch())),
        blank_(lines_.take<float>(part_pitch())),
        picked_(lines_.take<float>(Lines::rounded(outputs()))) {
    std::fill_n(line_, line_pitch(), Lanes::nothing_cell());
    std::fill_n(blank_, part_pitch(), Lanes::nothing_cell());
    next_ = tile.height;
    for (const AxisWindow& row : tile.rows) next_ = std::min(next_, row.begin);
    next_ = std::max<std::int64_t>(next_, 0);
  }

  /// False: ended early.
  bool run() {
    if (!tile_.line) {
      return run_with([&](std::int64_t i, const float* line) HWY_ATTR {
        fill_runs(line);
        write_row(begin_row(i), LineCells{picked_}, writer_);
      });
    }
    const LinePass<Lanes> pass(lanes_, *tile_.line,
                               lines_.take<float>(LinePass<Lanes>::memory(*tile_.line)));
    return run_with([&](std::int64_t i, const float* line)
                        HWY_ATTR { pass(line, begin_row(i), writer_); });
  }

  static std::int64_t scratch_bytes(const ColumnTile& tile) {
    const LineRange range(tile);
    const std::int64_t pitch = Lines::rounded(range.last - range.first);
    const auto outputs = static_cast<std::int64_t>(tile.cols.size());
    std::int64_t most = 0;
    for (const AxisWindow& row : tile.rows) most = std::max(most, row.count);
    const std::int64_t line = line_cells(tile, range);
    std::int64_t floats = line + pitch + Lines::rounded(outputs);
    if (tile.line) floats += LinePass<Lanes>::memory(*tile.line);
    if (tile.down == Down::direct) floats += RowJoin<Lanes>::part_lines(most) * pitch;
    std::int64_t joined = 0;
    if (tile.down == Down::scan) {
      floats += most * pitch + (kMostRowsAtOnce - 1) * line;
      joined = pitch;
    }
    return floats * static_cast<std::int64_t>(sizeof(float)) +
           joined * static_cast<std::int64_t>(sizeof(typename RowScan<Lanes>::T));
  }

 private:
  std::int64_t outputs() const { return static_cast<std::int64_t>(tile_.cols.size()); }
  std::int64_t part_pitch() const { return Lines::rounded(static_cast<std::int64_t>(length_)); }
  std::int64_t line_pitch() const { return line_cells(tile_, range_); }

  /// Room for a line, and for what a pass may read behind it.
  static std::int64_t line_cells(const ColumnTile& tile, const LineRange& range) {
    const std::int64_t behind = tile.line ? tile.line->reads_behind() : 0;
    return Lines::rounded(range.end - range.begin + behind);
  }

  /// Whether the tile reads the plane's rows from end to end, or nearly so.
  bool is_whole_width() const { return 2 * static_cast<std::int64_t>(length_) > tile_.width; }

  template <class Emit>
  bool run_with(Emit emit) {
    return tile_.down == Down::scan ? scan_rows(emit) : join_rows(emit);
  }

  const float* row(std::int64_t y) const {
    return y >= 0 && y < tile_.height ? tile_.plane + y * tile_.width + range_.first : blank_;
  }

  /// Looks at rows up to y that have not been looked at; false where one might hold a NaN.
  HWY_INLINE bool look_until(std::int64_t y) {
    if constexpr (Lanes::kTakesNans) return true;
    for (y = std::min(y, tile_.height - 1); next_ <= y; ++next_) {
      if (may_have_nan(row(next_), length_)) return false;
    }
    return true;
  }

  /// Begin of a row of the plane.
  const float* row_begin(std::int64_t y) const {
    return tile_.plane + std::clamp<std::int64_t>(y, 0, tile_.height) * tile_.width;
  }

  /// Whether a window's rows are so few and short that they are read before the hardware has found
  /// all of them; of more rows it fetches more at a time than we can ask it for.
  bool is_over_soon(const AxisWindow& window) const {
    constexpr std::int64_t kPageCells = 4096 / sizeof(float);
    return window.count <= (tile_.width < kPageCells ? 6 : 3);
  }

  /// How far to fetch while the window is in work, so that all of it stays in the cache.
  const float* fetch_end(const AxisWindow& window) const {
    constexpr std::ptrdiff_t kCells = 32 << 10;
    const float* const next = row_begin(window.last() + 1);
    return next + std::min(kCells, row_begin(tile_.height) - next);
  }

  /// Rows that a window shares with the one before.
  std::int64_t shared_rows() const {
    if (tile_.rows.size() < 2) return 0;
    return std::max<std::int64_t>(tile_.rows[0].last() + 1 - tile_.rows[1].begin, 0);
  }

  /// Whether most rows of a window have been read for the one before.
  bool reads_again() const { return 2 * shared_rows() >= tile_.rows.front().count; }

  /// Joins all rows of each window.
  template <class Emit>
  bool join_rows(Emit emit) {
    std::int64_t most = 0;
    for (const AxisWindow& window : tile_.rows) most = std::max(most, window.count);
    float* const parts = lines_.take<float>(RowJoin<Lanes>::part_lines(most) * part_pitch());
    const RowJoin<Lanes> join(lanes_, length_, {parts, part_pitch()});
    // To look at the new row first brings it to the cache, where the others lie.
    const bool again = reads_again();
    CellsAhead ahead(row_begin(tile_.rows.front().begin + std::min(most, RowJoin<Lanes>::kFan)));
    std::array<const float*, kMostDirectRows> rows;
    for (std::size_t i = 0; i < tile_.rows.size(); ++i) {
      const AxisWindow& window = tile_.rows[i];
      std::int64_t count = 0;
      for (std::int64_t t = 0; t < window.count; ++t) {
        const std::int64_t y = window.tap(t);
        if (y >= 0 && y < tile_.height) rows[static_cast<std::size_t>(count++)] = row(y);
      }
      if (count == 0) rows[static_cast<std::size_t>(count++)] = blank_;
      if (again && !look_until(window.last())) return false;
      if (is_whole_width() && is_over_soon(window)) ahead.until(fetch_end(window));
      float* const to = line_ + (range_.first - range_.begin);
      if (!join(rows.data(), count, to, again ? nullptr : &ahead)) return false;
      emit(static_cast<std::int64_t>(i), line_);
    }
    return true;
  }

  /// Joins the rows of even windows side by side. The blocks lie the same for all tiles, so the
  /// order of the joins depends on the window alone.
  template <class Emit>
  bool scan_rows(Emit emit) {
    POOLSCOPE_CHECK(tile_.rows_at_once <= kMostRowsAtOnce);
    const std::int64_t taps = tile_.rows.front().count;
    const std::int64_t pitch = part_pitch();
    float* const suffixes = lines_.take<float>(taps * pitch);
    std::array<float*, kMostRowsAtOnce> lines{line_};
    for (std::size_t i = 1; i < lines.size(); ++i) {
      lines[i] = lines_.take<float>(line_pitch());
      std::copy_n(line_, line_pitch(), lines[i]);
    }
    const RowScan<Lanes> scan(lanes_, length_, lines_.take<typename RowScan<Lanes>::T>(pitch));
    for (std::size_t i = 0; i < tile_.rows.size();) {
      const Block block = block_of(i);
      if (!fill_suffixes(scan, block, suffixes) ||
          !join_blocks(scan, block, suffixes, lines, emit)) {
        return false;
      }
      i = block.end;
    }
    return true;
  }

  /// Windows [first, end) begin in the block of rows from `row` on.
  struct Block {
    std::int64_t row, taps, stride;
    std::size_t first, end;
  };

  Block block_of(std::size_t first) const {
    const std::int64_t taps = tile_.rows[first].count;
    const std::int64_t begin = tile_.rows[first].begin;
    Block block{begin - (begin - tile_.anchor) % taps, taps, taps, first, first};
    while (block.end < tile_.rows.size() && tile_.rows[block.end].begin < block.row + taps) {
      ++block.end;
    }
    if (tile_.rows.size() > 1) block.stride = tile_.rows[1].begin - tile_.rows[0].begin;
    return block;
  }

  /// Line p takes rows p, p + 1, ... of the block, where a window begins at p.
  bool fill_suffixes(const RowScan<Lanes>& scan, const Block& block, float* suffixes) const {
    const std::int64_t first = tile_.rows[block.first].begin - block.row;
    const std::int64_t last = tile_.rows[block.end - 1].begin - block.row;
    scan.begin();
    for (std::int64_t p = block.taps; p > first;) {
      std::array<const float*, kMostRowsAtOnce> rows{};
      std::array<float*, kMostRowsAtOnce> to{};
      int count = 0;
      for (; count < tile_.rows_at_once && p > first; ++count) {
        --p;
        rows[static_cast<std::size_t>(count)] = row(block.row + p);
        const bool begins = p <= last && (last - p) % block.stride == 0;
        to[static_cast<std::size_t>(count)] = begins ? suffixes + p * part_pitch() : nullptr;
      }
      if (!scan.grow_suffix(rows.data(), to.data(), count)) return false;
    }
    return true;
  }

  /// Emits the windows that begin in the block.
  template <class Lines4, class Emit>
  bool join_blocks(const RowScan<Lanes>& scan, const Block& block, const float* suffixes,
                   const Lines4& lines, Emit& emit) {
    const std::int64_t inset = range_.first - range_.begin;
    std::size_t i = block.first;
    if (tile_.rows[i].begin == block.row) {
      std::copy_n(suffixes, length_, line_ + inset);
      emit(static_cast<std::int64_t>(i++), line_);
    }
    scan.begin();
    for (std::int64_t joined = 0; i < block.end;) {
      std::array<const float*, kMostRowsAtOnce> rows{}, before{};
      std::array<float*, kMostRowsAtOnce> to{};
      int count = 0;
      std::size_t used = 0;
      for (; count < tile_.rows_at_once && i + used < block.end; ++count) {
        const auto at = static_cast<std::size_t>(count);
        rows[at] = row(block.row + block.taps + joined++);
        if (tile_.rows[i + used].begin - block.row != joined) continue;
        before[at] = suffixes + joined * part_pitch();
        to[at] = lines[used++] + inset;
      }
      if (!scan.grow_prefix(rows.data(), before.data(), to.data(), count)) return false;
      for (std::size_t n = 0; n < used; ++n) emit(static_cast<std::int64_t>(i++), lines[n]);
    }
    return true;
  }

  RowTarget begin_row(std::int64_t i) {
    writer_.begin_row(i);
    return {tile_.values + i * tile_.pitch, tile_.cols.size(), tile_.stream, ahead_of(i)};
  }

  /// What is read next for the first time, where windows share most of their rows: then as much is
  /// written as is read.
  CellsAhead ahead_of(std::int64_t i) const {
    const bool scan = tile_.down == Down::scan;
    const auto next = static_cast<std::size_t>(i + (scan ? tile_.rows_at_once : 1));
    if (next >= tile_.rows.size() || (!scan && !reads_again())) return CellsAhead(nullptr);
    const std::int64_t first = tile_.rows[next - 1].last() + 1, end = tile_.rows[next].last() + 1;
    if (is_whole_width()) return {row_begin(first), row_begin(end)};
    const bool one = end - first == 1 && first >= 0 && first < tile_.height;
    return one ? CellsAhead(row(first), row(first) + length_) : CellsAhead(nullptr);
  }

  /// Windows of any width along the line, each by itself.
  HWY_INLINE void fill_runs(const float* line) const {
    for (std::int64_t j = 0; j < outputs(); ++j) {
      const AxisWindow& window = tile_.cols[static_cast<std::size_t>(j)];
      picked_[j] = Writer::run(line + (window.begin - range_.begin), window.count);
    }
  }

  const Lanes& lanes_;
  const ColumnTile& tile_;
  Writer& writer_;
  LineRange range_;
  std::size_t length_;  ///< Of the part of the line that lies inside the input.
  Lines lines_;
  float *line_, *blank_, *picked_;
  std::int64_t next_;  ///< The first row that has not been looked at.
};

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#endif
