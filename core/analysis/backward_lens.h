#pragma once

#include <cstddef>
#include <vector>

#include "core/analysis/gradient.h"

namespace poolscope {

/// What the gradient on a layer's output is.
struct OutputGradient {
  /// A gradient on one cell of the output: plane n*C + c, row and column.
  struct Cell {
    std::int64_t plane = 0, row = 0, col = 0;
    float value = 1.0F;
    bool operator==(const Cell&) const = default;
  };

  float everywhere = 0.0F;
  std::vector<Cell> cells;  ///< In place of `everywhere`; those outside the output do not count.
};

/// A question put to a finished run: what flows back from a layer's output.
struct LensRequest {
  Trace trace;
  std::size_t stage = 1;   ///< The layer's own; 0 is the input.
  std::int64_t plane = 0;  ///< Of the output, that is looked at.
  OutputGradient given;
  bool to_source = false;  ///< Through all layers before it, too.
};

/// Gradients of one plane, 1 x 1 x rows x columns each.
struct LensAnswer {
  Tensor output;                      ///< As given.
  Tensor input;                       ///< That reaches what the layer reads.
  std::optional<Tensor> source = {};  ///< That reaches the source, where asked for.
  std::int64_t source_starved = 0;    ///< Cells of `source` that get none.
  std::int64_t starved = 0;           ///< Cells of `input` that get none.
};

/// Follows a gradient back through a layer, or through it and all before it. Planes that the layers
/// have fewer of are counted to the last one. Errors: memory, cancellation, a stage that was not
/// computed.
Result<LensAnswer> look_back(const LensRequest& request, const GradientOptions& options);

}  // namespace poolscope
