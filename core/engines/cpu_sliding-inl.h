// Included once for each instruction set (Highway's foreach_target), so the guard toggles.
#if defined(POOLSCOPE_CPU_SLIDING_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef POOLSCOPE_CPU_SLIDING_INL_H_
#undef POOLSCOPE_CPU_SLIDING_INL_H_
#else
#define POOLSCOPE_CPU_SLIDING_INL_H_
#endif

#include <algorithm>
#include <array>

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

/// Joins windows of 1, 2, 4, ... cells along a line, until each of the outputs has its taps.
template <class Lanes>
class RowPass {
 public:
  using Line = typename Lanes::Line;
  using ConstLine = typename Lanes::ConstLine;

  RowPass(const Lanes& lanes, const Feed& feed, std::int64_t outputs)
      : lanes_(lanes),
        taps_(static_cast<std::size_t>(feed.taps)),
        dilation_(static_cast<std::size_t>(feed.dilation)),
        period_(static_cast<std::size_t>(feed.period)),
        outputs_(static_cast<std::size_t>(outputs)),
        starts_((outputs_ - 1) * period_ + 1) {}

  /// Reads `in`; may overwrite `line` and `extra`.
  HWY_INLINE void operator()(ConstLine in, Line line, Line extra, Line out) const {
    ConstLine current = in;
    std::size_t joined = 1, done = 0;
    for (; 2 * joined <= taps_; joined *= 2) {
      if (!Lanes::kOverlap && (taps_ & joined) != 0) {
        collect(current, extra, done);
        done += joined;
      }
      const std::size_t needed = starts_ + (taps_ - 2 * joined) * dilation_;
      const std::size_t reach = joined * dilation_;
      for_vectors(lanes_, needed, [&](std::size_t x) HWY_ATTR {
        lanes_.store(lanes_.join(lanes_.load(current, x), lanes_.load(current, x + reach)), line,
                     x);
      });
      current = line;
    }
    const std::size_t rest = (taps_ - joined) * dilation_;
    if (rest == 0) {
      finish(line, out, [&](std::size_t x) HWY_ATTR { return lanes_.load(current, x); });
    } else {
      const ConstLine left = Lanes::kOverlap ? current : extra;
      finish(line, out, [&](std::size_t x) HWY_ATTR {
        return lanes_.join(lanes_.load(left, x), lanes_.load(current, x + rest));
      });
    }
  }

 private:
  /// Adds windows that begin `done` taps into the output's own.
  HWY_INLINE void collect(ConstLine current, Line extra, std::size_t done) const {
    const std::size_t offset = done * dilation_;
    for_vectors(lanes_, starts_, [&](std::size_t x) HWY_ATTR {
      const auto part = lanes_.load(current, x + offset);
      lanes_.store(done == 0 ? part : lanes_.join(lanes_.load(extra, x), part), extra, x);
    });
  }

  /// Takes each period-th of the last windows.
  template <class Cell>
  HWY_INLINE void finish(Line line, Line out, Cell cell) const {
    if (period_ == 1) {
      for_vectors(lanes_, outputs_, [&](std::size_t x) HWY_ATTR { lanes_.store(cell(x), out, x); });
      return;
    }
    for_vectors(lanes_, starts_, [&](std::size_t x) HWY_ATTR { lanes_.store(cell(x), line, x); });
    for (std::size_t i = 0; i < outputs_; ++i) Lanes::pick(out, i, line, i * period_);
  }

  const Lanes& lanes_;
  std::size_t taps_, dilation_, period_, outputs_, starts_;
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
    std::int64_t done = 0;
    for (int i = 0; i < levels_; ++i) {
      Ring& ring = rings_[static_cast<std::size_t>(i)];
      ring = {.memory = memory, .depth = layout.depth(i)};
      memory += ring.depth * row_ * Lanes::kParts;
      if (Lanes::kOverlap || ((feed.taps >> i) & 1) == 0) continue;
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
    return lanes_.join(exchange(last, window, x), Lanes::kOverlap ? window : sum);
  }

  const Lanes& lanes_;
  int levels_;
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
  const auto line = take(layout.line());
  const auto extra = take(layout.line());
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
    if (inside) row_pass(fill(y, line), line, extra, row);
    const bool complete = rows.completes(f);
    if (complete) sink.begin_row((f - rows.lead()) / rows.period);
    column_pass(inside ? row : blank, outputs, complete, sink);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#endif
