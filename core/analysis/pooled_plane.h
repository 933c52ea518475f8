#pragma once

#include <optional>
#include <vector>

#include "core/engines/engine.h"
#include "core/pooling/lowered_layer.h"

namespace poolscope {

/// Plane n*C + c alone: 1 x 1 x H x W. Errors: memory.
Result<Tensor> plane_of(const Tensor& input, std::int64_t plane);

/// One plane of what a layer reads, and what it makes of it. An experiment on a large picture looks
/// at the plane on screen only, and computes just that.
struct PooledPlane {
  Tensor input;                         ///< 1 x 1 x H x W.
  Tensor output;                        ///< 1 x 1 x rows x columns.
  std::optional<Indices> winners = {};  ///< y*W + x, -1 for none; where the layer has them.
  /// What each output cell reads, where a rectangle says it.
  std::optional<PlaneWindows> windows = {};
  Border border = Border::skip;  ///< What the windows read outside the input.
};

/// Which plane of which array, lowered for the whole of it: a layer that has windows or draws of
/// its own for each plane does here what it does there.
struct PlaneRun {
  const Engine& engine;
  const Tensor& input;
  const LoweredLayer& lowered;
  std::int64_t plane = 0;
};

/// Runs a layer on one plane; one that joins planes runs whole, and its output's plane (the last,
/// where it has fewer) is taken. Errors: an unpooling, which reads the winners of another layer;
/// the engine's.
Result<PooledPlane> pool_plane(const PlaneRun& run, const RunOptions& options);

/// Whether each plane of the output comes from that plane of the input alone, by windows.
bool keeps_planes_apart(const LoweredLayer& lowered);

/// The same work on plane `plane` of what it was lowered for, alone.
LoweredLayer on_plane(const LoweredLayer& lowered, std::int64_t plane);

/// How many input cells at least one window reads; all of them where no rectangle says it.
std::int64_t cells_read(const PooledPlane& plane);

}  // namespace poolscope
