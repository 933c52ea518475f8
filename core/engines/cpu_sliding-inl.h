// Included once for each instruction set (Highway's foreach_target), so the guard toggles.
#if defined(POOLSCOPE_CPU_SLIDING_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef POOLSCOPE_CPU_SLIDING_INL_H_
#undef POOLSCOPE_CPU_SLIDING_INL_H_
#else
#define POOLSCOPE_CPU_SLIDING_INL_H_
#endif

#include <algorithm>
#include <array>
#include <bit>

#include "core/engines/cpu_lanes-inl.h"
#include "core/engines/cpu_scratch.h"
#include "core/engines/cpu_sliding.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

/// Sets cells [0, count) of a line from a pass's cells, count rounded up to whole vectors.
template <class Lanes, class Cell>
HWY_INLINE void for_vectors(const Lanes& lanes, std::size_t count, Cell cell) {
  const std::size_t step = hn::Lanes(lanes.d);
  for (std::size_t x = 0; x < count; x += step) cell(x);
}

/// Joins windows of 1, 2, 4, ... cells along a line, until two of them make one of all taps.
template <class Lanes>
class RowPass {
 public:
  using Line = typename Lanes::Line;
  using ConstLine = typename Lanes::ConstLine;
  using State = typename Lanes::State;

  RowPass(const Lanes& lanes, const Feed& feed, std::int64_t outputs)
      : lanes_(lanes),
        taps_(static_cast<std::size_t>(feed.taps)),
        dilation_(static_cast<std::size_t>(feed.dilation)),
        period_(static_cast<std::size_t>(feed.period)),
        outputs_(static_cast<std::size_t>(outputs)) {}

  /// Reads `in`, which may be the first of the lines; may overwrite all of them.
  HWY_INLINE void operator()(ConstLine in, const std::array<Line, 3>& lines, Line out) const {
    if (period_ == 2 && dilation_ == 1) {
      by_pairs(in, lines, out);
    } else if (period_ == 1) {
      slide({in, lines[0], lines[1], taps_, dilation_, outputs_}, out);
    } else {
      slide({in, lines[0], lines[1], taps_, dilation_, (outputs_ - 1) * period_ + 1}, lines[0]);
      for (std::size_t i = 0; i < outputs_; ++i) Lanes::pick(out, i, lines[0], i * period_);
    }
  }

 private:
  /// `starts` windows of `taps` cells, each beginning one cell after the one before.
  struct Slide {
    ConstLine in;
    Line line, extra;
    std::size_t taps, dilation, starts;
  };

  HWY_INLINE void slide(const Slide& s, Line out) const {
    ConstLine current = s.in;
    if (s.taps == 1) {
      for_vectors(lanes_, s.starts,
                  [&](std::size_t x) HWY_ATTR { lanes_.store(lanes_.load(current, x), out, x); });
      return;
    }
    std::size_t joined = 1, collected = 0;
    for (; Lanes::kOverlap && 4 * joined < s.taps; joined *= 4) {
      quadruple(s, current, joined);
      current = s.line;
    }
    const std::size_t rest = s.taps - std::bit_floor(s.taps - 1);
    for (; 2 * joined < s.taps; joined *= 2) {
      if (!Lanes::kOverlap && (rest & joined) != 0) {
        collect(s, current, collected);
        collected += joined;
      }
      redouble(s, current, joined);
      current = s.line;
    }
    const ConstLine left = Lanes::kOverlap || rest == joined ? current : s.extra;
    const std::size_t reach = (s.taps - joined) * s.dilation;
    for_vectors(lanes_, s.starts, [&](std::size_t x) HWY_ATTR {
      lanes_.store(lanes_.join(lanes_.load(left, x), lanes_.load(current, x + reach)), out, x);
    });
  }

  HWY_INLINE void redouble(const Slide& s, ConstLine current, std::size_t joined) const {
    const std::size_t needed = s.starts + (s.taps - 2 * joined) * s.dilation;
    const std::size_t reach = joined * s.dilation;
    for_vectors(lanes_, needed, [&](std::size_t x) HWY_ATTR {
      lanes_.store(lanes_.join(lanes_.load(current, x), lanes_.load(current, x + reach)), s.line,
                   x);
    });
  }

