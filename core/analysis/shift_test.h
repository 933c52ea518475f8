#pragma once

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "core/analysis/pooled_plane.h"
#include "core/pooling/layer.h"

/// How far a layer's output changes when its input moves by whole cells. Source: Zhang 2019 (Making
/// convolutional networks shift-invariant again), sections 3 and 4: strided layers alias, and a
/// blur before the stride mends it.
namespace poolscope {

/// What moves in at the side that a shift leaves free.
enum class ShiftEdge {
  circular,   ///< What moved out on the other side.
  replicate,  ///< The first or last row or column again.
  zeros,
};
inline constexpr std::array kShiftEdges{ShiftEdge::circular, ShiftEdge::replicate,
                                        ShiftEdge::zeros};
/// `circular`, ...: for sessions.
std::string_view shift_edge_name(ShiftEdge edge);

/// Cells down and to the right; negative ones go up and left.
struct Shift {
  std::int64_t y = 0, x = 0;
  bool operator==(const Shift&) const = default;
};

/// Every plane of `input` moved. Errors: memory.
Result<Tensor> shifted(const Tensor& input, Shift shift, ShiftEdge edge);

/// What a shift of the input does to the output. Norms are L2 over the cells compared; relative to
/// that of the unshifted output, 0 where both are 0, NaN where only that one is.
struct ShiftResponse {
  double change = 0.0;  ///< Against the unshifted output, cell by cell: the invariance error.
  /// Against the unshifted output moved along by the whole number of its cells that fits best: the
  /// equivariance error. At multiples of the stride a layer can be exactly 0 here. Cells that only
  /// one of both has (edges other than circular) are left out.
  double aligned = 0.0;
  Shift moved;  ///< By how many output cells, for `aligned`.
};

/// A layer and what it makes of one plane, unshifted.
class ShiftTest {
 public:
  /// For plane n*C + c of `input`. Errors: a layer that does not run on it.
  static Result<ShiftTest> of(const Engine& engine, const Layer& layer, const Tensor& input,
                              std::int64_t plane);

  /// The output for the shifted plane. Errors: the engine's.
  Result<Tensor> output(Shift shift, ShiftEdge edge, const RunOptions& options) const;
  Result<ShiftResponse> response(Shift shift, ShiftEdge edge, const RunOptions& options) const;

 private:
  /// What is shifted and run: the plane alone, or all planes for a layer that joins them.
  struct Read {
    Tensor input;
    LoweredLayer lowered;
    std::int64_t plane = 0;
  };
  ShiftTest(const Engine& engine, Read read, PooledPlane still)
      : engine_(&engine), read_(std::move(read)), still_(std::move(still)) {}

  const Engine* engine_;
  Read read_;
  PooledPlane still_;
};

/// A layer to compare under shifts, and the place of its kind among them: 0 max, 1 average, 2
/// strided convolution (its centre cell alone), 3 max blur, 4 any other.
struct ShiftKind {
  Layer layer;
  std::size_t kind = 0;
  bool current = false;  ///< The layer asked about itself.
};
/// Max, average, strided convolution and max blur with the layer's kernel_size, stride and padding
/// (2, 2 and 0 where it has none), and the layer itself where it is none of them.
std::vector<ShiftKind> shift_kinds(const Layer& layer);

/// Cells from one output of an axis to the next, on average; of a single one, the whole axis.
double jump_of(const std::vector<AxisWindow>& windows, std::int64_t size);

}  // namespace poolscope
