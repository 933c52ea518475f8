#include "core/torch/torch_engine.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/torch/differences.h"
#include "core/torch/network_layers.h"
#include "core/torch/own_pools.h"
#include "core/torch/tap_pools.h"

namespace poolscope {
namespace {

using libtorch::Block;
using libtorch::Reduced;

/// Taps that a block may have: LibTorch's own operators take about half a second for so many, the
/// general ones about 64 MiB. In between a run can be cancelled.
constexpr std::int64_t kOwnTaps = std::int64_t{1} << 27;
constexpr std::int64_t kPowerTaps = std::int64_t{1} << 23;
constexpr std::int64_t kGatheredTaps = std::int64_t{1} << 20;
/// A window cannot be cut, so this bounds what the general operators need at most.
constexpr std::int64_t kLargestWindow = std::int64_t{1} << 22;

at::Device best_device() {
  if (at::hasCUDA()) return at::Device(at::kCUDA);
  if (at::hasMPS()) return at::Device(at::kMPS);
  return at::Device(at::kCPU);
}

at::Tensor divided(const at::Tensor& sums, const Block& block) {
  return sums / libtorch::divisors(block, sums);
}

/// What a power sums up.
at::Tensor power_terms(const Block& block) {
  const LoweredPool& pool = *block.pool;
  at::Tensor terms = block.planes.to(libtorch::wide_type(block.planes));
  if (pool.least) terms = terms.masked_fill(terms.lt(*pool.least), *pool.least);
  if (pool.magnitude) terms = terms.abs();
  return terms.pow(pool.exponent);
}

at::Tensor root(const at::Tensor& sums, const Block& block) {
  return divided(sums * block.pool->gain, block).pow(1.0 / block.pool->exponent);
}

/// By LibTorch's own pooling operators; nothing where they cannot say what the windows say.
std::optional<Reduced> by_own_operators(const Block& block) {
  const Reduction reduction = block.pool->reduction;
  if (reduction == Reduction::max) return libtorch::own_max(block);
  if (reduction == Reduction::mean) {
    if (auto means = libtorch::own_mean(block)) return Reduced{*means};
    if (libtorch::has_own_sum(block)) {
      return Reduced{divided(libtorch::own_sum(block.planes, block), block)};
    }
  }
  if (reduction == Reduction::power && libtorch::has_own_sum(block)) {
    return Reduced{root(libtorch::own_sum(power_terms(block), block), block)};
  }
  return {};
}

Reduced by_gathering(const Block& block) {
  switch (block.pool->reduction) {
    case Reduction::mean:
      return {divided(libtorch::folded_sum(block.planes, block), block)};
    case Reduction::power:
      return {root(libtorch::folded_sum(power_terms(block), block), block)};
    default:
      return libtorch::reduce_taps(block);
  }
}

/// What a run writes to; the buffers are N*C,H,W.
struct Output {
  Shape shape;
  Buffer<float> values;
  Buffer<std::int64_t> winners;  ///< Empty unless wanted.

  static Result<Output> allocate(const Shape& shape, bool with_winners) {
    auto values = Buffer<float>::allocate(shape.elements());
    if (!values) return tl::unexpected(values.error());
    auto winners = Buffer<std::int64_t>::allocate(with_winners ? shape.elements() : 0);
    if (!winners) return tl::unexpected(winners.error());
    return Output{shape, std::move(*values), std::move(*winners)};
  }

  template <class T>
  void write(Buffer<T>& to, const at::Tensor& part, const Block& block) const {
    at::from_blob(to.data(), {shape.planes(), shape.h, shape.w}, c10::CppTypeToScalarType<T>::value)
        .narrow(0, block.output.plane, part.size(0))
        .narrow(1, block.output.row, part.size(1))
        .narrow(2, block.output.col, part.size(2))
        .copy_(part);
  }

  void write(const Reduced& reduced, const Block& block, std::int64_t input_width) {
    write(values, reduced.values, block);
    if (!block.winners) return;
    write(winners,
          libtorch::rewidth(reduced.winners, block.width(), input_width, block.origin.row,
                            block.origin.col),
          block);
  }