  HWY_INLINE void quadruple(const Slide& s, ConstLine current, std::size_t joined) const {
    const std::size_t needed = s.starts + (s.taps - 4 * joined) * s.dilation;
    const std::size_t reach = joined * s.dilation;
    for_vectors(lanes_, needed, [&](std::size_t x) HWY_ATTR {
      const State left = lanes_.join(lanes_.load(current, x), lanes_.load(current, x + reach));
      const State right =
          lanes_.join(lanes_.load(current, x + 2 * reach), lanes_.load(current, x + 3 * reach));
      lanes_.store(lanes_.join(left, right), s.line, x);
    });
  }

  /// Adds windows that begin `collected` taps into the output's own.
  HWY_INLINE void collect(const Slide& s, ConstLine current, std::size_t collected) const {
    const std::size_t offset = collected * s.dilation;
    for_vectors(lanes_, s.starts, [&](std::size_t x) HWY_ATTR {
      const State part = lanes_.load(current, x + offset);
      lanes_.store(collected == 0 ? part : lanes_.join(lanes_.load(s.extra, x), part), s.extra, x);
    });
  }

  /// For stride 2: windows of pairs, one pair apart, and an odd cell at the end.
  HWY_INLINE void by_pairs(ConstLine in, const std::array<Line, 3>& lines, Line out) const {
    const std::size_t pairs = outputs_ + taps_ / 2 - 1;
    const Line joined = taps_ <= 3 ? out : lines[2];
    for_vectors(lanes_, pairs, [&](std::size_t x) HWY_ATTR {
      State even, odd;
      lanes_.load_pairs(in, 2 * x, even, odd);
      lanes_.store(lanes_.join(even, odd), joined, x);
    });
    if (taps_ > 3) slide({joined, joined, lines[1], taps_ / 2, 1, outputs_}, out);
    if (taps_ % 2 == 0) return;
    for_vectors(lanes_, outputs_, [&](std::size_t x) HWY_ATTR {
      State last, unused;
      lanes_.load_pairs(in, 2 * x + taps_ - 1, last, unused);
      lanes_.store(lanes_.join(lanes_.load(out, x), last), out, x);
    });
  }

  const Lanes& lanes_;
  std::size_t taps_, dilation_, period_, outputs_;
};

/// Joins windows of 1, 2, 4, ... rows. Ring i keeps as many rows of the windows of 2^i as lie
/// between a window and the next one that it is joined with; a last ring those that complete a
/// window of any size.
template <class Lanes>
class ColumnPass {
 public:
  using T = typename Lanes::T;
  using Line = typename Lanes::Line;
  using ConstLine = typename Lanes::ConstLine;
  using State = typename Lanes::State;

  /// `memory` holds layout.ring_rows() rows.
  ColumnPass(const Lanes& lanes, const Feed& feed, const ScratchLayout& layout, T* memory)
      : lanes_(lanes), levels_(layout.levels()), row_(layout.row()) {
    const std::int64_t rest = feed.taps - (std::int64_t{1} << levels_);
    whole_ = Lanes::kOverlap || rest == std::int64_t{1} << levels_;
    std::int64_t done = 0;
    for (int i = 0; i < levels_; ++i) {
      Ring& ring = rings_[static_cast<std::size_t>(i)];
      ring = {.memory = memory, .depth = layout.depth(i)};
      memory += ring.depth * row_ * Lanes::kParts;
      if (whole_ || ((rest >> i) & 1) == 0) continue;
      ring.part = done == 0 ? Part::current : Part::stored;
      ring.part_age = done * feed.dilation;
      done += std::int64_t{1} << i;
    }
    rings_[static_cast<std::size_t>(levels_)] = {.memory = memory, .depth = layout.tail()};
  }

