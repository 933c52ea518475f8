#include "core/analysis/gradient.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "core/analysis/window_taps.h"
#include "core/engines/reference_engine.h"

namespace poolscope {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
using Taps = std::vector<WindowTap>;
/// How a window's value changes with each of its taps.
using Slopes = std::vector<double>;

/// A pool to be gone through backwards.
struct Backward {
  const LoweredPool& pool;
  const Tensor& input;
  const Tensor& output;  ///< The gradient on it.
  const GradientOptions& options;
  std::optional<Indices> winners;  ///< Of the tap that a window's value, or a share of it, is.
};

/// The winners that the slopes of a pool depend on; none where no tap is picked.
Result<std::optional<Indices>> winners_of(LoweredPool pool, const Tensor& input,
                                          const GradientOptions& options) {
  if (pool.reduction == Reduction::mixed) pool.reduction = Reduction::max;
  if (!pool.has_winners()) return std::optional<Indices>();
  auto output =
      ReferenceEngine().run(input, pool, {.winners = true, .cancelled = options.cancelled});
  if (!output) return tl::unexpected(output.error());
  return std::move(output->winners);
}

/// Adds `share` of a pick's slopes.
void add_pick(const Backward& job, const WindowPlace& place, const Taps& taps, double share,
              Slopes& slopes) {
  const Indices& winners = *job.winners;
  const std::int64_t cell = place.row * winners.shape().w + place.col;
  const std::int64_t index = winners.plane(place.plane)[static_cast<std::size_t>(cell)];
  const auto winner = std::ranges::find(taps, index, &WindowTap::index);
  if (winner == taps.end()) return;
  const auto tied = std::ranges::count(taps, winner->value, &WindowTap::value);
  if (job.options.ties == TiePolicy::winner || tied <= 1) {
    slopes[static_cast<std::size_t>(winner - taps.begin())] += share;
    return;
  }
  const double part =
      job.options.ties == TiePolicy::split ? share / static_cast<double>(tied) : share;
  for (std::size_t i = 0; i < taps.size(); ++i) {
    if (taps[i].value == winner->value) slopes[i] += part;
  }
}

void add_mean(double divisor, double share, Slopes& slopes) {
  for (double& slope : slopes) slope += share / divisor;
}

/// y = (gain * sum t(x)^p / divisor)^(1/p), so dy/dx = gain / divisor * (t / y)^(p-1) * t'(x).
void add_power(const LoweredPool& pool, const Taps& taps, double divisor, Slopes& slopes) {
  const double p = pool.exponent;
  double sum = 0.0;
  for (const WindowTap& tap : taps) sum += std::pow(power_base(pool, tap.value), p);
  const double value = std::pow(pool.gain * sum / divisor, 1.0 / p);
  for (std::size_t i = 0; i < taps.size(); ++i) {
    const double x = taps[i].value;
    const bool no_slope = value == 0.0 || (p < 1.0 && power_base(pool, x) == 0.0);
    if (no_slope || (pool.least && x < *pool.least)) continue;
    const double inner = !pool.magnitude || x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0;
    slopes[i] += pool.gain / divisor * std::pow(power_base(pool, x) / value, p - 1.0) * inner;
  }
}

/// exp(scale * x) of each tap, as shares of their sum; an infinite largest tap has all of it.
Slopes exponential_shares(const Taps& taps, double scale) {
  double top = -kInf, sum = 0.0;
  for (const WindowTap& tap : taps) top = std::max(top, tap.value);
  Slopes shares;
  for (const WindowTap& tap : taps) shares.push_back(exponential(tap.value, top, scale));
  for (const double share : shares) sum += share;
  for (double& share : shares) share /= sum;
  return shares;
}

/// y = sum w x with w = softmax(scale * x), so dy/dx = w * (1 + scale * (x - y)).
void add_softmax(const LoweredPool& pool, const Taps& taps, Slopes& slopes) {
  const Slopes shares = exponential_shares(taps, pool.scale);
  double value = 0.0;
  for (std::size_t i = 0; i < taps.size(); ++i) {
    if (shares[i] > 0.0) value += shares[i] * taps[i].value;
  }
  for (std::size_t i = 0; i < taps.size(); ++i) {
    if (shares[i] == 0.0) continue;
    const double away = std::isinf(value) ? 0.0 : taps[i].value - value;
    slopes[i] += shares[i] * (1.0 + pool.scale * away);
  }
}

void add_log_sum_exp(const LoweredPool& pool, const Taps& taps, Slopes& slopes) {
  const Slopes shares = exponential_shares(taps, pool.scale);
  for (std::size_t i = 0; i < taps.size(); ++i) slopes[i] += shares[i];
}

/// y = sum x^2 / sum x over positive x, so dy/dx = (2x - y) / sum x; a draw passes all of it to the
/// tap drawn.
void add_stochastic(const LoweredPool& pool, const Taps& taps, double share, Slopes& slopes) {
  if (pool.sampled) {
    const std::size_t drawn = drawn_tap(taps, share);
    if (drawn < taps.size()) slopes[drawn] += 1.0;
    return;
  }
  double sum = 0.0, squares = 0.0;
  for (const WindowTap& tap : taps) {
    const double x = std::max(tap.value, 0.0);
    sum += x;
    squares += x * x;
  }
  for (std::size_t i = 0; i < taps.size(); ++i) {
    const double x = taps[i].value;
    if (x > 0.0) slopes[i] += (2.0 * x - squares / sum) / sum;
  }
}

/// The slopes of one window.
void find_slopes(const Backward& job, const WindowPlace& place, const Taps& taps, Slopes& slopes) {
  const LoweredPool& pool = job.pool;
  const PlaneWindows& windows = pool.windows(place.plane);
  const AxisWindow& row = windows.rows[static_cast<std::size_t>(place.row)];
  const AxisWindow& col = windows.cols[static_cast<std::size_t>(place.col)];
  const auto divisor = static_cast<double>(pool.divisor(row, col));
  slopes.assign(taps.size(), 0.0);
  switch (pool.reduction) {
    case Reduction::max:
    case Reduction::min:
    case Reduction::median:
      return add_pick(job, place, taps, 1.0, slopes);
    case Reduction::mean:
      return add_mean(divisor, 1.0, slopes);
    case Reduction::power:
      return add_power(pool, taps, divisor, slopes);
    case Reduction::mixed:
      add_pick(job, place, taps, pool.alpha, slopes);
      return add_mean(divisor, 1.0 - pool.alpha, slopes);
    case Reduction::stochastic:
      return add_stochastic(pool, taps, sampled_number(pool, place.plane, row, col), slopes);
    case Reduction::softmax:
      return add_softmax(pool, taps, slopes);
    case Reduction::log_sum_exp:
      return add_log_sum_exp(pool, taps, slopes);
    case Reduction::weighted:
      for (std::size_t i = 0; i < taps.size(); ++i) slopes[i] = taps[i].weight;
  }
}

/// One plane's gradient, in double, so that overlapping windows add up in full. Errors: cancelled,
/// looked at once an output row.
Result<void> plane_gradient(const Backward& job, std::int64_t plane, std::span<double> sums) {
  const Shape& out = job.output.shape();
  Taps taps;
  Slopes slopes;
  std::ranges::fill(sums, 0.0);
  for (std::int64_t cell = 0; cell < out.plane_size(); ++cell) {
    if (cell % out.w == 0 && job.options.is_cancelled()) return failure("cancelled");
    const double given = job.output.plane(plane)[static_cast<std::size_t>(cell)];
    if (given == 0.0) continue;
    const WindowPlace place{plane, cell / out.w, cell % out.w};
    read_window(job.pool, job.input, place, taps);
    find_slopes(job, place, taps, slopes);
    for (std::size_t i = 0; i < taps.size(); ++i) {
      sums[static_cast<std::size_t>(taps[i].index)] += given * slopes[i];
    }
  }
  return {};
}

/// The sum of all outputs, in double.
Result<double> output_sum(const LoweredPool& pool, const Shape& shape, Buffer<float> values) {
  const auto output = ReferenceEngine().run(Tensor(shape, std::move(values)), pool, {});
  if (!output) return tl::unexpected(output.error());
  const auto cells = output->values.values();
  return std::accumulate(cells.begin(), cells.end(), 0.0);
}

/// The sum with input cell `cell` set to `value`.
Result<double> sum_with(const LoweredPool& pool, const Tensor& input, std::int64_t cell,
                        float value) {
  auto values = Buffer<float>::allocate(input.shape().elements());
  if (!values) return tl::unexpected(values.error());
  std::ranges::copy(input.values(), values->data());
  (*values)[cell] = value;
  return output_sum(pool, input.shape(), std::move(*values));
}

/// What the outputs do when one cell moves to either side.
struct Differences {
  double up, down;  ///< Per unit moved.
};

/// `here` is the sum where it is. The step grows with the cell, so that float does not swallow it.
Result<Differences> differences(const LoweredPool& pool, const Tensor& input, std::int64_t cell,
                                std::pair<double, float> here_and_step) {
  const auto [here, unit] = here_and_step;
  const float x = input.data()[cell];
  const float size = std::isfinite(x) ? std::max(std::abs(x), 1.0F) : 1.0F;
  const float step = std::ldexp(unit, std::ilogb(size));
  const auto above = sum_with(pool, input, cell, x + step);
  if (!above) return tl::unexpected(above.error());
  const auto below = sum_with(pool, input, cell, x - step);
  if (!below) return tl::unexpected(below.error());
  return Differences{(*above - here) / (double{x + step} - double{x}),
                     (here - *below) / (double{x} - double{x - step})};
}

Result<Tensor> ones(const Shape& shape) {
  auto values = Buffer<float>::allocate(shape.elements());
  if (!values) return tl::unexpected(values.error());
  std::ranges::fill(values->span(), 1.0F);
  return Tensor(shape, std::move(*values));
}

/// Slopes to either side that differ by more than this share, or are none, are a kink.
constexpr double kKink = 0.01;

}  // namespace

