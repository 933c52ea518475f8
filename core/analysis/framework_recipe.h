#pragma once

#include <optional>
#include <string>

#include "core/engines/engine.h"
#include "core/pooling/layer.h"

namespace poolscope {

/// A layer and what has to happen around it so that it gives what another framework's layer gives.
struct Recipe {
  Layer layer;
  Pads pads = {};                   ///< Cells put around the input first.
  float pad_value = 0.0F;           ///< What they hold.
  std::int64_t top = 0, left = 0;   ///< Output cells cut off at the start of each axis.
  std::int64_t rows = 1, cols = 1;  ///< Of the output after that.
  bool divide_by_coverage = false;  ///< Divide by what the same steps make of ones.

  /// The layer does it alone.
  bool is_one_layer() const {
    return pads == Pads{} && top == 0 && left == 0 && !divide_by_coverage;
  }
  /// The same bits come out; dividing twice rounds twice.
  bool is_exact() const { return !divide_by_coverage; }
  bool operator==(const Recipe&) const = default;
};

/// How a framework gives what `pool` gives on `input`, starting from `layer`, its nearest word for
/// it: alone with other parameters, after explicit padding, with some output cut off, or divided by
/// the share of cells inside; the plainest that does. Empty where none of these does.
std::optional<Recipe> find_recipe(const LoweredPool& pool, const Layer& layer, const Shape& input);

/// The plainest recipe that pads explicitly, also where another does without.
std::optional<Recipe> find_padded_recipe(const LoweredPool& pool, const Layer& layer,
                                         const Shape& input);

/// The recipe as code of the layer's framework, on an input `x`.
std::string recipe_text(const Recipe& recipe);

/// What the recipe makes of an input. Errors: the layer's, the engine's, memory.
Result<Tensor> run_recipe(const Engine& engine, const Recipe& recipe, const Tensor& input,
                          const RunOptions& options);

}  // namespace poolscope
