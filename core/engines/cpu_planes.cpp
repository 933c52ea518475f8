#include "core/engines/cpu_planes.h"

#include <algorithm>
#include <array>
#include <numeric>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/engines/cpu_planes.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After foreach_target.
#include "core/engines/cpu_divide-inl.h"
#include "core/engines/cpu_join-inl.h"
#include "core/engines/cpu_transpose-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

/// Brings the planes' cells side by side: cell f of all of them at cells + f * lanes. `count`
/// planes are there, the lanes past them repeat the last. Gives the sum of all cells in some order,
/// for what is not finite to show in.
template <class D>
HWY_INLINE hn::Vec<D> gather_planes(D d, const float* planes, std::size_t count, std::size_t size,
                                    float* cells) {
  const std::size_t lanes = hn::Lanes(d);
  auto sum = hn::Zero(d);
  if (count < lanes || size < kCellsAtOnce) {
    for (std::size_t f = 0; f < size; ++f) {
      for (std::size_t p = 0; p < lanes; ++p) {
        cells[f * lanes + p] = planes[std::min(p, count - 1) * size + f];
      }
      sum = hn::Add(sum, hn::LoadU(d, cells + f * lanes));
    }
    return sum;
  }
  const auto take = [&](std::size_t f) HWY_ATTR {
    const auto four = load_across(d, planes + f, size);
    auto part = hn::Zero(d);
    for (std::size_t i = 0; i < four.size(); ++i) {
      hn::StoreU(four[i], d, cells + (f + i) * lanes);
      part = hn::Add(part, four[i]);
    }
    sum = hn::Add(sum, part);
  };
  std::size_t f = 0;
  for (; f + kCellsAtOnce <= size; f += kCellsAtOnce) take(f);
  if (f < size) take(size - kCellsAtOnce);
  return sum;
}

/// The way back, of `count` planes.
template <class D>
HWY_INLINE void scatter_planes(D d, const float* cells, std::size_t count, std::size_t size,
                               float* planes) {
  const std::size_t lanes = hn::Lanes(d);
  if (size == 1) {
    store_first(d, hn::LoadU(d, cells), planes, count);
    return;
  }
  if (count < lanes || size < kCellsAtOnce) {
    for (std::size_t p = 0; p < count; ++p) {
      for (std::size_t f = 0; f < size; ++f) planes[p * size + f] = cells[f * lanes + p];
    }
    return;
  }
  const auto give = [&](std::size_t f) HWY_ATTR {
    std::array<hn::Vec<D>, kCellsAtOnce> some;
    for (std::size_t i = 0; i < kCellsAtOnce; ++i) some[i] = hn::LoadU(d, cells + (f + i) * lanes);
    store_across(d, some, planes + f, size);
  };
  std::size_t f = 0;
  for (; f + kCellsAtOnce <= size; f += kCellsAtOnce) give(f);
  if (f < size) give(size - kCellsAtOnce);
}

/// Joins `kCount` vectors that lie `pitch` apart, in the shape of a tree.
template <int kCount, class Lanes>
HWY_INLINE typename Lanes::State join_even(const Lanes& lanes, const float* from,
                                           std::size_t pitch) {
  if constexpr (kCount == 1) {
    return lanes.load(from, 0);
  } else {
    return lanes.join(join_even<kCount / 2>(lanes, from, pitch),
                      join_even<kCount - kCount / 2>(lanes, from + kCount / 2 * pitch, pitch));
  }
}

/// Joins any number, eight at a time.
template <class Lanes>
HWY_INLINE typename Lanes::State join_many(const Lanes& lanes, const float* from, std::size_t pitch,
                                           std::int64_t count) {
  if (count == 0) return lanes.nothing();
  auto all = lanes.load(from, 0);
  bool first = true;
  for (std::int64_t done = 0; done < count; done += 8) {
    with_count<8>(static_cast<int>(std::min<std::int64_t>(count - done, 8)), [&](auto n) HWY_ATTR {
      const auto some = join_even<n()>(lanes, from + static_cast<std::size_t>(done) * pitch, pitch);
      all = first ? some : lanes.join(all, some);
    });
    first = false;
  }
  return all;
}

