#include "core/torch/tap_pools.h"

#include <limits>

namespace poolscope::libtorch {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

template <class T>
std::int64_t count(const std::vector<T>& items) {
  return static_cast<std::int64_t>(items.size());
}

/// Sums the windows of the last axis.
at::Tensor folded_last(const at::Tensor& values, const std::vector<AxisWindow>& windows) {
  const std::int64_t size = values.size(-1);
  if (is_global(windows, size)) return sum_last(values).unsqueeze(-1);
  const AxisTaps taps = axis_taps(windows, size, Border::skip);
  const at::Tensor outside = flags(taps.inside, values).logical_not();
  const at::Tensor gathered = values.index_select(-1, numbers(taps.cells, values));
  return sum_last(gathered.masked_fill(outside, 0.0).unflatten(-1, {count(windows), taps.count}));
}

/// Every tap of every window.
struct Taps {
  at::Tensor values;  ///< P,R,C,K.
  at::Tensor inside;  ///< R,C,K.
  at::Tensor cells;   ///< R,C,K: y*W + x.

  /// The values with one number in place of the taps outside.
  at::Tensor filled(double outside) const {
    return values.masked_fill(inside.logical_not(), outside);
  }
};

/// a[r, i] and b[c, j] joined to R,C,I*J.
template <class Join>
at::Tensor joined(const at::Tensor& a, const at::Tensor& b, const Join& join) {
  const at::Tensor whole =
      join(a.view({a.size(0), 1, a.size(1), 1}), b.view({1, b.size(0), 1, b.size(1)}));
  return whole.reshape({a.size(0), b.size(0), a.size(1) * b.size(1)});
}

Taps gathered(const Block& block) {
  const Border border = block.pool->border;
  const AxisTaps rows = axis_taps(block.rows, block.height(), border);
  const AxisTaps cols = axis_taps(block.cols, block.width(), border);
  const at::Tensor y = numbers(rows.cells, block.planes);
  const at::Tensor x = numbers(cols.cells, block.planes);
  const std::int64_t height = count(block.rows), width = count(block.cols);
  const at::Tensor values = block.planes.index_select(1, y)
                                .index_select(2, x)
                                .view({-1, height, rows.count, width, cols.count})
                                .permute({0, 1, 3, 2, 4})
                                .reshape({-1, height, width, rows.count * cols.count});
  const at::Tensor inside =
      joined(flags(rows.inside, values).view({height, rows.count}),
             flags(cols.inside, values).view({width, cols.count}),
             [](const at::Tensor& a, const at::Tensor& b) { return a.logical_and(b); });
  const at::Tensor cells =
      joined(y.view({height, rows.count}), x.view({width, cols.count}),
             [&](const at::Tensor& a, const at::Tensor& b) { return a * block.width() + b; });
  return {values, inside, cells};
}

/// The value that wins, one a window: the place of the winner is not known yet.
at::Tensor winning_value(const Taps& taps, Reduction reduction) {
  const at::Tensor numbers = taps.values.masked_fill(taps.values.isnan(), 0.0);
  const Taps finite{numbers, taps.inside, taps.cells};
  if (reduction == Reduction::max) return finite.filled(-kInf).amax(-1, true);
  if (reduction == Reduction::min) return finite.filled(kInf).amin(-1, true);
  // Taps outside sort behind every number; of +inf either serves.
  const at::Tensor sorted = std::get<0>(finite.filled(kInf).sort(-1));
  const at::Tensor middle = (taps.inside.sum(-1, true) - 1).clamp_min(0).div(2, "floor");
  return sorted.gather(-1, middle.expand({sorted.size(0), -1, -1, -1}));
}

double value_without_taps(Reduction reduction) {
  if (reduction == Reduction::max) return -kInf;
  return reduction == Reduction::min ? kInf : kNan;
}

/// The first tap of the winning value, or the last NaN: the tap itself, so that zeros keep their
/// sign.
Reduced pick(const Taps& taps, Reduction reduction, bool winners) {
  const std::int64_t taps_count = taps.values.size(-1);
  const at::Tensor places = at::arange(taps_count, taps.cells.options());
  const at::Tensor nan = taps.values.isnan().logical_and(taps.inside);
  const at::Tensor wins = taps.values.eq(winning_value(taps, reduction)).logical_and(taps.inside);
  const at::Tensor first = at::where(wins, places, taps_count).amin(-1, true);
  const at::Tensor last_nan = at::where(nan, places, -1).amax(-1, true);
  const at::Tensor place = at::where(last_nan.ge(0), last_nan, first);
  const at::Tensor none = place.eq(taps_count);
  const at::Tensor safe = place.clamp_max(taps_count - 1);
  Reduced reduced{
      taps.values.gather(-1, safe).masked_fill(none, value_without_taps(reduction)).squeeze(-1)};
  if (winners) {
    const at::Tensor cells = taps.cells.expand({safe.size(0), -1, -1, -1});
    reduced.winners = cells.gather(-1, safe).masked_fill(none, -1).squeeze(-1);
  }
  return reduced;
}

/// What the reductions without a winner are made from, in wide_type().
struct Terms {
  at::Tensor values;  ///< P,R,C,K; 0 for taps outside.
  at::Tensor inside;  ///< R,C,K.
  at::Tensor top;     ///< P,R,C: the maximum.
};

at::Tensor mean_of(const Terms& terms, const Block& block) {
  return sum_last(terms.values) / divisors(block, terms.values);
}

at::Tensor mixed_of(const Terms& terms, const Block& block) {
  const double alpha = block.pool->alpha;
  const at::Tensor mean = mean_of(terms, block);
  if (alpha == 0.0) return mean;
  const at::Tensor mixed = alpha == 1.0 ? terms.top : terms.top * alpha + mean * (1.0 - alpha);
  return at::where(mean.isnan(), mean, mixed);
}

at::Tensor expected_draw(const at::Tensor& positive) {
  const at::Tensor sum = sum_last(positive);
  return (sum_last(positive * positive) / sum).masked_fill(sum.eq(0.0), 0.0);
}

/// The share of the sum at which each window draws its tap.
at::Tensor drawn_shares(const Block& block, const at::Tensor& beside) {
  LoweredPool draws;
  draws.seed = block.pool->seed;
  const Place& whole = block.pool->origin;
  draws.origin = {whole.plane + block.origin.plane, whole.row + block.origin.row,
                  whole.col + block.origin.col};
  std::vector<double> shares;
  for (std::int64_t plane = 0; plane < block.planes.size(0); ++plane) {
    for (const AxisWindow& row : block.rows) {
      for (const AxisWindow& col : block.cols) {
        shares.push_back(sampled_number(draws, plane, row, col));
      }
    }
  }
  return at::from_blob(shares.data(), {block.planes.size(0), count(block.rows), count(block.cols)},
                       at::kDouble)
      .to(beside.options(), /*non_blocking=*/false, /*copy=*/true);
}

/// The first positive tap at which the running sum passes the drawn share, or the last of them.
at::Tensor drawn(const at::Tensor& positive, const Block& block) {
  const at::Tensor passed = positive.cumsum(-1);
  const at::Tensor sum = passed.select(-1, -1);
  const at::Tensor share = drawn_shares(block, positive) * sum;
  const at::Tensor places = at::arange(positive.size(-1), positive.options().dtype(at::kLong));
  const at::Tensor some = positive.gt(0.0);
  const at::Tensor stops = (passed.gt(share.unsqueeze(-1)) | positive.isinf()) & some;
  const std::int64_t none = positive.size(-1);
  const at::Tensor first = at::where(stops, places, none).amin(-1, true);
  const at::Tensor last = at::where(some, places, 0).amax(-1, true);
  const at::Tensor chosen = positive.gather(-1, at::where(first.eq(none), last, first)).squeeze(-1);
  return at::where(sum.eq(0.0) | sum.isnan(), sum, chosen);
}

at::Tensor stochastic_of(const Terms& terms, const Block& block) {
  const at::Tensor positive = terms.values.clamp_min(0.0);
  return block.pool->sampled ? drawn(positive, block) : expected_draw(positive);
}

/// exp(scale * x) relative to the largest, so that none overflows; 0 outside.
at::Tensor exponentials(const Terms& terms, double scale) {
  const at::Tensor below = terms.values - terms.top.unsqueeze(-1);
  return (below * scale).exp().masked_fill(terms.inside.logical_not(), 0.0);
}

at::Tensor softmax_of(const Terms& terms, const Block& block) {
  const at::Tensor weights = exponentials(terms, block.pool->scale);
  const at::Tensor weighted = at::where(weights.gt(0.0), weights * terms.values, 0.0);
  const at::Tensor mean = sum_last(weighted) / sum_last(weights);
  const at::Tensor empty = terms.inside.any(-1).logical_not();
  return at::where(terms.top.isinf(), terms.top, mean).masked_fill(empty, kNan);
}

at::Tensor log_sum_exp_of(const Terms& terms, const Block& block) {
  const double scale = block.pool->scale;
  const at::Tensor sum = sum_last(exponentials(terms, scale));
  return at::where(terms.top.isinf(), terms.top, terms.top + sum.log() / scale);
}

at::Tensor weighted_of(const Terms& terms, const Block& block) {
  const std::vector<double> weights(block.pool->weights.begin(), block.pool->weights.end());
  const at::Tensor row =
      at::from_blob(const_cast<double*>(weights.data()), {count(weights)}, at::kDouble);
  return sum_last(terms.values * row.to(terms.values.options(), false, /*copy=*/true));
}

at::Tensor combine(const Terms& terms, const Block& block) {
  switch (block.pool->reduction) {
    case Reduction::mixed:
      return mixed_of(terms, block);
    case Reduction::stochastic:
      return stochastic_of(terms, block);
    case Reduction::softmax:
      return softmax_of(terms, block);
    case Reduction::log_sum_exp:
      return log_sum_exp_of(terms, block);
    default:
      return weighted_of(terms, block);
  }
}

}  // namespace

Reduced reduce_taps(const Block& block) {
  const Taps taps = gathered(block);
  if (block.pool->has_winners()) return pick(taps, block.pool->reduction, block.winners);
  const at::ScalarType wide = wide_type(taps.values);
  const at::Tensor top = pick(taps, Reduction::max, false).values;
  return {combine({taps.filled(0.0).to(wide), taps.inside, top.to(wide)}, block)};
}

at::Tensor folded_sum(const at::Tensor& planes, const Block& block) {
  const at::Tensor rows = folded_last(planes, block.cols).transpose(1, 2);
  return folded_last(rows, block.rows).transpose(1, 2);
}

}  // namespace poolscope::libtorch
