// Included once for each instruction set (Highway's foreach_target), so the guard toggles.
#if defined(POOLSCOPE_CPU_LINE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef POOLSCOPE_CPU_LINE_INL_H_
#undef POOLSCOPE_CPU_LINE_INL_H_
#else
#define POOLSCOPE_CPU_LINE_INL_H_
#endif

#include <array>

#include "core/engines/cpu_doubling-inl.h"
#include "core/engines/cpu_join-inl.h"
#include "core/engines/cpu_line.h"
#include "core/engines/cpu_transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

/// Where a row of outputs goes. `stream`: past the caches, for an output larger than they are.
/// `ahead` is fetched meanwhile, so that memory gives while it takes.
struct RowTarget {
  float* to;
  std::size_t length;
  bool stream;
  CellsAhead ahead;
};

/// Cells that are made in turn: begin(x) goes to the vector at x, next() gives it and goes to the
/// one behind it, which may lie past the row.
template <class Cells>
concept InTurn = requires(Cells cells) {
  cells.next();
};

/// The vector at x, which is the next one of cells in turn, as a row's writer has it.
template <class Cells, class Row>
HWY_INLINE auto vector_at(Cells& cells, Row& row, std::size_t x) {
  if constexpr (InTurn<Cells>) {
    return row(cells.next(), x);
  } else {
    return row(cells(x), x);
  }
}

/// Writes a row of outputs: cells(x), or cells in turn, gives the vector at x, whose lanes past the
/// row are dropped. `writer` has the last word on each: its row() takes vectors and is handed back
/// by end_row().
template <class Cells, class Writer>
HWY_INLINE void write_row(const RowTarget& target, Cells cells, Writer& writer) {
  /// Vectors of a row from which on it pays to begin at a cache line, which cells in turn do anew.
  constexpr std::size_t kLongRow = InTurn<Cells> ? 64 : 4;
  const hn::ScalableTag<float> d;
  const std::size_t step = hn::Lanes(d);
  const std::size_t length = target.length;
  float* const to = target.to;
  auto row = writer.row();
  if constexpr (InTurn<Cells>) cells.begin(0);
  if (length < step) {
    store_first(d, vector_at(cells, row, 0), to, length);
    return writer.end_row(row);
  }
  std::size_t x = 0;
  // A vector that lies across two cache lines takes much longer to write than to read.
  const std::size_t past = reinterpret_cast<std::uintptr_t>(to) / sizeof(float) % step;
  if (past > 0 && (length >= kLongRow * step || target.stream)) {
    hn::StoreU(vector_at(cells, row, 0), d, to);
    x = step - past;
    if constexpr (InTurn<Cells>) cells.begin(x);
  }
  CellsAhead ahead = target.ahead;
  const std::size_t lines = (ahead.cells() + length / 2) / length;  // For 16 outputs.
  if (target.stream) {
    for (; x + step <= length; x += step) {
      ahead.fetch_lines(lines);
      hn::Stream(vector_at(cells, row, x), d, to + x);
    }
  } else {
    for (; x + step <= length; x += step) {
      ahead.fetch_lines(lines);
      hn::StoreU(vector_at(cells, row, x), d, to + x);
    }
  }
  if (x < length) {
    if constexpr (InTurn<Cells>) {
      store_first(d, vector_at(cells, row, x), to + x, length - x);
    } else {
      hn::StoreU(vector_at(cells, row, length - step), d, to + length - step);
    }
  }
  writer.end_row(row);
}

/// Cells of a line.
struct LineCells {
  const float* line;
  HWY_INLINE auto operator()(std::size_t x) const {
    return hn::LoadU(hn::ScalableTag<float>(), line + x);
  }
};

/// Cells of several lines, joined.
template <int kCount, class Lanes>
struct JoinedCells {
  Lanes lanes;
  std::array<const float*, kCount> from;

  JoinedCells(const Lanes& l, const float* const* lines) : lanes(l) {
    std::copy_n(lines, kCount, from.begin());
  }
  HWY_INLINE typename Lanes::State operator()(std::size_t x) const {
    return join_tree<kCount>(lanes, from.data(), x);
  }
};

/// Windows of up to three cells of a line, two cells apart.
template <int kTaps, class Lanes>
struct FewPairs {
  Lanes lanes;
  const float* line;

  HWY_INLINE typename Lanes::State operator()(std::size_t x) const {
    typename Lanes::State even, odd, next, unused;
    lanes.load_pairs(line, 2 * x, even, odd);
    if constexpr (kTaps == 1) return even;
    if constexpr (kTaps == 2) return lanes.join(even, odd);
    lanes.load_pairs(line, 2 * x + 2, next, unused);
    return lanes.join(lanes.join(even, odd), next);
  }
};