/// Calls write(join(j), j) for j in [begin, end), join(j) being the `count` vectors from first(j)
/// on, `pitch` apart.
template <class Lanes, class First, class Write>
HWY_INLINE void join_each(const Lanes& lanes, std::size_t begin, std::size_t end,
                          std::int64_t count, std::size_t pitch, const First& first, Write& write) {
  if (count >= 1 && count <= 8) {
    with_count<8>(static_cast<int>(count), [&](auto n) HWY_ATTR {
      auto row = write;
      for (std::size_t j = begin; j < end; ++j) row(join_even<n()>(lanes, first(j), pitch), j);
      write = row;
    });
    return;
  }
  for (std::size_t j = begin; j < end; ++j) {
    write(join_many(lanes, first(j), pitch, count), j);
  }
}

/// Where the windows [begin, end) of an axis all have as many taps at the same distance.
struct Run {
  std::size_t begin, end;
};

/// Calls visit(run) for the runs of an axis.
template <class Visit>
HWY_INLINE void for_each_run(std::span<const Taps> windows, Visit visit) {
  for (std::size_t i = 0; i < windows.size();) {
    Run run{i, i + 1};
    while (run.end < windows.size() && windows[run.end].count == windows[i].count &&
           windows[run.end].step == windows[i].step) {
      ++run.end;
    }
    visit(run);
    i = run.end;
  }
}

/// Memory of a group: cells, then the windows' rows, then the outputs.
struct GroupMemory {
  float *cells, *rows, *outputs;
};

/// Stores windows side by side.
struct StoreRow {
  float* to;
  template <class V>
  HWY_INLINE void operator()(V window, std::size_t j) const {
    const hn::ScalableTag<float> d;
    hn::StoreU(window, d, to + j * hn::Lanes(d));
  }
};

/// Pools the cells of a group, columns before rows, so that taps are joined in row-major order;
/// finish.row(i, to) stores the windows of a row.
template <class Lanes, class Finish>
HWY_INLINE void pool_cells(const PlaneGroup& group, const Lanes& lanes, const GroupMemory& memory,
                           Finish& finish) {
  const std::size_t vector = hn::Lanes(lanes.d);
  const std::size_t pitch = static_cast<std::size_t>(group.job->in.w) * vector;
  const std::size_t row = group.cols.size() * vector;
  const auto height = static_cast<std::size_t>(group.job->in.h);
  for_each_run(group.cols, [&](const Run& run) HWY_ATTR {
    const Taps* const cols = group.cols.data();
    const Taps& taps = cols[run.begin];
    for (std::size_t y = 0; y < height; ++y) {
      const float* const cells = memory.cells + y * pitch;
      StoreRow store{memory.rows + y * row};
      const auto first = [=](std::size_t j) HWY_ATTR {
        return cells + static_cast<std::size_t>(cols[j].first) * vector;
      };
      join_each(lanes, run.begin, run.end, taps.count, static_cast<std::size_t>(taps.step) * vector,
                first, store);
    }
  });
  for (std::size_t i = 0; i < group.rows.size(); ++i) {
    const Taps& taps = group.rows[i];
    const float* const from = memory.rows + static_cast<std::size_t>(taps.first) * row;
    const auto first = [=](std::size_t j) HWY_ATTR { return from + j * vector; };
    auto store = finish.row(i, memory.outputs + i * row);
    join_each(lanes, 0, group.cols.size(), taps.count, static_cast<std::size_t>(taps.step) * row,
              first, store);
    finish.end_row(store);
  }
}

/// Stores extremes as they are.
struct KeepExtremes {
  StoreRow row(std::size_t, float* to) const { return {to}; }
  void end_row(const StoreRow&) const {}
};

/// Divides sums; `odd` is 0 where all means are finite, NaN elsewhere.
struct DivideSums {
  using D = hn::ScalableTag<float>;
  TileDivisors divisors;
  bool uniform;  ///< Whether all columns have one divisor.
  hn::Vec<D> odd = hn::Zero(D());

