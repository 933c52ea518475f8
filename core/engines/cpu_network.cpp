#include <algorithm>
#include <cmath>
#include <utility>

#include "core/engines/cpu_convolution.h"
#include "core/engines/cpu_crew.h"
#include "core/engines/cpu_engine.h"
#include "core/engines/network_loops.h"

/// The layers that stand beside pools, shared among the crew.
namespace poolscope {
namespace {

/// Values that a thread takes at a time.
constexpr std::int64_t kChunk = 1 << 14;

struct Chunk {
  std::span<const float> from;
  float* to;
  std::int64_t channel;
};

template <class Function>
void map_chunk(const Chunk& chunk, Function function) {
  std::ranges::transform(chunk.from, chunk.to, function);
}

/// The common functions in float, where a value needs no rounding or one; the others in double.
void map_chunk(const Pointwise& pointwise, const Chunk& chunk) {
  const auto a = static_cast<float>(pointwise.a), b = static_cast<float>(pointwise.b);
  switch (pointwise.function) {
    case PointwiseFunction::clamp:
      // A NaN is neither above nor below, and stays.
      return map_chunk(chunk, [=](float x) { return x < a ? a : x > b ? b : x; });
    case PointwiseFunction::abs:
      return map_chunk(chunk, [](float x) { return std::abs(x); });
    case PointwiseFunction::square:
      return map_chunk(chunk, [](float x) { return x * x; });
    default:
      return map_chunk(chunk, [&](float x) {
        return static_cast<float>(pointwise_value(pointwise, x, chunk.channel));
      });
  }
}

}  // namespace

Result<PoolOutput> CpuEngine::convolve(const Tensor& input, const Convolution& convolution,
                                       const RunOptions& options) const {
  const Shape out = output_shape(convolution, input.shape());
  auto values = Buffer<float>::allocate(out.elements());
  if (!values) return tl::unexpected(values.error());
  const auto plan =
      cpu::ConvolutionPlan::of({input.data(), input.shape(), out, &convolution, values->data()});
  if (!plan) {
    auto looped = convolved(input, convolution, options);
    if (!looped) return tl::unexpected(looped.error());
    return PoolOutput{.values = std::move(*looped), .engine = name()};
  }
  crew_->share(plan->tiles(), [&](std::int64_t tile) {
    if (!options.is_cancelled()) plan->run(tile);
  });
  if (options.is_cancelled()) return failure("cancelled");
  return PoolOutput{.values = Tensor(out, std::move(*values)), .engine = name()};
}

Result<PoolOutput> CpuEngine::map(const Tensor& input, const Pointwise& pointwise,
                                  const RunOptions& options) const {
  const Shape& shape = input.shape();
  auto values = Buffer<float>::allocate(shape.elements());
  if (!values) return tl::unexpected(values.error());
  const std::int64_t plane = shape.plane_size();
  const std::int64_t chunks = (plane + kChunk - 1) / kChunk;
  crew_->share(shape.planes() * chunks, [&](std::int64_t index) {
    if (options.is_cancelled()) return;
    const std::int64_t p = index / chunks, begin = index % chunks * kChunk;
    const auto count = static_cast<std::size_t>(std::min(kChunk, plane - begin));
    map_chunk(pointwise, {input.plane(p).subspan(static_cast<std::size_t>(begin), count),
                          values->data() + p * plane + begin, p % shape.c});
  });
  if (options.is_cancelled()) return failure("cancelled");
  return PoolOutput{.values = Tensor(shape, std::move(*values)), .engine = name()};
}

}  // namespace poolscope
