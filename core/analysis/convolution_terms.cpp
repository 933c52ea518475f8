#include "core/analysis/convolution_terms.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/pooling/axis_windows.h"

namespace poolscope {
namespace {

/// Calls visit(index, weight) for the taps of a window inside an input of height x width.
template <class Visit>
void for_each_tap(const AxisWindow& row, const AxisWindow& col, const Shape& input,
                  std::span<const float> kernel, Visit visit) {
  const TapRange rows = taps_inside(row, input.h), cols = taps_inside(col, input.w);
  for (std::int64_t i = rows.first; i < rows.end; ++i) {
    for (std::int64_t j = cols.first; j < cols.end; ++j) {
      visit(static_cast<std::size_t>(row.tap(i) * input.w + col.tap(j)),
            double{kernel[static_cast<std::size_t>(i * col.count + j)]});
    }
  }
}

/// Adds what the outputs of one channel send to one plane of the input.
void add_gradient(const Convolution& convolution, const Shape& input, std::span<const float> kernel,
                  std::span<const float> output, std::span<double> sums) {
  auto given = output.begin();
  for (const AxisWindow& row : convolution.windows.rows) {
    for (const AxisWindow& col : convolution.windows.cols) {
      const double value = *given++;
      if (value == 0.0) continue;
      for_each_tap(row, col, input, kernel,
                   [&](std::size_t index, double weight) { sums[index] += value * weight; });
    }
  }
}

}  // namespace

std::vector<ChannelTerm> convolution_terms(const Convolution& convolution, const Tensor& input,
                                           const ConvolvedCell& cell) {
  const AxisWindow& row = convolution.windows.rows[static_cast<std::size_t>(cell.row)];
  const AxisWindow& col = convolution.windows.cols[static_cast<std::size_t>(cell.col)];
  std::vector<ChannelTerm> terms;
  for (std::int64_t c = 0; c < convolution.channels; ++c) {
    ChannelTerm& term = terms.emplace_back();
    term.channel = convolution.first_channel(cell.channel) + c;
    const auto plane = input.plane(cell.sample * input.shape().c + term.channel);
    for_each_tap(row, col, input.shape(), convolution.kernel(cell.channel, c),
                 [&](std::size_t index, double weight) { term.sum += weight * plane[index]; });
  }
  return terms;
}

Result<Tensor> convolution_gradient(const Convolution& convolution, const Shape& input,
                                    const Tensor& output) {
  auto values = Buffer<float>::allocate(input.elements());
  if (!values) return tl::unexpected(values.error());
  auto sums = Buffer<double>::allocate(input.plane_size());
  if (!sums) return tl::unexpected(sums.error());
  const std::int64_t kernels = convolution.out_channels / convolution.groups;
  for (std::int64_t plane = 0; plane < input.planes(); ++plane) {
    const std::int64_t sample = plane / input.c, channel = plane % input.c;
    const std::int64_t group = channel / convolution.channels;
    std::ranges::fill(sums->span(), 0.0);
    for (std::int64_t out = group * kernels; out < (group + 1) * kernels; ++out) {
      add_gradient(convolution, input, convolution.kernel(out, channel % convolution.channels),
                   output.plane(sample * convolution.out_channels + out), sums->span());
    }
    std::ranges::transform(sums->span(), values->data() + plane * input.plane_size(),
                           [](double sum) { return static_cast<float>(sum); });
  }
  return Tensor(input, std::move(*values));
}

}  // namespace poolscope
