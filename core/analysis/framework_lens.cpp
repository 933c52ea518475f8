#include "core/analysis/framework_lens.h"

#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "core/analysis/framework_translation.h"
#include "core/engines/run_layer.h"

namespace poolscope {
namespace {

bool same_value(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

double distance(float a, float b) {
  const double apart = std::abs(double{a} - double{b});
  return std::isnan(apart) ? std::numeric_limits<double>::infinity() : apart;
}

/// Counts the cells that differ.
void compare(const FrameworkLens& lens, FrameworkColumn& column) {
  const Shape& shape = lens.values.shape();
  column.comparable = column.pair->same_shape();
  column.same = column.pair->equivalent();
  if (!column.comparable || column.same) return;
  for (std::int64_t plane = 0; plane < shape.planes(); ++plane) {
    for (std::int64_t row = 0; row < shape.h; ++row) {
      for (std::int64_t col = 0; col < shape.w; ++col) {
        if (!lens.differs(column, plane, row, col)) continue;
        const auto cell = static_cast<std::size_t>(row * shape.w + col);
        ++column.differing;
        column.largest = std::max(column.largest, distance(lens.values.plane(plane)[cell],
                                                           column.values->plane(plane)[cell]));
      }
    }
  }
}

/// Why no recipe of a framework gives the setting's numbers.
std::string no_recipe(const FrameworkLens& lens, const FrameworkColumn& column) {
  const std::string_view name = framework_title(column.framework);
  if (lens.pool.divisor_override) {
    return fmt::format("{} has no divisor_override: multiply its mean of full windows instead",
                       name);
  }
  if (lens.pool.reduction == Reduction::power) {
    return fmt::format("{} reckons the power otherwise; no parameter of it changes that", name);
  }
  return fmt::format("no parameters of {} give these windows and divisors",
                     column.layer->kind->name);
}

/// What a maximum would be if its padding held zeros; they win over cells below zero.
Result<std::string> zeros_note(const Engine& engine, const FrameworkLens& lens, Recipe recipe,
                               const Tensor& input, const RunOptions& options) {
  recipe.pad_value = 0.0F;
  const auto values = run_recipe(engine, recipe, input, options);
  if (!values) return tl::unexpected(values.error());
  std::int64_t changed = 0;
  for (std::size_t i = 0; i < values->values().size(); ++i) {
    changed += same_value(values->values()[i], lens.values.values()[i]) ? 0 : 1;
  }
  return fmt::format(
      "The padding has to be -inf: zeros would win over cells below zero, in {} of {} outputs "
      "here.",
      changed, values->shape().elements());
}

/// Where the column's layer does not give the setting's numbers: what does.
Result<void> look_for_recipe(const Engine& engine, const FrameworkLens& lens, const Tensor& input,
                             const RunOptions& options, FrameworkColumn& column) {
  column.recipe = find_recipe(lens.pool, *column.layer, lens.input);
  column.padded = find_padded_recipe(lens.pool, *column.layer, lens.input);
  if (column.padded == column.recipe || (column.padded && column.padded->is_one_layer())) {
    column.padded.reset();
  }
  if (!column.recipe) column.no_recipe = no_recipe(lens, column);
  for (const auto& recipe : {column.recipe, column.padded}) {
    if (!recipe || recipe->pad_value == 0.0F) continue;
    auto note = zeros_note(engine, lens, *recipe, input, options);
    if (!note) return tl::unexpected(note.error());
    column.notes.push_back(std::move(*note));
  }
  return {};
}

/// Pools and compares where the framework takes the layer.
Result<void> compute(const Engine& engine, const FrameworkLens& lens, const Tensor& input,
                     const RunOptions& options, FrameworkColumn& column) {
  auto pool = lower(*column.layer, input.shape());
  if (!pool) {
    column.refusal = pool.error().message;
    return {};
  }
  column.pool = std::move(*pool);
  column.pair.emplace(lens.pool, *column.pool, lens.input);
  if (column.own) {
    column.values = lens.values;
  } else {
    auto output = engine.run(input, *column.pool, {.cancelled = options.cancelled});
    if (!output) return tl::unexpected(output.error());
    column.values = std::move(output->values);
  }
  compare(lens, column);
  if (!column.same) {
    column.rules =
        differing_rules({lens.setting, lens.pool}, {*column.layer, *column.pool}, lens.input);
  }
  return {};
}

Result<FrameworkColumn> column_of(const Engine& engine, Framework framework,
                                  const FrameworkLens& lens, const Tensor& input,
                                  const RunOptions& options) {
  FrameworkColumn column;
  column.framework = framework;
  column.own = lens.setting.kind->framework == framework;
  const auto layer = translated(lens.setting, framework, lens.input);
  if (!layer) {
    column.refusal = layer.error().message;
    return column;
  }
  column.layer = *layer;
  if (auto done = compute(engine, lens, input, options, column); !done) {
    return tl::unexpected(done.error());
  }
  column.notes = framework_notes(lens.setting, *layer, lens.input);
  if (column.same) return column;
  if (auto done = look_for_recipe(engine, lens, input, options, column); !done) {
    return tl::unexpected(done.error());
  }
  return column;
}

std::vector<std::int64_t> output_axes(const FrameworkColumn& column, const ArrayForm& form) {
  if (!column.values) return {};
  const auto given = output_form(*column.layer, form);
  return array_axes(column.values->shape(), given ? *given : ArrayForm{});
}

}  // namespace

bool FrameworkLens::differs(const FrameworkColumn& column, std::int64_t plane, std::int64_t row,
                            std::int64_t col) const {
  const auto cell = static_cast<std::size_t>(row * values.shape().w + col);
  if (same_value(values.plane(plane)[cell], column.values->plane(plane)[cell])) return false;
  return column.pair->cause(row, col).has_value();
}

Result<FrameworkLens> look_at_frameworks(const Engine& engine, const Layer& setting,
                                         const Tensor& input, const ArrayForm& form,
                                         const RunOptions& options) {
  auto pool = lower(setting, input.shape());
  if (!pool) return tl::unexpected(pool.error());
  auto output = engine.run(input, *pool, {.cancelled = options.cancelled});
  if (!output) return tl::unexpected(output.error());
  FrameworkLens lens{setting, std::move(*pool), input.shape(), std::move(output->values), {}};
  for (const Framework framework : {Framework::pytorch, Framework::keras, Framework::onnx}) {
    auto column = column_of(engine, framework, lens, input, options);
    if (!column) return tl::unexpected(column.error());
    column->axes = output_axes(*column, form);
    lens.columns[static_cast<std::size_t>(framework)] = std::move(*column);
  }
  return lens;
}

}  // namespace poolscope
