#include "tests/bench/bench_case.h"

#include <random>

#include "core/pooling/layer_text.h"

namespace poolscope::bench {
namespace {

Result<Tensor> random_input(const Shape& shape) {
  auto values = Buffer<float>::allocate(shape.elements());
  if (!values) return tl::unexpected(values.error());
  std::minstd_rand random(1);
  std::uniform_real_distribution<float> value(-1.0F, 1.0F);
  for (float& cell : values->span()) cell = value(random);
  return Tensor(shape, std::move(*values));
}

}  // namespace

Result<Task> make_task(const BenchCase& row, int threads, const Task* previous) {
  const auto layer = parse_layer(row.layer);
  if (!layer) return tl::unexpected(layer.error());
  auto pool = lower(*layer, row.shape);
  if (!pool) return tl::unexpected(pool.error());
  const bool same = previous && previous->row.shape == row.shape;
  auto input = same ? Result<Tensor>(previous->input) : random_input(row.shape);
  if (!input) return tl::unexpected(input.error());
  return Task{row, *layer, std::move(*pool), std::move(*input), threads};
}

}  // namespace poolscope::bench
