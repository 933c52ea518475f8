#include "core/analysis/sweep.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/analysis/loss_ledger.h"

namespace poolscope {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct MeasureNames {
  std::string_view name, title;
};
constexpr std::array<MeasureNames, kSweepMeasures.size()> kNames{{
    {"size", "Output cells"},
    {"mean", "Mean"},
    {"max", "Maximum"},
    {"deviation", "Standard deviation"},
    {"energy", "Energy kept"},
    {"read", "Cells read"},
    {"difference", "Difference to current"},
}};

Result<PooledPlane> pooled(const SweepRequest& request, const Layer& layer,
                           const RunOptions& options) {
  const auto lowered = lower_layer(layer, request.input.shape());
  if (!lowered) return tl::unexpected(lowered.error());
  return pool_plane({*request.engine, request.input, *lowered, request.plane}, options);
}

/// The plane's output over its input, by the nearest windows; nothing where it has none.
std::optional<Tensor> laid_over(const PooledPlane& plane) {
  auto values = rebuilt(plane, Rebuild::nearest);
  return values ? std::optional(std::move(*values)) : std::nullopt;
}

double greatest(const Tensor& values) {
  double most = -std::numeric_limits<double>::infinity();
  for (const float value : values.values()) {
    if (std::isnan(value)) return kNan;
    most = std::max(most, static_cast<double>(value));
  }
  return most;
}

double energy_share(const PooledPlane& plane, double input_energy) {
  const auto back = rebuilt(plane, Rebuild::unpool);
  return back && input_energy > 0.0 ? moments_of(*back).energy / input_energy : kNan;
}

double read_share(const PooledPlane& plane) {
  return static_cast<double>(cells_read(plane)) /
         static_cast<double>(plane.input.shape().plane_size());
}

/// What each cell is compared with.
struct Yardstick {
  double input_energy = 0.0;
  std::optional<Tensor> current;
};

double difference_to(const Yardstick& yardstick, const PooledPlane& plane) {
  const auto values = yardstick.current ? laid_over(plane) : std::nullopt;
  return values ? std::sqrt(mean_squared_error(*values, *yardstick.current)) : kNan;
}

void measure(const Yardstick& yardstick, const PooledPlane& plane, SweepCell& cell) {
  const auto set = [&](SweepMeasure measure, double value) {
    cell.figures[static_cast<std::size_t>(measure)] = value;
  };
  const Moments moments = moments_of(plane.output);
  set(SweepMeasure::output_cells, static_cast<double>(plane.output.shape().plane_size()));
  set(SweepMeasure::mean, moments.mean);
  set(SweepMeasure::max, greatest(plane.output));
  set(SweepMeasure::deviation, std::sqrt(moments.variance));
  set(SweepMeasure::energy_kept, energy_share(plane, yardstick.input_energy));
  set(SweepMeasure::cells_read, read_share(plane));
  set(SweepMeasure::difference, difference_to(yardstick, plane));
}

}  // namespace

std::string_view sweep_measure_name(SweepMeasure measure) {
  return kNames[static_cast<std::size_t>(measure)].name;
}

std::string_view sweep_measure_title(SweepMeasure measure) {
  return kNames[static_cast<std::size_t>(measure)].title;
}

Result<void> run_sweep(const SweepRequest& request, const RunOptions& options,
                       const std::function<void(std::size_t, SweepCell)>& landed) {
  Yardstick yardstick;
  const auto plane = plane_of(request.input, request.plane);
  if (!plane) return tl::unexpected(plane.error());
  yardstick.input_energy = moments_of(*plane).energy;
  if (const auto current = pooled(request, request.current, options))
    yardstick.current = laid_over(*current);
  for (std::size_t i = 0; i < request.layers.size(); ++i) {
    SweepCell cell;
    cell.layer = request.layers[i];
    RunOptions wanted = options;
    wanted.winners = true;
    const auto pooled_plane = pooled(request, cell.layer, wanted);
    if (options.is_cancelled()) return failure("cancelled");
    if (pooled_plane) {
      measure(yardstick, *pooled_plane, cell);
      cell.output = pooled_plane->output;
      cell.shape = cell.output.shape();
    } else {
      cell.reason = pooled_plane.error().message;
      cell.figures.fill(kNan);
    }
    landed(i, std::move(cell));
  }
  return {};
}

}  // namespace poolscope
