#include "core/engines/auto_engine.h"

#include <fmt/format.h>

namespace poolscope {
namespace {

// Per second. The CPU's come from tests/bench on two cores; the GPU's are a cautious guess.
constexpr double kCpuTaps = 1e8;  ///< Of reductions that read each window by itself.
constexpr double kGpuTaps = 2e10;
constexpr double kBusCells = 2e9;  ///< To the GPU or back.
/// No run shorter than this is worth a second engine's warm-up, in seconds.
constexpr double kFelt = 4e-3;

double taps_of(const std::vector<AxisWindow>& windows) {
  double taps = 0.0;
  for (const AxisWindow& window : windows) taps += static_cast<double>(window.count);
  return taps;
}

/// Cells that the CPU engine reads and writes in a second where windows slide; 0 where they do not.
double cpu_cells(const LoweredPool& pool) {
  switch (pool.reduction) {
    case Reduction::max:
    case Reduction::min:
    case Reduction::mean:
    case Reduction::power:
      return 1.2e9;
    case Reduction::mixed:
    case Reduction::softmax:
    case Reduction::log_sum_exp:
      return 1.5e8;
    case Reduction::stochastic:
      return pool.sampled ? 0.0 : 1.5e8;
    case Reduction::median:
      return 2e7;
    case Reduction::weighted:
      break;
  }
  return 0.0;
}

}  // namespace

Workload workload_of(const Tensor& input, const LoweredPool& pool, bool on_gpu) {
  const PlaneWindows& windows = pool.planes.front();
  Workload work{.cells_in = static_cast<double>(input.shape().elements()),
                .cells_out = static_cast<double>(pool.output_shape(input.shape()).elements()),
                .taps = taps_of(windows.rows) * taps_of(windows.cols) *
                        static_cast<double>(input.shape().planes()),
                .on_gpu = on_gpu};
  const double cells = cpu_cells(pool);
  work.cpu_seconds = cells > 0.0 ? (work.cells_in + work.cells_out) / cells : work.taps / kCpuTaps;
  return work;
}

bool gpu_pays(const Workload& work) {
  const double cpu = work.cpu_seconds;
  const double moved = work.cells_out + (work.on_gpu ? 0.0 : work.cells_in);
  const double gpu = moved / kBusCells + work.taps / kGpuTaps;
  return cpu > kFelt && 2.0 * gpu < cpu;
}

bool AutoEngine::chooses_gpu(const Tensor& input, const LoweredPool& pool,
                             const RunOptions& options) const {
  if (gpu_.engine == nullptr || input.empty()) return false;
  // Asked in this order, so that no small run wakes a driver.
  if (!gpu_pays(workload_of(input, pool, true))) return false;
  if (!gpu_.is_hardware() || !gpu_pays(workload_of(input, pool, gpu_.holds(input)))) return false;
  return !gpu_.engine->refuses(input.shape(), pool, options);
}

Result<PoolOutput> AutoEngine::run(const Tensor& input, const LoweredPool& pool,
                                   const RunOptions& options) const {
  if (!chooses_gpu(input, pool, options)) return cpu_.run(input, pool, options);
  auto output = gpu_.engine->run(input, pool, options);
  if (output || options.is_cancelled()) return output;
  const std::string note = fmt::format("{} failed ({}); {} runs instead", gpu_.engine->name(),
                                       output.error().message, cpu_.name());
  output = cpu_.run(input, pool, options);
  if (output) output->notes.insert(output->notes.begin(), note);
  return output;
}

Result<PoolOutput> AutoEngine::convolve(const Tensor& input, const Convolution& convolution,
                                        const RunOptions& options) const {
  return cpu_.convolve(input, convolution, options);
}

Result<PoolOutput> AutoEngine::map(const Tensor& input, const Pointwise& pointwise,
                                   const RunOptions& options) const {
  return cpu_.map(input, pointwise, options);
}

}  // namespace poolscope
