#include "core/engines/unpool.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace poolscope {

Result<Tensor> unpooled(const Tensor& input, const Indices& winners, const Unpool& unpool) {
  POOLSCOPE_CHECK(input.shape() == winners.shape());
  const Shape& in = input.shape();
  const Shape out{in.n, in.c, unpool.height, unpool.width};
  auto values = Buffer<float>::allocate(out.elements());
  if (!values) return tl::unexpected(values.error());
  std::ranges::fill(values->span(), 0.0F);
  for (std::int64_t i = 0; i < in.elements(); ++i) {
    const std::int64_t winner = winners.data()[i];
    if (winner < 0) continue;
    if (winner >= out.plane_size()) {
      return failure(fmt::format("unpooling: index {} lies outside the {}x{} cells of the output; "
                                 "give it the output_size of the pooled input",
                                 winner, out.h, out.w),
                     "output_size");
    }
    (*values)[i / in.plane_size() * out.plane_size() + winner] = input.data()[i];
  }
  return Tensor(out, std::move(*values));
}

}  // namespace poolscope
