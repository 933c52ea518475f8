#include "core/analysis/backward_lens.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/analysis/pooled_plane.h"

namespace poolscope {
namespace {

/// The gradient on all planes of an output of that shape, of which `first` is the first.
Result<Tensor> laid_out(const OutputGradient& given, const Shape& shape, std::int64_t first) {
  auto values = Buffer<float>::allocate(shape.elements());
  if (!values) return tl::unexpected(values.error());
  std::ranges::fill(values->span(), given.everywhere);
  for (const OutputGradient::Cell& cell : given.cells) {
    const std::int64_t plane = cell.plane - first;
    const bool inside = plane >= 0 && plane < shape.planes() && cell.row >= 0 &&
                        cell.row < shape.h && cell.col >= 0 && cell.col < shape.w;
    if (inside) (*values)[(plane * shape.h + cell.row) * shape.w + cell.col] = cell.value;
  }
  return Tensor(shape, std::move(*values));
}

/// The run of a layer on one plane alone, as its last stage; of a layer whose planes are not apart
/// the run as it is.
Result<Trace> on_one_plane(const Trace& trace, std::size_t stage, std::int64_t plane) {
  Stage one = trace.stages[stage];
  auto input = plane_of(one.input, plane);
  if (!input) return tl::unexpected(input.error());
  one.input = std::move(*input);
  if (one.plan.lowered) one.plan.lowered = on_plane(*one.plan.lowered, plane);
  const Shape& whole = one.plan.shape;
  one.plan.shape = {1, 1, whole.h, whole.w};
  one.plan.input_shape = one.input.shape();
  return Trace{{one, one}, {}, {}};
}

Result<Tensor> nearest_plane(const Tensor& tensor, std::int64_t plane) {
  return plane_of(tensor, std::min(plane, tensor.shape().planes() - 1));
}

/// Through a pool from a few cells only, at the cost of their windows: one plane's gradient.
Result<Tensor> through_windows(const LensRequest& request, const LoweredPool& pool,
                               TiePolicy ties) {
  const Tensor& input = request.trace.stages[request.stage].input;
  const Shape out = pool.output_shape(input.shape());
  std::map<std::int64_t, double> sums;
  for (const OutputGradient::Cell& cell : request.given.cells) {
    const bool inside = cell.plane == request.plane && cell.row >= 0 && cell.row < out.h &&
                        cell.col >= 0 && cell.col < out.w;
    if (!inside) continue;
    const auto taps = window_gradient(pool, input, {cell.plane, cell.row, cell.col}, ties);
    if (!taps) return tl::unexpected(taps.error());
    for (const TapGradient& tap : *taps) sums[tap.index] += double{cell.value} * tap.share;
  }
  const Shape plane{1, 1, input.shape().h, input.shape().w};
  auto values = Buffer<float>::allocate(plane.elements());
  if (!values) return tl::unexpected(values.error());
  std::ranges::fill(values->span(), 0.0F);
  for (const auto& [index, sum] : sums) (*values)[index] = static_cast<float>(sum);
  return Tensor(plane, std::move(*values));
}

/// The answer where only a few cells of a pool's output have a gradient.
Result<LensAnswer> from_few_cells(const LensRequest& request, const LoweredPool& pool,
                                  TiePolicy ties) {
  const Shape out = pool.output_shape(request.trace.stages[request.stage].input.shape());
  auto output = laid_out(request.given, {1, 1, out.h, out.w}, request.plane);
  if (!output) return tl::unexpected(output.error());
  auto input = through_windows(request, pool, ties);
  if (!input) return tl::unexpected(input.error());
  return LensAnswer{std::move(*output), std::move(*input)};
}

/// Through the one layer: only the plane looked at, where planes do not mix.
Result<LensAnswer> through_layer(const LensRequest& request, const GradientOptions& options) {
  const Stage& stage = request.trace.stages[request.stage];
  const LoweredPool* pool = stage.plan.pool();
  if (pool != nullptr && request.given.everywhere == 0.0F)
    return from_few_cells(request, *pool, options.ties);
  const bool apart = !stage.plan.lowered || keeps_planes_apart(*stage.plan.lowered);
  const auto alone = apart ? on_one_plane(request.trace, request.stage, request.plane)
                           : Result<Trace>(request.trace);
  if (!alone) return tl::unexpected(alone.error());
  const std::size_t at = apart ? 1 : request.stage;
  const auto given =
      laid_out(request.given, alone->stages[at].plan.shape, apart ? request.plane : 0);
  if (!given) return tl::unexpected(given.error());
  const auto reached = layer_gradient(*alone, at, *given, options);
  if (!reached) return tl::unexpected(reached.error());
  auto output = nearest_plane(*given, request.plane);
  if (!output) return tl::unexpected(output.error());
  auto input = nearest_plane(*reached, request.plane);
  if (!input) return tl::unexpected(input.error());
  return LensAnswer{std::move(*output), std::move(*input)};
}

/// Adds what reaches the source.
Result<void> go_on_to_source(const LensRequest& request, const GradientOptions& options,
                             LensAnswer& answer) {
  Trace part = request.trace;
  part.stages.resize(request.stage + 1);
  const auto given = laid_out(request.given, part.stages.back().plan.shape, 0);
  if (!given) return tl::unexpected(given.error());
  const auto all = gradients(part, *given, options);
  if (!all) return tl::unexpected(all.error());
  auto source = nearest_plane(all->front(), request.plane);
  if (!source) return tl::unexpected(source.error());
  answer.source_starved = std::ranges::count(source->values(), 0.0F);
  answer.source = std::move(*source);
  return {};
}

}  // namespace

Result<LensAnswer> look_back(const LensRequest& request, const GradientOptions& options) {
  if (request.stage < 1 || request.stage >= request.trace.stages.size()) {
    return failure(fmt::format("stage {} was not computed; there are {}", request.stage,
                               request.trace.stages.size()));
  }
  auto answer = through_layer(request, options);
  if (!answer) return answer;
  answer->starved = std::ranges::count(answer->input.values(), 0.0F);
  if (request.to_source) {
    if (auto done = go_on_to_source(request, options, *answer); !done)
      return tl::unexpected(done.error());
  }
  return answer;
}

}  // namespace poolscope