  struct Row {
    StoreRow store;
    Quotient<float> quotient;
    float row;
    const float* cols;  ///< Null where all are alike.
    hn::Vec<D> odd;
    HWY_INLINE void operator()(hn::Vec<D> sum, std::size_t j) {
      const D d;
      const auto mean = cols ? hn::Div(sum, hn::Set(d, row * cols[j])) : quotient(sum);
      odd = hn::Add(odd, hn::Mul(mean, hn::Zero(d)));
      store(mean, j);
    }
  };
  Row row(std::size_t i, float* to) const {
    const float row_divisor = static_cast<float>(divisors.rows[i]);
    return {{to},
            Quotient<float>(row_divisor * divisors.rounded_cols[0]),
            row_divisor,
            uniform ? nullptr : divisors.rounded_cols,
            odd};
  }
  void end_row(const Row& row) { odd = row.odd; }
};

/// Calls visit(planes, count, outputs) for the planes of the group, as many as a vector holds.
template <class Visit>
HWY_INLINE void for_vectors_of_planes(const PlaneGroup& group, Visit visit) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<float>()));
  const Job& job = *group.job;
  for (std::int64_t p = group.plane_begin; p < group.plane_end; p += lanes) {
    visit(job.plane(p), static_cast<std::size_t>(std::min(lanes, group.plane_end - p)),
          job.values + job.cell(p, 0));
  }
}

GroupMemory memory_of(const PlaneGroup& group) {
  const auto vector = static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<float>()));
  auto* const cells = reinterpret_cast<float*>(group.scratch);
  float* const rows = cells + group.job->in.plane_size() * vector;
  return {cells, rows, rows + group.job->in.h * group.job->out.w * vector};
}

template <bool kMin>
void extremes_of_planes(const PlaneGroup& group) {
  const hn::ScalableTag<float> d;
  const GroupMemory memory = memory_of(group);
  const auto size = static_cast<std::size_t>(group.job->in.plane_size());
  const auto out = static_cast<std::size_t>(group.job->out.plane_size());
  const KeepExtremes keep;
  for_vectors_of_planes(group, [&](const float* planes, std::size_t count, float* to) HWY_ATTR {
    const auto sum = gather_planes(d, planes, count, size, memory.cells);
    // Infinities of both signs make it NaN too; that costs time alone.
    if (hn::AllFalse(d, hn::IsNaN(sum))) {
      pool_cells(group, ExtremeLanes<kMin, false>{}, memory, keep);
    } else {
      pool_cells(group, ExtremeLanes<kMin, true>{}, memory, keep);
    }
    scatter_planes(d, memory.outputs, count, out, to);
  });
}

void ExtremePlanes(const PlaneGroup& group) {
  if (group.job->pool->reduction == Reduction::min) {
    extremes_of_planes<true>(group);
  } else {
    extremes_of_planes<false>(group);
  }
}

/// Sums of whole planes. Cells are added before they are brought side by side, four at a time.
template <class D>
HWY_INLINE hn::Vec<D> sum_planes(D d, const float* planes, std::size_t size) {
#if HWY_TARGET == HWY_SCALAR
  auto sum = hn::Zero(d);
  for (std::size_t f = 0; f < size; ++f) sum = hn::Add(sum, hn::LoadU(d, planes + f));
  return sum;
#else
  // Two sums of each plane's cells, since each addition waits for the one before.
  std::array<std::array<hn::Vec<D>, 4>, 2> sums;
  for (auto& some : sums) some.fill(hn::Zero(d));
  const auto add = [&](std::size_t f, auto& some) HWY_ATTR {
    for (std::size_t r = 0; r < 4; ++r) {
      some[r] = hn::Add(some[r], load_blocks(d, planes + r * size + f, 4 * size));
    }
  };
  std::size_t f = 0;
  for (; f + 8 <= size; f += 8) {
    add(f, sums[0]);
    add(f + 4, sums[1]);
  }
  if (f + 4 <= size) {
    add(f, sums[0]);
    f += 4;
  }
  for (std::size_t r = 0; r < 4; ++r) sums[0][r] = hn::Add(sums[0][r], sums[1][r]);
  const auto four = transposed_blocks(d, sums[0]);
  auto sum = hn::Add(hn::Add(four[0], four[1]), hn::Add(four[2], four[3]));
  const auto last = load_across(d, planes + size - 4, size);
  for (std::size_t i = 4 - (size - f); i < 4; ++i) sum = hn::Add(sum, last[i]);
  return sum;
#endif
}

