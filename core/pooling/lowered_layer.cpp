#include "core/pooling/lowered_layer.h"

namespace poolscope {
namespace {

Shape shape_of(const LoweredPool& pool, const Shape& input) { return pool.output_shape(input); }

Shape shape_of(const PoolChain& chain, Shape shape) {
  for (const LoweredPool& pool : chain.pools) shape = pool.output_shape(shape);
  return shape;
}

Shape shape_of(const PoolPyramid& pyramid, const Shape& input) {
  Shape shape{input.n, input.c, 1, 0};
  for (const LoweredPool& pool : pyramid.pools) shape.w += pool.output_shape(input).plane_size();
  return shape;
}

Shape shape_of(const Unpool& unpool, const Shape& input) {
  return {input.n, input.c, unpool.height, unpool.width};
}

Shape shape_of(const RoiSampling& roi, const Shape& input) {
  return {input.n, input.c, roi.rows, roi.cols};
}

}  // namespace

Shape output_shape(const LoweredLayer& lowered, const Shape& input) {
  return std::visit([&](const auto& work) { return shape_of(work, input); }, lowered);
}

bool has_winners(const LoweredLayer& lowered) {
  if (const auto* pool = std::get_if<LoweredPool>(&lowered)) return pool->has_winners();
  return std::holds_alternative<PoolPyramid>(lowered);
}

std::span<const LoweredPool> pools_of(const LoweredLayer& lowered) {
  if (const auto* pool = std::get_if<LoweredPool>(&lowered)) return {pool, 1};
  if (const auto* chain = std::get_if<PoolChain>(&lowered)) return chain->pools;
  if (const auto* pyramid = std::get_if<PoolPyramid>(&lowered)) return pyramid->pools;
  return {};
}

}  // namespace poolscope
