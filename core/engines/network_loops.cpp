#include "core/engines/network_loops.h"

#include <utility>

#include "core/pooling/axis_windows.h"

namespace poolscope {
namespace {

/// One output channel of one sample.
struct Target {
  std::int64_t sample, channel;
};

double convolved_cell(const Tensor& input, const Convolution& convolution, const Target& target,
                      const AxisWindow& row, const AxisWindow& col) {
  const Shape& in = input.shape();
  const std::int64_t first = convolution.first_channel(target.channel);
  double sum = 0.0;
  for (std::int64_t c = 0; c < convolution.channels; ++c) {
    const auto kernel = convolution.kernel(target.channel, c);
    const auto plane = input.plane(target.sample * in.c + first + c);
    for (std::int64_t i = 0; i < row.count; ++i) {
      for (std::int64_t j = 0; j < col.count; ++j) {
        const std::int64_t y = row.tap(i), x = col.tap(j);
        if (y < 0 || y >= in.h || x < 0 || x >= in.w) continue;
        const double weight = kernel[static_cast<std::size_t>(i * col.count + j)];
        sum += weight * plane[static_cast<std::size_t>(y * in.w + x)];
      }
    }
  }
  return sum + convolution.offset(target.channel);
}

}  // namespace

Result<Tensor> convolved(const Tensor& input, const Convolution& convolution,
                         const RunOptions& options) {
  const Shape out = output_shape(convolution, input.shape());
  auto values = Buffer<float>::allocate(out.elements());
  if (!values) return tl::unexpected(values.error());
  std::int64_t cell = 0;
  for (std::int64_t plane = 0; plane < out.planes(); ++plane) {
    for (const AxisWindow& row : convolution.windows.rows) {
      if (options.is_cancelled()) return failure("cancelled");
      for (const AxisWindow& col : convolution.windows.cols) {
        (*values)[cell++] = static_cast<float>(
            convolved_cell(input, convolution, {plane / out.c, plane % out.c}, row, col));
      }
    }
  }
  return Tensor(out, std::move(*values));
}

Result<Tensor> mapped(const Tensor& input, const Pointwise& pointwise, const RunOptions& options) {
  const Shape& shape = input.shape();
  auto values = Buffer<float>::allocate(shape.elements());
  if (!values) return tl::unexpected(values.error());
  std::int64_t cell = 0;
  for (std::int64_t plane = 0; plane < shape.planes(); ++plane) {
    if (options.is_cancelled()) return failure("cancelled");
    for (const float value : input.plane(plane)) {
      (*values)[cell++] = static_cast<float>(pointwise_value(pointwise, value, plane % shape.c));
    }
  }
  return Tensor(shape, std::move(*values));
}

}  // namespace poolscope