bool is_whole_plane(const PlaneGroup& group) {
  const auto whole = [](std::span<const Taps> windows, std::int64_t size) {
    return windows.size() == 1 && windows[0].count == size;
  };
  return whole(group.rows, group.job->in.h) && whole(group.cols, group.job->in.w);
}

bool MeanPlanes(const PlaneGroup& group) {
  /// Additions in order that are few enough.
  constexpr std::size_t kMostSummed = 64;
  const SumLanes<float> lanes{};
  const GroupMemory memory = memory_of(group);
  const auto size = static_cast<std::size_t>(group.job->in.plane_size());
  const auto out = static_cast<std::size_t>(group.job->out.plane_size());
  const bool whole = is_whole_plane(group) && size >= kCellsAtOnce && size <= kMostSummed;
  DivideSums divide{.divisors = group.divisors, .uniform = true};
  for (std::size_t j = 1; j < group.cols.size(); ++j) {
    divide.uniform &= divide.divisors.rounded_cols[j] == divide.divisors.rounded_cols[0];
  }
  for_vectors_of_planes(group, [&](const float* planes, std::size_t count, float* to) HWY_ATTR {
    if (whole && count == hn::Lanes(lanes.d)) {
      auto row = divide.row(0, to);
      row(sum_planes(lanes.d, planes, size), 0);
      divide.end_row(row);
      return;
    }
    gather_planes(lanes.d, planes, count, size, memory.cells);
    pool_cells(group, lanes, memory, divide);
    scatter_planes(lanes.d, memory.outputs, count, out, to);
  });
  return hn::AllFalse(lanes.d, hn::IsNaN(divide.odd));
}

std::int64_t VectorBytes() {
  return static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<float>()) * sizeof(float));
}

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace poolscope::cpu {

HWY_EXPORT(ExtremePlanes);
HWY_EXPORT(MeanPlanes);
HWY_EXPORT(VectorBytes);

void extreme_planes(const PlaneGroup& group) { HWY_DYNAMIC_DISPATCH(ExtremePlanes)(group); }
bool mean_planes(const PlaneGroup& group) { return HWY_DYNAMIC_DISPATCH(MeanPlanes)(group); }

bool fits_planes(const Job& job) {
  /// Cells of a plane, so that a group of them stays in the second-level cache.
  constexpr std::int64_t kMostCells = 2048;
  /// Taps that a cell of the input may be joined by, both passes together.
  constexpr std::int64_t kMostJoins = 20;
  constexpr std::int64_t kFewestPlanes = 4;
  if (job.pool->planes.size() != 1 || job.in.planes() < kFewestPlanes) return false;
  if (job.in.plane_size() > kMostCells || job.out.plane_size() > kMostCells) return false;
  const auto taps = [](const std::vector<AxisWindow>& windows) {
    return std::accumulate(
        windows.begin(), windows.end(), std::int64_t{0},
        [](std::int64_t sum, const AxisWindow& window) { return sum + window.count; });
  };
  const PlaneWindows& windows = job.pool->planes.front();
  const std::int64_t joins = job.in.h * taps(windows.cols) + job.out.w * taps(windows.rows);
  return joins <= kMostJoins * (job.in.plane_size() + job.out.plane_size());
}

std::int64_t plane_scratch_bytes(const Job& job) {
  return (job.in.plane_size() + job.in.h * job.out.w + job.out.plane_size()) *
         HWY_DYNAMIC_DISPATCH(VectorBytes)();
}

}  // namespace poolscope::cpu
#endif