/// Windows of three cells of a line side by side.
template <class Lanes>
struct Threes {
  Lanes lanes;
  const float* line;

  HWY_INLINE typename Lanes::State operator()(std::size_t x) const {
    typename Lanes::State first, second, third;
    lanes.load_threes(line, 3 * x, first, second, third);
    return lanes.join(first, lanes.join(second, third));
  }
};

/// Windows of a line that share few cells: a vector takes one cell of each, four cells at a time.
/// `kRest` cells are left of them in the end.
template <std::size_t kRest, class Lanes>
struct Across {
  Lanes lanes;
  const float* line;
  std::size_t taps, stride;

  HWY_INLINE typename Lanes::State operator()(std::size_t x) const {
    const float* const first = line + x * stride;
    if constexpr (kCellsAtOnce == 1) {
      return tree(first, taps);
    } else {
      constexpr std::size_t kBlock = LinePlan::kBlock;
      const std::size_t whole = taps - kRest;
      Cells all = block(first, std::min(whole, kBlock));
      for (std::size_t t = kBlock; t < whole; t += kBlock)
        join_some<kCellsAtOnce>(all, block(first + t, std::min(whole - t, kBlock)));
      if constexpr (kRest > 0) join_some<kRest>(all, load(first + whole));
      return lanes.join(lanes.join(all[0], all[1]), lanes.join(all[2], all[3]));
    }
  }

 private:
  /// Without vectors.
  typename Lanes::State tree(const float* first, std::size_t count) const {
    if (count == 1) return lanes.load(first, 0);
    return lanes.join(tree(first, count / 2), tree(first + count / 2, count - count / 2));
  }

  using Cells = std::array<typename Lanes::State, kCellsAtOnce>;

  template <std::size_t kCount>
  HWY_INLINE void join_some(Cells& all, const Cells& more) const {
    for (std::size_t i = 0; i < kCount; ++i) all[i] = lanes.join(all[i], more[i]);
  }

  HWY_INLINE Cells load(const float* first) const { return load_across(lanes.d, first, stride); }

  /// `count` cells, a multiple of kCellsAtOnce.
  HWY_INLINE Cells block(const float* first, std::size_t count) const {
    Cells all = load(first);
    if (count < LinePlan::kBlock) {
      for (std::size_t t = kCellsAtOnce; t < count; t += kCellsAtOnce)
        join_some<kCellsAtOnce>(all, load(first + t));
      return all;
    }
    constexpr std::size_t kHalf = LinePlan::kBlock / 2;
    Cells more = load(first + kHalf);
    for (std::size_t t = kCellsAtOnce; t < kHalf; t += kCellsAtOnce) {
      join_some<kCellsAtOnce>(all, load(first + t));
      join_some<kCellsAtOnce>(more, load(first + kHalf + t));
    }
    join_some<kCellsAtOnce>(all, more);
    return all;
  }
};

/// Pools the even windows of a line, as its plan says.
template <class Lanes>
class LinePass {
 public:
  using State = typename Lanes::State;

  /// `memory` holds memory() floats.
  LinePass(const Lanes& lanes, const LinePlan& plan, float* memory) : lanes_(lanes), plan_(plan) {
    const auto take = [&](std::int64_t cells) {
      float* const line = memory;
      memory += rounded(cells);
      return line;
    };
    if (plan.pairs) {
      pairs_ = take(plan.cells(0));
      even_ = take(plan.cells(0) + 1);
    }
    for (int level = 1; level <= plan.levels; ++level) {
      levels_[static_cast<std::size_t>(level)] = take(plan.cells(level));
    }
    if (plan.picks()) {
      starts_ = take(plan.starts());
      picked_ = take(plan.outputs);
    }
  }

  /// Floats of memory that a plan's pass needs.
  static std::int64_t memory(const LinePlan& plan) {
    std::int64_t floats = plan.pairs ? rounded(plan.cells(0)) + rounded(plan.cells(0) + 1) : 0;
    for (int level = 1; level <= plan.levels; ++level) floats += rounded(plan.cells(level));
    if (plan.picks()) floats += rounded(plan.starts()) + rounded(plan.outputs);
    return floats;
  }

