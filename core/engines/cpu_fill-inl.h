// Included once for each instruction set (Highway's foreach_target), so the guard toggles.
#if defined(POOLSCOPE_CPU_FILL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef POOLSCOPE_CPU_FILL_INL_H_
#undef POOLSCOPE_CPU_FILL_INL_H_
#else
#define POOLSCOPE_CPU_FILL_INL_H_
#endif

#include <algorithm>

#include "core/engines/cpu_lanes-inl.h"
#include "core/engines/cpu_scratch.h"
#include "core/engines/cpu_sliding.h"

HWY_BEFORE_NAMESPACE();
namespace poolscope::cpu {
namespace HWY_NAMESPACE {

/// Gives rows of the input as they are, in place where nothing has to be put around them.
template <class Lanes>
class FloatFill {
 public:
  FloatFill(const Lanes& lanes, const SlidingTile& tile)
      : tile_(tile),
        cells_(even_feed(tile.cols), tile.width),
        whole_(cells_.step == 1 && cells_.first == 0 && cells_.end == cells_.count),
        outside_(hn::GetLane(lanes.nothing())) {}

  const float* operator()(std::int64_t y, float* line) const {
    const float* begin = tile_.plane + y * tile_.width + cells_.begin;
    if (whole_ && tile_.input_end - begin >= cells_.count + kSlack) return begin;
    copy(y, line);
    return line;
  }

  void copy(std::int64_t y, float* line) const {
    const float* row = tile_.plane + y * tile_.width;
    std::fill_n(line, cells_.first, outside_);
    if (cells_.step == 1) {
      std::copy(row + cells_.begin + cells_.first, row + cells_.begin + cells_.end,
                line + cells_.first);
    } else {
      for (std::int64_t f = cells_.first; f < cells_.end; ++f) {
        line[f] = row[cells_.begin + f * cells_.step];
      }
    }
    std::fill(line + cells_.end, line + cells_.count, outside_);
  }

 private:
  const SlidingTile& tile_;
  LineCells cells_;
  bool whole_;
  float outside_;
};

}  // namespace HWY_NAMESPACE
}  // namespace poolscope::cpu
HWY_AFTER_NAMESPACE();

#endif