Result<Tensor> gradient(const LoweredPool& pool, const Tensor& input, const Tensor& output,
                        const GradientOptions& options) {
  const Shape& in = input.shape();
  POOLSCOPE_CHECK(output.shape() == pool.output_shape(in));
  auto values = Buffer<float>::allocate(in.elements());
  if (!values) return tl::unexpected(values.error());
  auto winners = winners_of(pool, input, options);
  if (!winners) return tl::unexpected(winners.error());
  const Backward job{pool, input, output, options, std::move(*winners)};
  auto sums = Buffer<double>::allocate(in.plane_size());
  if (!sums) return tl::unexpected(sums.error());
  for (std::int64_t p = 0; p < in.planes(); ++p) {
    if (auto done = plane_gradient(job, p, sums->span()); !done)
      return tl::unexpected(done.error());
    std::ranges::transform(sums->span(), values->data() + p * in.plane_size(),
                           [](double sum) { return static_cast<float>(sum); });
  }
  return Tensor(in, std::move(*values));
}

Result<std::vector<TapGradient>> window_gradient(const LoweredPool& pool, const Tensor& input,
                                                 const WindowPlace& place, TiePolicy ties) {
  const LoweredPool alone = sliced(pool, place.row, place.row + 1, place.col, place.col + 1);
  const GradientOptions options = ties;
  auto winners = winners_of(alone, input, options);
  if (!winners) return tl::unexpected(winners.error());
  const Backward job{alone, input, input, options, std::move(*winners)};
  const WindowPlace first{place.plane, 0, 0};
  Taps taps;
  Slopes slopes;
  read_window(alone, input, first, taps);
  find_slopes(job, first, taps, slopes);
  std::vector<TapGradient> found;
  for (std::size_t i = 0; i < taps.size(); ++i) found.push_back({taps[i].index, slopes[i]});
  return found;
}

