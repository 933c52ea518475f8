#include "core/engines/cpu_median.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <hwy/contrib/sort/vqsort.h>

#include "core/engines/cpu_window.h"

namespace poolscope::cpu {
namespace {

/// Numbers in the order of their bits: a larger number has a larger key, zeros of both signs have
/// one key, and NaNs have the largest.
std::uint32_t key_of(float value) {
  constexpr std::uint32_t kSign = 0x80000000U;
  if (std::isnan(value)) return ~0U;
  const auto bits = std::bit_cast<std::uint32_t>(value == 0.0F ? 0.0F : value);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

/// The cells that some windows read, [first, end) along an axis.
struct Reach {
  std::int64_t first = 0, end = 0;

  Reach(const std::vector<AxisWindow>& windows, std::int64_t begin, std::int64_t stop,
        std::int64_t size)
      : first(size) {
    for (std::int64_t i = begin; i < stop; ++i) {
      const Taps taps = inside(windows[static_cast<std::size_t>(i)], size);
      if (taps.count <= 0) continue;
      first = std::min(first, taps.first);
      end = std::max(end, taps.first + taps.count);
    }
    first = std::min(first, end);
  }
  std::int64_t size() const { return end - first; }
};

/// The cells of a tile's windows, each with its rank among them: by value, and where these tie in
/// row-major order.
class Ranks {
 public:
  void fill(const float* plane, std::int64_t width, const Reach& rows, const Reach& cols) {
    width_ = width;
    height_ = rows.size();
    origin_ = rows.first * width + cols.first;
    const auto count = static_cast<std::size_t>(rows.size() * cols.size());
    sorted_.resize(count);
    std::size_t next = 0;
    for (std::int64_t y = rows.first; y < rows.end; ++y) {
      const float* const row = plane + y * width;
      for (std::int64_t x = cols.first; x < cols.end; ++x, ++next)
        sorted_[next] = std::uint64_t{key_of(row[x])} << 32 | next;
    }
    sort_(sorted_.data(), count, hwy::SortAscending());
    by_column_.resize(count);
    groups_.resize(count);
    cols_ = cols.size();
    nans_ = count;
    for (std::uint32_t rank = 0; rank < count; ++rank) {
      const auto cell = static_cast<std::int64_t>(sorted_[rank] & 0xFFFFFFFFU);
      by_column_[static_cast<std::size_t>(cell % cols_ * height_ + cell / cols_)] = rank;
      const bool tie = rank > 0 && key(rank) == key(rank - 1);
      groups_[rank] = tie ? groups_[rank - 1] : rank;
      if (key(rank) == ~0U) nans_ = std::min<std::size_t>(nans_, groups_[rank]);
    }
  }

  std::size_t count() const { return sorted_.size(); }
  /// Ranks of a column's cells, downwards.
  const std::uint32_t* column(std::int64_t x) const { return by_column_.data() + x * height_; }
  /// The first rank of those that tie with this one.
  std::uint32_t group(std::uint32_t rank) const { return groups_[rank]; }
  /// The first rank of a NaN; count() without one.
  std::size_t nans() const { return nans_; }
  /// Where the cell lies in the plane.
  std::int64_t index(std::uint32_t rank) const {
    const auto cell = static_cast<std::int64_t>(sorted_[rank] & 0xFFFFFFFFU);
    return origin_ + cell / cols_ * width_ + cell % cols_;
  }

 private:
  std::uint32_t key(std::uint32_t rank) const {
    return static_cast<std::uint32_t>(sorted_[rank] >> 32);
  }

  hwy::Sorter sort_;
  std::vector<std::uint64_t> sorted_;  ///< By rank: the key, and the cell counted over the reach.
  std::vector<std::uint32_t> by_column_, groups_;
  std::int64_t width_ = 0, height_ = 0, cols_ = 1, origin_ = 0;
  std::size_t nans_ = 0;
};

/// Which ranks a window holds: a bit each, a count for each block of them, and how many lie below
/// the block where the last search ended, as the next one ends nearby. Source: Huang, Yang and Tang
/// 1979 (the moving histogram), with ranks for grey values.
class Held {
 public:
  void clear(std::size_t ranks) {
    const std::size_t blocks = ranks / kBlock + 1;
    words_.assign(blocks * kWords, 0);
    counts_.assign(blocks, 0);
    at_ = 0;
    below_ = count_ = 0;
  }
  void add(const std::uint32_t* ranks, std::int64_t count) { change(ranks, count, 1); }
  void remove(const std::uint32_t* ranks, std::int64_t count) { change(ranks, count, -1); }
  std::int64_t count() const { return count_; }

  /// The rank that has `before` smaller ones among those held.
  std::uint32_t find(std::int64_t before) {
    while (below_ > before) below_ -= counts_[--at_];
    while (below_ + counts_[at_] <= before) below_ += counts_[at_++];
    std::int64_t skip = before - below_;
    std::size_t at = at_ * kWords;
    for (int here = std::popcount(words_[at]); here <= skip; here = std::popcount(words_[at])) {
      skip -= here;
      ++at;
    }
    std::uint64_t word = words_[at];
    for (; skip > 0; --skip) word &= word - 1;
    return rank(at, std::countr_zero(word));
  }
  /// The first rank from `from` on that is held; there must be one.
  std::uint32_t first_from(std::uint32_t from) const {
    std::size_t at = from / 64;
    std::uint64_t word = words_[at] & (~std::uint64_t{0} << from % 64);
    while (word == 0) word = words_[++at];
    return rank(at, std::countr_zero(word));
  }
  /// The last rank held; there must be one.
  std::uint32_t last() const {
    std::size_t at = words_.size() - 1;
    while (words_[at] == 0) --at;
    return rank(at, 63 - std::countl_zero(words_[at]));
  }

 private:
  static constexpr std::size_t kWords = 8, kBlock = 64 * kWords;

  static std::uint32_t rank(std::size_t word, int bit) {
    return static_cast<std::uint32_t>(word * 64 + static_cast<std::size_t>(bit));
  }

  /// Each of the ranks comes (by 1) or goes (by -1).
  void change(const std::uint32_t* ranks, std::int64_t count, int by) {
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint32_t rank = ranks[i];
      words_[rank / 64] ^= std::uint64_t{1} << rank % 64;
      counts_[rank / kBlock] += by;
      below_ += rank / kBlock < at_ ? by : 0;
    }
    count_ += by * count;
  }

  std::vector<std::uint64_t> words_;
  std::vector<int> counts_;  ///< Of each block.
  std::size_t at_ = 0;       ///< The block where the last search ended.
  std::int64_t below_ = 0, count_ = 0;
};

/// Slides along the rows of a tile.
class MedianWalk {
 public:
  MedianWalk(const Job& job, const Tile& tile, Ranks& ranks, Held& held)
      : job_(job), tile_(tile), ranks_(ranks), held_(held) {}

