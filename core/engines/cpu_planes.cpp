#include "core/engines/cpu_planes.h"

#include <algorithm>
#include <array>
#include <numeric>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/engines/cpu_planes.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After foreach_target.
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

template <class Lanes>
HWY_INLINE typename Lanes::State join_few(const Lanes& lanes, const float* from, std::size_t pitch,
                                          std::int64_t count) {
  switch (count) {
    case 0:
      return lanes.nothing();
    case 1:
      return join_even<1>(lanes, from, pitch);
    case 2:
      return join_even<2>(lanes, from, pitch);
    case 3:
      return join_even<3>(lanes, from, pitch);
    case 4:
      return join_even<4>(lanes, from, pitch);
    case 5:
      return join_even<5>(lanes, from, pitch);
    case 6:
      return join_even<6>(lanes, from, pitch);
    case 7:
      return join_even<7>(lanes, from, pitch);
    default:
      return join_even<8>(lanes, from, pitch);
  }
}

/// Joins any number, eight at a time.
template <class Lanes>
HWY_INLINE typename Lanes::State join_many(const Lanes& lanes, const float* from, std::size_t pitch,
                                           std::int64_t count) {
  auto all = join_few(lanes, from, pitch, count);
  for (std::int64_t done = 8; done < count; done += 8) {
    all = lanes.join(
        all, join_few(lanes, from + static_cast<std::size_t>(done) * pitch, pitch, count - done));
  }
  return all;
}

/// Memory of a group: cells, then the windows' rows, then the outputs.
struct GroupMemory {
  float *cells, *rows, *outputs;
};

/// Pools the cells of a group, columns before rows, so that taps are joined in row-major order;
/// finish(window, i, j) gives what is stored.
template <class Lanes, class Finish>
HWY_INLINE void pool_cells(const PlaneGroup& group, const Lanes& lanes, const GroupMemory& memory,
                           Finish& finish) {
  const std::size_t vector = hn::Lanes(lanes.d);
  const auto width = static_cast<std::size_t>(group.job->in.w);
  const std::size_t row = group.cols.size() * vector;
  for (std::size_t y = 0; y < static_cast<std::size_t>(group.job->in.h); ++y) {
    const float* const cells = memory.cells + y * width * vector;
    float* to = memory.rows + y * row;
    for (const Taps& taps : group.cols) {
      const auto first = static_cast<std::size_t>(taps.first) * vector;
      const auto pitch = static_cast<std::size_t>(taps.step) * vector;
      lanes.store(join_many(lanes, cells + first, pitch, taps.count), to, 0);
      to += vector;
    }
  }
  float* to = memory.outputs;
  for (std::size_t i = 0; i < group.rows.size(); ++i) {
    const Taps& taps = group.rows[i];
    const float* from = memory.rows + static_cast<std::size_t>(taps.first) * row;
    const std::size_t pitch = static_cast<std::size_t>(taps.step) * row;
    for (std::size_t j = 0; j < group.cols.size(); ++j, from += vector, to += vector) {
      lanes.store(finish(join_many(lanes, from, pitch, taps.count), i, j), to, 0);
    }
  }
}

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
  auto keep = [](auto window, std::size_t, std::size_t) HWY_ATTR { return window; };
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

bool MeanPlanes(const PlaneGroup& group) {
  const SumLanes<float> lanes{};
  const GroupMemory memory = memory_of(group);
  const auto size = static_cast<std::size_t>(group.job->in.plane_size());
  const auto out = static_cast<std::size_t>(group.job->out.plane_size());
  // 0 where all means are finite, NaN elsewhere.
  auto odd = hn::Zero(lanes.d);
  auto divide = [&](auto sum, std::size_t i, std::size_t j) HWY_ATTR {
    const float divisor =
        static_cast<float>(group.divisors.rows[i]) * group.divisors.rounded_cols[j];
    const auto mean = hn::Div(sum, hn::Set(lanes.d, divisor));
    odd = hn::Add(odd, hn::Mul(mean, hn::Zero(lanes.d)));
    return mean;
  };
  for_vectors_of_planes(group, [&](const float* planes, std::size_t count, float* to) HWY_ATTR {
    gather_planes(lanes.d, planes, count, size, memory.cells);
    pool_cells(group, lanes, memory, divide);
    scatter_planes(lanes.d, memory.outputs, count, out, to);
  });
  return hn::AllFalse(lanes.d, hn::IsNaN(odd));
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
