#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/framework_recipe.h"
#include "core/analysis/framework_rules.h"
#include "core/analysis/pool_pair.h"

namespace poolscope {

/// One framework's word on a setting.
struct FrameworkColumn {
  Framework framework = Framework::pytorch;
  bool own = false;                 ///< The setting is written in it.
  std::optional<Layer> layer;       ///< Its nearest layer; empty where it has none.
  std::string refusal;              ///< Why it has none, or why it refuses it on this input.
  std::optional<LoweredPool> pool;  ///< Empty where refused, as are:
  std::optional<Tensor> values;     ///< Of all planes.
  std::optional<PoolPair> pair;     ///< The setting's pool and this one.
  std::vector<std::int64_t> axes;   ///< Of its output, as the framework sees it.
  bool same = false;                ///< Gives the setting's numbers on any input of this shape.
  bool comparable = false;          ///< Its output has the setting's size.
  std::int64_t differing = 0;       ///< Output cells whose values differ.
  double largest = 0.0;             ///< Of those, |a - b|; inf where one is no number.
  std::vector<std::string> rules;   ///< Why they do, with the numbers.
  std::vector<std::string> notes;
  std::optional<Recipe> recipe;  ///< What gives the setting's numbers, where `layer` does not.
  std::optional<Recipe> padded;  ///< The explicit padding that does, where that is another one.
  std::string no_recipe;         ///< Why nothing does.
};

/// A setting as PyTorch, Keras and ONNX write and compute it.
struct FrameworkLens {
  Layer setting;
  LoweredPool pool;
  Shape input;
  Tensor values;
  std::array<FrameworkColumn, 3> columns;  ///< In the order of Framework.

  /// Whether a column's value differs from the setting's there: its bits do, and its windows let
  /// it (engines may round one window's sum in two ways). Needs a comparable column.
  bool differs(const FrameworkColumn& column, std::int64_t plane, std::int64_t row,
               std::int64_t col) const;
};

/// Computes every column on all planes of `input`, an array of the form `form`, with `engine`.
/// Errors: a setting that is not one pool or is refused; the engine's, `cancelled` among them.
Result<FrameworkLens> look_at_frameworks(const Engine& engine, const Layer& setting,
                                         const Tensor& input, const ArrayForm& form,
                                         const RunOptions& options);

}  // namespace poolscope
