#pragma once

#include <string>
#include <vector>

#include "core/pooling/layer.h"

namespace poolscope {

/// What a piece of a formula is, so that it can be coloured.
enum class FormulaRole {
  structure,  ///< Letters, signs and intermediate numbers.
  parameter,  ///< A number of the input or of the layer.
  result,     ///< The number of outputs.
};

struct FormulaSegment {
  std::string text;
  FormulaRole role = FormulaRole::structure;

  bool operator==(const FormulaSegment&) const = default;
};

using FormulaLine = std::vector<FormulaSegment>;

/// The rule for a layer's output size, in letters and with the numbers of each axis filled in:
/// `out = ⌊(in+2p-d(k-1)-1)/s⌋+1`, `H = ⌊(6+2·0-1·(2-1)-1)/2⌋+1`, `  = ⌊4/2⌋+1 = 3`. Each axis has
/// one segment of role result per size it ends with.
struct SizeFormula {
  std::vector<FormulaLine> symbolic, rows, cols;
};

/// The formula of a layer on an input. Errors: those of lower().
Result<SizeFormula> size_formula(const Layer& layer, const Shape& input);

}  // namespace poolscope