  void run() {
    const PlaneWindows& windows = job_.pool->windows(tile_.plane);
    const Reach rows(windows.rows, tile_.row_begin, tile_.row_end, job_.in.h);
    const Reach cols(windows.cols, tile_.col_begin, tile_.col_end, job_.in.w);
    plane_ = job_.plane(tile_.plane);
    ranks_.fill(plane_, job_.in.w, rows, cols);
    for (std::int64_t i = tile_.row_begin; i < tile_.row_end; ++i) {
      const Taps down = inside(windows.rows[static_cast<std::size_t>(i)], job_.in.h);
      from_ = down.first - rows.first;
      height_ = std::max<std::int64_t>(down.count, 0);
      held_.clear(ranks_.count());
      first_ = end_ = 0;
      for (std::int64_t j = tile_.col_begin; j < tile_.col_end; ++j) {
        const Taps along = inside(windows.cols[static_cast<std::size_t>(j)], job_.in.w);
        const bool any = along.count > 0 && height_ > 0;
        if (any) move_to(along.first - cols.first, along.count);
        write(job_.cell(tile_.plane, i) + j, any);
      }
    }
  }

 private:
  /// Columns that are left behind go, new ones come.
  void move_to(std::int64_t first, std::int64_t count) {
    for (; first_ < std::min(first, end_); ++first_)
      held_.remove(ranks_.column(first_) + from_, height_);
    first_ = first;
    for (end_ = std::max(end_, first); end_ < first + count; ++end_)
      held_.add(ranks_.column(end_) + from_, height_);
  }

  void write(std::int64_t cell, bool any) {
    const std::int64_t winner = any ? ranks_.index(picked()) : -1;
    job_.values[cell] = any ? plane_[winner] : std::numeric_limits<float>::quiet_NaN();
    if (job_.winners) job_.winners[cell] = winner;
  }

  /// The last NaN where there is one, else the first cell that has the median's value.
  std::uint32_t picked() {
    if (ranks_.nans() < ranks_.count()) {
      const std::uint32_t last = held_.last();
      if (last >= ranks_.nans()) return last;
    }
    const std::uint32_t median = held_.find((held_.count() - 1) / 2);
    // Cells of one value differ in their place alone, and zeros in their sign.
    if (!job_.winners && plane_[ranks_.index(median)] != 0.0F) return median;
    return held_.first_from(ranks_.group(median));
  }

  const Job& job_;
  const Tile& tile_;
  Ranks& ranks_;
  Held& held_;
  const float* plane_ = nullptr;
  std::int64_t from_ = 0, height_ = 0;  ///< Of the window, in rows of the ranks.
  std::int64_t first_ = 0, end_ = 0;    ///< Columns that are held.
};

}  // namespace

bool medians_slide(const PlaneWindows& windows) {
  /// Fewer taps are sorted as quickly as they are ranked; the ranks of more would take too much
  /// memory.
  constexpr std::int64_t kFewest = 3, kMost = 512;
  // The windows go on, by at most `share` of their taps, and leave no gap.
  const auto go_on = [](const std::vector<AxisWindow>& axis, std::int64_t share) {
    for (std::size_t i = 0; i < axis.size(); ++i) {
      if (axis[i].count > kMost || (axis[i].step != 1 && axis[i].count != 1)) return false;
      if (i == 0) continue;
      const std::int64_t stride = axis[i].begin - axis[i - 1].begin;
      if (stride < 0 || share * stride > axis[i].count || axis[i].last() < axis[i - 1].last())
        return false;
    }
    return true;
  };
  const std::vector<AxisWindow>& cols = windows.cols;
  return cols.size() > 1 &&
         std::ranges::min_element(cols, {}, &AxisWindow::count)->count >= kFewest &&
         go_on(windows.rows, 1) && go_on(cols, 2);
}

void median_tile(const Job& job, const Tile& tile) {
  thread_local Ranks ranks;
  thread_local Held held;
  MedianWalk(job, tile, ranks, held).run();
}

}  // namespace poolscope::cpu
