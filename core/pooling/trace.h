#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/pooling/pipeline.h"

namespace poolscope {

/// One computed stage of a pipeline: its plan, its values, who computed them and how long it took.
struct Stage {
  StagePlan plan;
  Tensor values;
  /// The layer's input as it reads it (the values of the stage before, unless the axes' order
  /// changes between them). Stage 0: the same as values.
  Tensor input;
  std::optional<Indices> winners;  ///< Per plane y*W + x, -1 for none; only when asked for.
  std::string engine;  ///< Name of the engine that ran; empty for stage 0 and disabled layers.
  /// What the engine adds to the plan's notes, which end with them: why another one than asked for
  /// ran, and what differs in it.
  std::vector<std::string> engine_notes = {};
  double seconds = 0.0;  ///< Wall time of the engine's run.
};

/// A pipeline's run: the stages up to the first layer that failed.
struct Trace {
  std::vector<Stage> stages;
  std::optional<std::size_t> failed_layer;
  std::optional<Error> error;
};

}  // namespace poolscope