  /// Pools the line, which may be read kSlack and the plan's reads_behind() past its end.
  template <class Writer>
  HWY_INLINE void operator()(const float* line, const RowTarget& target, Writer& writer) const {
    if (plan_.pairs && plan_.taps <= 3) return few_pairs(line, target, writer);
    if (plan_.across) return across(line, target, writer);
    if (plan_.doubles) {
      return with_doubling<Lanes>(plan_.taps, [&](auto times, auto ring) HWY_ATTR {
        write_doubled<times(), ring()>(line, target, writer);
      });
    }
    if (plan_.is_threes()) return write_row(target, Threes<Lanes>{lanes_, line}, writer);
    if (plan_.pairs) split_pairs(line);
    levels(plan_.pairs ? pairs_ : line);
    std::array<const float*, LinePlan::kMostParts> parts;
    for (int i = 0; i < plan_.part_count; ++i) {
      const LinePlan::Part& part = plan_.parts[static_cast<std::size_t>(i)];
      const float* const from = part.level == LinePlan::kEven ? even_
                                : part.level > 0 ? levels_[static_cast<std::size_t>(part.level)]
                                : plan_.pairs    ? pairs_
                                                 : line;
      parts[static_cast<std::size_t>(i)] = from + part.offset;
    }
    join_parts(parts.data(), target, writer);
  }

 private:
  static std::int64_t rounded(std::int64_t cells) {
    return (cells + 2 * kSlack - 1) / kSlack * kSlack;
  }

  template <class Writer>
  HWY_INLINE void join_parts(const float* const* parts, const RowTarget& target,
                             Writer& writer) const {
    if (!starts_) {
      with_count(plan_.part_count, [&](auto n) HWY_ATTR {
        write_row(target, JoinedCells<n(), Lanes>(lanes_, parts), writer);
      });
      return;
    }
    with_count(plan_.part_count, [&](auto n) HWY_ATTR {
      const JoinedCells<n(), Lanes> cells(lanes_, parts);
      const auto starts = static_cast<std::size_t>(plan_.starts());
      for (std::size_t x = 0; x < starts; x += step()) lanes_.store(cells(x), starts_, x);
    });
    for (std::int64_t i = 0; i < plan_.outputs; ++i) picked_[i] = starts_[i * plan_.stride];
    write_row(target, LineCells{picked_}, writer);
  }

  std::size_t step() const { return hn::Lanes(lanes_.d); }

  template <class Writer>
  HWY_INLINE void across(const float* line, const RowTarget& target, Writer& writer) const {
    const auto taps = static_cast<std::size_t>(plan_.taps);
    const auto stride = static_cast<std::size_t>(plan_.stride);
    with_rest<kCellsAtOnce - 1>(taps % kCellsAtOnce, [&](auto rest) HWY_ATTR {
      write_row(target, Across<rest(), Lanes>{lanes_, line, taps, stride}, writer);
    });
  }

  /// Stride 2 and up to three taps, without a line in between.
  template <class Writer>
  HWY_INLINE void few_pairs(const float* line, const RowTarget& target, Writer& writer) const {
    if (plan_.taps == 1) return write_row(target, FewPairs<1, Lanes>{lanes_, line}, writer);
    if (plan_.taps == 2) return write_row(target, FewPairs<2, Lanes>{lanes_, line}, writer);
    write_row(target, FewPairs<3, Lanes>{lanes_, line}, writer);
  }

  /// A function of its own, so that all of it stays in registers.
  template <int kTimes, int kRing, class Writer>
  HWY_NOINLINE void write_doubled(const float* line, const RowTarget& target,
                                  Writer& writer) const {
    write_row(target, DoubledCells<kTimes, kRing, Lanes>(lanes_, line, plan_.taps), writer);
  }

  HWY_INLINE void split_pairs(const float* line) const {
    const auto pairs = static_cast<std::size_t>(plan_.cells(0) + plan_.taps % 2);
    float* const joined = pairs_;
    float* const evens = even_;
    for (std::size_t x = 0; x < pairs; x += step()) {
      State even, odd;
      lanes_.load_pairs(line, 2 * x, even, odd);
      lanes_.store(even, evens, x);
      lanes_.store(lanes_.join(even, odd), joined, x);
    }
  }

  HWY_INLINE void levels(const float* below) const {
    for (int level = 1; level <= plan_.levels; ++level) {
      const auto at = static_cast<std::size_t>(level);
      const std::int64_t reach = plan_.widths[at - 1] * plan_.dilation;
      std::array<const float*, 8> from;
      for (int i = 0; i < plan_.fans[at]; ++i)
        from[static_cast<std::size_t>(i)] = below + i * reach;
      float* const to = levels_[at];
      const auto cells = static_cast<std::size_t>(plan_.cells(level));
      with_count<8>(plan_.fans[at], [&](auto n) HWY_ATTR {
        const JoinedCells<n(), Lanes> joined(lanes_, from.data());
        for (std::size_t x = 0; x < cells; x += step()) lanes_.store(joined(x), to, x);
      });
      below = to;
    }
  }

  const Lanes& lanes_;
  const LinePlan& plan_;
  float *pairs_ = nullptr, *even_ = nullptr, *starts_ = nullptr, *picked_ = nullptr;
  std::array<float*, LinePlan::kMostLevels + 1> levels_{};
};

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#endif