Result<GradientCheck> check_gradient(const LoweredPool& pool, const Tensor& input,
                                     std::int64_t most, float step) {
  const auto output = ones(pool.output_shape(input.shape()));
  if (!output) return tl::unexpected(output.error());
  const auto found = gradient(pool, input, *output, TiePolicy::winner);
  if (!found) return tl::unexpected(found.error());
  const std::int64_t cells = input.shape().elements();
  const std::int64_t stride = std::max<std::int64_t>((cells + most - 1) / most, 1);
  const auto here = input.empty() ? 0.0 : sum_with(pool, input, 0, input.data()[0]);
  if (!here) return tl::unexpected(here.error());
  GradientCheck check;
  for (std::int64_t cell = 0; cell < cells; cell += stride) {
    const auto slopes = differences(pool, input, cell, {*here, step});
    if (!slopes) return tl::unexpected(slopes.error());
    const double scale = std::max({1.0, std::abs(slopes->up), std::abs(slopes->down)});
    if (!(std::abs(slopes->up - slopes->down) <= kKink * scale)) {
      ++check.kinks;
      continue;
    }
    ++check.cells;
    const double expected = (slopes->up + slopes->down) / 2.0;
    check.worst = std::max(check.worst, std::abs(found->data()[cell] - expected) / scale);
  }
  return check;
}

}  // namespace poolscope
