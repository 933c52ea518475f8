#include "core/analysis/loss_ledger.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace poolscope {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double share(double part, double whole) { return whole != 0.0 ? part / whole : kNan; }

std::int64_t winners_in(const Indices& winners, std::int64_t cells) {
  std::vector<bool> won(static_cast<std::size_t>(cells), false);
  for (const std::int64_t winner : winners.values()) {
    if (winner >= 0) won[static_cast<std::size_t>(winner)] = true;
  }
  return std::count(won.begin(), won.end(), true);
}

/// NaN is worst.
bool is_better(const RebuiltPlane& a, const RebuiltPlane& b) {
  return a.mse < b.mse || (!std::isnan(a.mse) && std::isnan(b.mse));
}

}  // namespace

Moments moments_of(const Tensor& values) {
  const auto count = static_cast<double>(values.shape().elements());
  Moments moments;
  for (const float value : values.values()) {
    const auto v = static_cast<double>(value);
    moments.mean += v;
    moments.energy += v * v;
  }
  moments.mean /= count;
  for (const float value : values.values()) {
    const double off = static_cast<double>(value) - moments.mean;
    moments.variance += off * off;
  }
  moments.variance /= count;
  return moments;
}

double mean_squared_error(const Tensor& a, const Tensor& b) {
  POOLSCOPE_CHECK(a.shape() == b.shape());
  double sum = 0.0;
  for (std::int64_t i = 0; i < a.shape().elements(); ++i) {
    const double off = static_cast<double>(a.data()[i]) - static_cast<double>(b.data()[i]);
    sum += off * off;
  }
  return sum / static_cast<double>(a.shape().elements());
}

Result<LossLedger> loss_ledger(const PooledPlane& plane) {
  LossLedger ledger;
  ledger.cells_in = plane.input.shape().plane_size();
  ledger.cells_out = plane.output.shape().plane_size();
  ledger.cells_read = cells_read(plane);
  ledger.picks = plane.winners.has_value();
  ledger.cells_reach =
      ledger.picks ? winners_in(*plane.winners, ledger.cells_in) : ledger.cells_read;
  const Moments in = moments_of(plane.input), out = moments_of(plane.output);
  ledger.variance_kept = share(out.variance, in.variance);
  ledger.energy_kept = kNan;
  for (const Rebuild way : kRebuilds) {
    if (!plane.windows && !(way == Rebuild::unpool && ledger.picks)) continue;
    auto values = rebuilt(plane, way);
    if (!values) return tl::unexpected(values.error());
    if (way == Rebuild::unpool) ledger.energy_kept = share(moments_of(*values).energy, in.energy);
    const double mse = mean_squared_error(plane.input, *values);
    ledger.rebuilt.push_back({way, std::move(*values), mse});
  }
  std::stable_sort(ledger.rebuilt.begin(), ledger.rebuilt.end(), is_better);
  return ledger;
}

}  // namespace poolscope