  /// Takes the next row; where `complete`, calls sink(window, x) for each vector of the row's
  /// `outputs` finished windows.
  template <class Sink>
  HWY_INLINE void operator()(ConstLine row, std::size_t outputs, bool complete, Sink& sink) {
    for (int i = 0; i <= levels_; ++i) turn(rings_[static_cast<std::size_t>(i)]);
    for_vectors(lanes_, outputs, [&](std::size_t x) HWY_ATTR {
      const State window = advance(row, x);
      if (complete) sink(window, x);
    });
  }

 private:
  /// How a level's windows take part in a sum over a number of rows that is no power of two.
  enum class Part { none, current, stored };

  struct Ring {
    T* memory = nullptr;
    std::int64_t depth = 0, now = 0, part_age = 0;
    Part part = Part::none;
    Line swap{};         ///< Holds the oldest row, and then the current one.
    ConstLine stored{};  ///< The row part_age ago.
  };

  Line slot(const Ring& ring, std::int64_t index) const {
    return Lanes::line_at(ring.memory + index * row_ * Lanes::kParts, row_);
  }

  void turn(Ring& ring) const {
    if (ring.depth == 0) return;
    ring.now = ring.now + 1 >= ring.depth ? 0 : ring.now + 1;
    ring.swap = slot(ring, ring.now);
    const std::int64_t before = ring.now - ring.part_age;
    ring.stored = slot(ring, before < 0 ? before + ring.depth : before);
  }

  HWY_INLINE State exchange(const Ring& ring, State state, std::size_t x) const {
    const State oldest = lanes_.load(ring.swap, x);
    lanes_.store(state, ring.swap, x);
    return oldest;
  }

  HWY_INLINE State advance(ConstLine row, std::size_t x) const {
    State window = lanes_.load(row, x);
    State sum = window;
    for (int i = 0; i < levels_; ++i) {
      const Ring& ring = rings_[static_cast<std::size_t>(i)];
      if (ring.part == Part::current) sum = window;
      if (ring.part == Part::stored) sum = lanes_.join(lanes_.load(ring.stored, x), sum);
      window = lanes_.join(exchange(ring, window, x), window);
    }
    const Ring& last = rings_[static_cast<std::size_t>(levels_)];
    if (last.depth == 0) return window;
    return lanes_.join(exchange(last, window, x), whole_ ? window : sum);
  }

  const Lanes& lanes_;
  int levels_;
  bool whole_;  ///< Whether the last join is of two windows of 2^levels rows.
  std::int64_t row_;
  std::array<Ring, 33> rings_;
};

/// Pools a tile: fill(y, line) gives row y's cells, in `line` or where they lie already; sink
/// begins each row of outputs and takes its vectors.
template <class Lanes, class Fill, class Sink>
HWY_INLINE void run_tile(const SlidingTile& tile, const Lanes& lanes, const Fill& fill,
                         Sink& sink) {
  using T = typename Lanes::T;
  const Feed rows = row_feed(tile.rows);
  const Feed cols = even_feed(tile.cols);
  const ScratchLayout layout(rows, cols, tile.cols.outputs);
  T* memory = reinterpret_cast<T*>(tile.scratch);
  const auto take = [&](std::int64_t length) {
    const auto line = Lanes::line_at(memory, length);
    memory += length * Lanes::kParts;
    return line;
  };
  const std::array lines{take(layout.line()), take(layout.line()), take(layout.line())};
  const auto row = take(layout.row());
  const auto blank = take(layout.row());
  const auto outputs = static_cast<std::size_t>(tile.cols.outputs);
  for_vectors(lanes, outputs,
              [&](std::size_t x) HWY_ATTR { lanes.store(lanes.nothing(), blank, x); });

  const RowPass<Lanes> row_pass(lanes, cols, tile.cols.outputs);
  ColumnPass<Lanes> column_pass(lanes, rows, layout, memory);
  for (std::int64_t f = 0; f < rows.count; ++f) {
    const std::int64_t y = rows.at(f);
    const bool inside = y >= 0 && y < tile.height;
    if (inside) row_pass(fill(y, lines[0]), lines, row);
    const bool complete = rows.completes(f);
    if (complete) sink.begin_row((f - rows.lead()) / rows.period);
    column_pass(inside ? row : blank, outputs, complete, sink);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#endif
