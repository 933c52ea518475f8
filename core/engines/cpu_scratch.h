#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "core/engines/cpu_sliding.h"

namespace poolscope::cpu {

/// Where the cells of a tile's rows lie in the input, in the order of its even feed.
struct LineCells {
  LineCells(const Feed& feed, std::int64_t width)
      : begin(feed.begin), step(feed.group_step), count(feed.count) {
    const auto cells_before = [&](std::int64_t x) {
      return x <= begin ? 0 : std::min((x - begin + step - 1) / step, count);
    };
    first = cells_before(0);
    end = cells_before(width);
  }

  std::int64_t begin, step, count;  ///< Cell f of `count` lies at begin + f * step.
  std::int64_t first, end;          ///< Those in [first, end) lie inside the input.
};

/// Where the lines of a tile's scratch lie, in lanes.
class ScratchLayout {
 public:
  ScratchLayout(const Feed& rows, const Feed& cols, std::int64_t outputs)
      : line_(rounded(cols.count)), row_(rounded(outputs)), dilation_(rows.dilation) {
    if (rows.taps == 1) return;
    levels_ = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(rows.taps - 1))) - 1;
    tail_ = (rows.taps - (std::int64_t{1} << levels_)) * rows.dilation;
  }

  std::int64_t line() const { return line_; }  ///< Length of an input line.
  std::int64_t row() const { return row_; }    ///< Length of an output row.
  /// Doublings from windows of 1 row to 2^levels, which two times cover all taps (if not one does).
  int levels() const { return levels_; }
  /// Rows that the ring of level i holds, and the ring of the last join (0: none).
  std::int64_t depth(int level) const { return dilation_ << level; }
  std::int64_t tail() const { return tail_; }
  std::int64_t ring_rows() const { return (depth(levels_) - dilation_) + tail_; }
  /// Three lines, two rows (the current one and one of cells outside the input), and the rings.
  std::int64_t lanes() const { return 3 * line_ + (2 + ring_rows()) * row_; }
  std::int64_t bytes(std::int64_t lane_bytes) const { return lanes() * lane_bytes; }

 private:
  static std::int64_t rounded(std::int64_t lanes) {
    return (lanes + 2 * kSlack - 1) / kSlack * kSlack;
  }

  std::int64_t line_, row_, dilation_, tail_ = 0;
  int levels_ = 0;
};

}  // namespace poolscope::cpu
