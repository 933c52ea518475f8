#include "core/pooling/unpool.h"

#include <fmt/format.h>

#include "core/pooling/lowering.h"

namespace poolscope {
namespace {

/// One axis of an unpooling; `name` is for messages.
struct UnpoolAxis {
  std::int64_t size, kernel, stride, padding;
  std::optional<std::int64_t> wanted;
  std::string_view name;

  std::int64_t usual() const { return (size - 1) * stride - padding + kernel; }
  std::int64_t outputs() const { return wanted.value_or(usual()); }
};

Result<void> check_axis(const Layer& layer, const UnpoolAxis& axis) {
  const bool both_sides = layer.kind->is(Framework::pytorch);
  const std::int64_t most = axis.usual() + axis.padding - 1;
  if (axis.usual() < 1 && !axis.wanted) {
    return parameter_error(layer, &Layer::padding,
                           fmt::format("{} {} leaves no {} of the output; at most {}",
                                       parameter_name(*layer.kind, &Layer::padding),
                                       both_sides ? axis.padding / 2 : axis.padding, axis.name,
                                       both_sides ? most / 2 : most));
  }
  const std::int64_t low = std::max<std::int64_t>(axis.usual() - axis.stride + 1, 1);
  const std::int64_t high = axis.usual() + axis.stride - 1;
  if (!axis.wanted || (*axis.wanted >= low && *axis.wanted <= high)) return {};
  return parameter_error(
      layer, &Layer::output_size,
      high < low ? fmt::format("no output_size is in reach of {} {}", axis.usual(), axis.name)
                 : fmt::format("output_size of {} {} is out of reach; from {} to {}", *axis.wanted,
                               axis.name, low, high));
}

}  // namespace

Result<LoweredLayer> lower_unpool(const Layer& layer, const Shape& input) {
  const Pair stride = layer.effective_stride();
  const Pads& pads = layer.padding;
  const UnpoolAxis rows{
      input.h, layer.kernel_size.h, stride.h, pads.top + pads.bottom, layer.output_size.h, "rows"};
  const UnpoolAxis cols{
      input.w,  layer.kernel_size.w, stride.w, pads.left + pads.right, layer.output_size.w,
      "columns"};
  if (const auto fits = check_axis(layer, rows); !fits) return tl::unexpected(fits.error());
  if (const auto fits = check_axis(layer, cols); !fits) return tl::unexpected(fits.error());
  const Shape output{input.n, input.c, rows.outputs(), cols.outputs()};
  if (const auto small = check_output(layer, output, &Layer::stride); !small) {
    return tl::unexpected(small.error());
  }
  return Unpool{output.h, output.w};
}

}  // namespace poolscope
