#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/analysis/convolution_terms.h"
#include "core/analysis/gradient.h"
#include "core/engines/reference_engine.h"
#include "core/engines/roi_sampling.h"

namespace poolscope {
namespace {

/// One layer's work, backwards.
struct Step {
  const Trace& trace;
  const Stage& stage;
  const GradientOptions& options;
};

Result<Tensor> through(const Step& step, const LoweredPool& pool, const Tensor& output) {
  return gradient(pool, step.stage.input, output, step.options);
}

Result<Tensor> through(const Step& step, const PoolChain& chain, const Tensor& output) {
  std::vector<Tensor> inputs{step.stage.input};
  for (std::size_t i = 0; i + 1 < chain.pools.size(); ++i) {
    auto next = ReferenceEngine().run(inputs.back(), chain.pools[i], {});
    if (!next) return tl::unexpected(next.error());
    inputs.push_back(std::move(next->values));
  }
  Result<Tensor> flowing = output;
  for (std::size_t i = chain.pools.size(); i-- > 0 && flowing;) {
    flowing = gradient(chain.pools[i], inputs[i], *flowing, step.options);
  }
  return flowing;
}

/// The cells of `row` that one level of a pyramid gave, in the level's own shape.
Result<Tensor> level_of(const Tensor& row, std::int64_t at, const Shape& level) {
  auto values = Buffer<float>::allocate(level.elements());
  if (!values) return tl::unexpected(values.error());
  for (std::int64_t p = 0; p < level.planes(); ++p) {
    std::copy_n(row.plane(p).data() + at, level.plane_size(),
                values->data() + p * level.plane_size());
  }
  return Tensor(level, std::move(*values));
}

Result<Tensor> sum_of(const Tensor& a, const Tensor& b) {
  auto values = Buffer<float>::allocate(a.shape().elements());
  if (!values) return tl::unexpected(values.error());
  std::ranges::transform(a.values(), b.values(), values->data(), std::plus<>());
  return Tensor(a.shape(), std::move(*values));
}

Result<Tensor> through(const Step& step, const PoolPyramid& pyramid, const Tensor& output) {
  Tensor whole;
  std::int64_t at = 0;
  for (const LoweredPool& pool : pyramid.pools) {
    const Shape shape = pool.output_shape(step.stage.input.shape());
    const auto level = level_of(output, at, shape);
    if (!level) return tl::unexpected(level.error());
    at += shape.plane_size();
    auto part = gradient(pool, step.stage.input, *level, step.options);
    if (part && !whole.empty()) part = sum_of(whole, *part);
    if (!part) return part;
    whole = std::move(*part);
  }
  return whole;
}

/// Each value takes back the gradient of the cell it was put into.
Result<Tensor> through(const Step& step, const Unpool&, const Tensor& output) {
  const Shape& in = step.stage.input.shape();
  const Indices& winners = *step.trace.stages[*step.stage.plan.winners_of].winners;
  auto values = Buffer<float>::allocate(in.elements());
  if (!values) return tl::unexpected(values.error());
  for (std::int64_t i = 0; i < in.elements(); ++i) {
    const std::int64_t winner = winners.data()[i];
    const auto plane = output.plane(i / in.plane_size());
    (*values)[i] = winner < 0 ? 0.0F : plane[static_cast<std::size_t>(winner)];
  }
  return Tensor(in, std::move(*values));
}

Result<Tensor> through(const Step& step, const RoiSampling& sampling, const Tensor& output) {
  return sampled_gradient(step.stage.input, sampling, output);
}

Result<Tensor> through(const Step& step, const Convolution& convolution, const Tensor& output) {
  return convolution_gradient(convolution, step.stage.input.shape(), output);
}

Result<Tensor> through(const Step& step, const Pointwise& pointwise, const Tensor& output) {
  const Tensor& input = step.stage.input;
  auto values = Buffer<float>::allocate(input.shape().elements());
  if (!values) return tl::unexpected(values.error());
  for (std::int64_t i = 0; i < values->size(); ++i) {
    const std::int64_t channel = i / input.shape().plane_size() % input.shape().c;
    const double given = output.data()[i];
    (*values)[i] =
        given == 0.0
            ? 0.0F
            : static_cast<float>(given * pointwise_slope(pointwise, input.data()[i], channel));
  }
  return Tensor(input.shape(), std::move(*values));
}

/// A gradient on a layer's input, in the axes of the stage before.
Result<Tensor> as_before(const Tensor& given, const StagePlan& plan, const StagePlan& before) {
  if (plan.input_shape == before.shape && plan.input_form.format == before.form.format) {
    return given;
  }
  const bool no_order = before.form.format == DataFormat::unspecified;
  if (no_order && plan.input_shape == before.shape) return given;
  const auto stored = to_array_order(given, plan.input_form);
  if (!stored) return stored;
  return from_array_order(*stored, before.shape, before.form);
}

Result<Tensor> through_layer(const Step& step, const Tensor& output) {
  if (!step.stage.plan.lowered) return output;
  return std::visit([&](const auto& work) { return through(step, work, output); },
                    *step.stage.plan.lowered);
}

Result<Tensor> through_stage(const Step& step, const StagePlan& before, const Tensor& output) {
  auto given = through_layer(step, output);
  if (!given || !step.stage.plan.lowered) return given;
  return as_before(*given, step.stage.plan, before);
}

}  // namespace

Result<Tensor> layer_gradient(const Trace& trace, std::size_t stage, const Tensor& output,
                              const GradientOptions& options) {
  return through_layer({trace, trace.stages[stage], options}, output);
}

Result<std::vector<Tensor>> gradients(const Trace& trace, const Tensor& output,
                                      const GradientOptions& options) {
  const Shape& wanted = trace.stages.back().plan.shape;
  if (output.shape() != wanted) {
    const auto axes = [](const Shape& s) { return axes_text(std::array{s.n, s.c, s.h, s.w}); };
    return failure(
        fmt::format("the gradient is {}; the output is {}", axes(output.shape()), axes(wanted)));
  }
  std::vector<Tensor> found(trace.stages.size());
  found.back() = output;
  for (std::size_t i = trace.stages.size() - 1; i > 0; --i) {
    auto before =
        through_stage({trace, trace.stages[i], options}, trace.stages[i - 1].plan, found[i]);
    if (!before) return tl::unexpected(before.error());
    found[i - 1] = std::move(*before);
  }
  return found;
}

}  // namespace poolscope