  PoolOutput finished(const std::string& engine) && {
    PoolOutput output{.values = Tensor(shape, std::move(values)), .engine = engine};
    if (winners.size() > 0) output.winners = Indices(shape, std::move(winners));
    return output;
  }
};

/// The whole pool: one block, or one a plane where each has windows of its own.
std::vector<Block> whole_blocks(const at::Tensor& planes, const LoweredPool& pool, bool winners) {
  std::vector<Block> blocks;
  const auto step = pool.planes.size() == 1 ? planes.size(0) : 1;
  for (std::int64_t plane = 0; plane < planes.size(0); plane += step) {
    const PlaneWindows& windows = pool.windows(plane);
    blocks.push_back({.planes = planes.narrow(0, plane, step),
                      .rows = windows.rows,
                      .cols = windows.cols,
                      .pool = &pool,
                      .winners = winners,
                      .origin = {.plane = plane},
                      .output = {.plane = plane}});
  }
  return blocks;
}

/// Whether the block is to be cut before it is tried. Adaptive windows are recognised as a whole.
bool too_large(const Block& block) {
  const bool power = block.pool->reduction == Reduction::power;
  if (libtorch::taps(block) <= (power ? kPowerTaps : kOwnTaps)) return false;
  return block.planes.size(0) > 1 || libtorch::slides(block);
}

/// Computes a block, or gives the two that it is cut into.
std::vector<Block> compute(const Block& block, std::int64_t input_width, Output& output) {
  if (too_large(block)) {
    if (auto parts = libtorch::halves(block))
      return {std::move((*parts)[1]), std::move((*parts)[0])};
  }
  if (const auto own = by_own_operators(block)) {
    output.write(*own, block, input_width);
    return {};
  }
  if (libtorch::taps(block) > kGatheredTaps) {
    if (auto parts = libtorch::halves(block))
      return {std::move((*parts)[1]), std::move((*parts)[0])};
  }
  output.write(by_gathering(block), block, input_width);
  return {};
}

Result<void> compute_all(std::vector<Block> blocks, std::int64_t input_width, Output& output,
                         const RunOptions& options) {
  while (!blocks.empty()) {
    if (options.is_cancelled()) return failure("cancelled");
    const Block block = std::move(blocks.back());
    blocks.pop_back();
    auto parts = compute(block, input_width, output);
    std::ranges::move(parts, std::back_inserter(blocks));
  }
  return {};
}

/// Whether sums in float went beyond its range, although the means may lie within it.
bool left_float(const Tensor& input, const Output& output, const LoweredPool& pool) {
  const auto all_finite = [](std::span<const float> values) {
    return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
  };
  return pool.reduction == Reduction::mean && !all_finite(output.values.span()) &&
         all_finite(input.values());
}

/// Whether the windows would need far more padding than there is input.
bool reaches_far(const std::vector<AxisWindow>& windows, std::int64_t size) {
  constexpr std::int64_t kReach = 8, kSmall = 1024;
  return std::ranges::any_of(windows, [&](const AxisWindow& window) {
    return window.begin < -kReach * (size + kSmall) || window.last() > kReach * (size + kSmall);
  });
}

/// The convolution cut into rows of outputs, so that each part needs little memory and the run can
/// be cancelled in between.
std::vector<Convolution> row_parts(const Convolution& convolution, const Shape& input) {
  constexpr std::int64_t kPartTaps = std::int64_t{1} << 26;
  const auto& rows = convolution.windows.rows;
  const auto row_taps = input.n * convolution.out_channels * convolution.channels *
                        convolution.taps() * std::ssize(convolution.windows.cols);
  const std::int64_t step =
      std::max<std::int64_t>(kPartTaps / std::max<std::int64_t>(row_taps, 1), 1);
  std::vector<Convolution> parts;
  for (std::int64_t begin = 0; begin < std::ssize(rows); begin += step) {
    Convolution& part = parts.emplace_back(convolution);
    part.windows.rows.assign(rows.begin() + begin,
                             rows.begin() + std::min(begin + step, std::ssize(rows)));
  }
  return parts;
}

}  // namespace

TorchEngine::TorchEngine() : device_(best_device()) {}

std::string TorchEngine::title() const {
  std::string device = device_.str();
  std::ranges::transform(device, device.begin(), [](char c) { return std::toupper(c); });
  return fmt::format("LibTorch {}, {}", torch_version(), device);
}

std::optional<std::string> TorchEngine::refuses(const Shape& input, const LoweredPool& pool,
                                                const RunOptions&) const {
  if (pool.sampled && !device_.is_cpu()) return "random draws";
  const PlaneWindows& windows = pool.planes.front();
  const std::int64_t taps = libtorch::longest(windows.rows) * libtorch::longest(windows.cols);
  const bool gathered = pool.reduction != Reduction::max && pool.reduction != Reduction::mean &&
                        pool.reduction != Reduction::power;
  if (gathered && taps > kLargestWindow) return fmt::format("windows of {} taps", taps);
  if (reaches_far(windows.rows, input.h) || reaches_far(windows.cols, input.w)) {
    return "windows far outside the input";
  }
  return {};
}

Result<PoolOutput> TorchEngine::run(const Tensor& input, const LoweredPool& pool,
                                    const RunOptions& options) const {
  const Shape& shape = input.shape();
  auto output = Output::allocate(pool.output_shape(shape), options.winners && pool.has_winners());
  if (!output) return tl::unexpected(output.error());
  const auto done = libtorch::guarded([&]() -> Result<void> {
    const at::Tensor planes =
        libtorch::view_of(input).view({shape.planes(), shape.h, shape.w}).to(device_);
    auto blocks = whole_blocks(planes, pool, options.winners && pool.has_winners());
    auto computed = compute_all(std::move(blocks), shape.w, *output, options);
    if (!computed || !left_float(input, *output, pool)) return computed;
    blocks = whole_blocks(planes.to(libtorch::wide_type(planes)), pool, /*winners=*/false);
    return compute_all(std::move(blocks), shape.w, *output, options);
  });
  if (!done) return tl::unexpected(done.error());
  return std::move(*output).finished(name());
}

Result<PoolOutput> TorchEngine::convolve(const Tensor& input, const Convolution& convolution,
                                         const RunOptions& options) const {
  const PlaneWindows& windows = convolution.windows;
  if (reaches_far(windows.rows, input.shape().h) || reaches_far(windows.cols, input.shape().w)) {
    return failure("windows far outside the input");
  }
  return libtorch::guarded([&]() -> Result<PoolOutput> {
    const at::Tensor x = libtorch::view_of(input).to(device_);
    std::vector<at::Tensor> parts;
    for (const Convolution& part : row_parts(convolution, input.shape())) {
      if (options.is_cancelled()) return failure("cancelled");
      parts.push_back(libtorch::convolved(x, part));
    }
    auto values = libtorch::array_of<float>(at::cat(parts, 2).to(at::kCPU));
    if (!values) return tl::unexpected(values.error());
    return PoolOutput{.values = std::move(*values), .engine = name()};
  });
}

Result<PoolOutput> TorchEngine::map(const Tensor& input, const Pointwise& pointwise,
                                    const RunOptions&) const {
  return libtorch::guarded([&]() -> Result<PoolOutput> {
    const at::Tensor x = libtorch::view_of(input).to(device_);
    auto values = libtorch::array_of<float>(libtorch::mapped(x, pointwise).to(at::kCPU));
    if (!values) return tl::unexpected(values.error());
    return PoolOutput{.values = std::move(*values), .engine = name()};
  });
}

std::vector<std::string> TorchEngine::notes(const Layer& layer, const Shape& input) const {
  return differences(layer, input);
}

std::string torch_version() { return TORCH_VERSION; }

}  // namespace poolscope
