#include <algorithm>
#include <numeric>

#include "core/engines/cpu_sliding.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/engines/cpu_extreme.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After foreach_target.
#include "core/engines/cpu_fill-inl.h"
#include "core/engines/cpu_sliding-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

/// Takes the finished extremes of a tile.
template <class Lanes>
class ExtremeSink {
 public:
  ExtremeSink(const Lanes& lanes, const SlidingTile& tile) : lanes_(lanes), tile_(tile) {}

  void begin_row(std::int64_t i) { row_ = tile_.values + i * tile_.pitch; }
  HWY_INLINE void operator()(typename Lanes::State window, std::size_t x) const {
    store_first(lanes_.d, window, row_ + x, static_cast<std::size_t>(tile_.cols.outputs) - x);
  }

 private:
  const Lanes& lanes_;
  const SlidingTile& tile_;
  float* row_ = nullptr;
};

template <class Lanes>
class ArgExtremeSink {
 public:
  ArgExtremeSink(const Lanes& lanes, const SlidingTile& tile) : lanes_(lanes), tile_(tile) {}

  void begin_row(std::int64_t i) {
    row_ = tile_.values + i * tile_.pitch;
    winners_ = tile_.winners + i * tile_.pitch;
  }
  HWY_INLINE void operator()(typename Lanes::State window, std::size_t x) const {
    const std::size_t left = static_cast<std::size_t>(tile_.cols.outputs) - x;
    store_first(lanes_.d, window.value, row_ + x, left);
    HWY_ALIGN std::int32_t indices[HWY_MAX_BYTES / sizeof(std::int32_t)];
    hn::Store(window.index, lanes_.di, indices);
    std::copy_n(indices, std::min(left, hn::Lanes(lanes_.di)), winners_ + x);
  }

 private:
  const Lanes& lanes_;
  const SlidingTile& tile_;
  float* row_ = nullptr;
  std::int64_t* winners_ = nullptr;
};

/// Gives rows of values with their indices in the plane.
template <bool kMin>
class IndexedFill {
 public:
  using Values = ExtremeLanes<kMin, true>;
  using Line = typename ArgExtremeLanes<kMin>::Line;

  explicit IndexedFill(const SlidingTile& tile)
      : tile_(tile), values_(Values{}, tile), cells_(even_feed(tile.cols), tile.width) {}

  Line operator()(std::int64_t y, Line line) const {
    values_.copy(y, line.values);
    std::fill_n(line.indices, cells_.first, -1);
    std::int64_t index = y * tile_.width + cells_.begin + cells_.first * cells_.step;
    for (std::int64_t f = cells_.first; f < cells_.end; ++f, index += cells_.step)
      line.indices[f] = static_cast<std::int32_t>(index);
    std::fill(line.indices + cells_.end, line.indices + cells_.count, -1);
    return line;
  }

 private:
  const SlidingTile& tile_;
  FloatFill<Values> values_;
  LineCells cells_;
};

template <bool kMin>
void extremes_of(const SlidingTile& tile) {
  if (!tile.winners) {
    const ExtremeLanes<kMin, true> lanes{};
    ExtremeSink sink(lanes, tile);
    return run_tile(tile, lanes, FloatFill(lanes, tile), sink);
  }
  const ArgExtremeLanes<kMin> lanes{};
  ArgExtremeSink sink(lanes, tile);
  run_tile(tile, lanes, IndexedFill<kMin>(tile), sink);
}

void ExtremeTile(const SlidingTile& tile) {
  tile.pool->reduction == Reduction::min ? extremes_of<true>(tile) : extremes_of<false>(tile);
}

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace poolscope::cpu {

HWY_EXPORT(ExtremeTile);

void extreme_tile(const SlidingTile& tile) { HWY_DYNAMIC_DISPATCH(ExtremeTile)(tile); }

}  // namespace poolscope::cpu
#endif
