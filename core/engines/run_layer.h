#pragma once

#include "core/engines/engine.h"
#include "core/pooling/lowered_layer.h"

namespace poolscope {

/// One layer's work. `winners` (y*W + x per plane) are those that an unpooling reads, else null.
struct LayerRun {
  const Tensor& input;
  const LoweredLayer& lowered;
  const Indices* winners = nullptr;
};

/// Runs a lowered layer: its pools on `engine`, one after the other or side by side; unpooling and
/// RoI sampling, which no windows can say, by plain loops, with a note. Errors: the engine's; a
/// winner that lies outside the plane it is put back into.
Result<PoolOutput> run_layer(const Engine& engine, const LayerRun& run, const RunOptions& options);

}  // namespace poolscope
