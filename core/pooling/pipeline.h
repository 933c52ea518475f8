#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/pooling/layer.h"

namespace poolscope {

/// One layer of a pipeline; a disabled one passes its input on.
struct PipelineLayer {
  Layer layer;
  bool enabled = true;

  bool operator==(const PipelineLayer&) const = default;
};

using Pipeline = std::vector<PipelineLayer>;

/// What a stage will be, before any value is computed. Stage 0 is the input, stage i+1 layer i.
struct StagePlan {
  Shape shape;     ///< Of the stage's values, N,C,H,W.
  ArrayForm form;  ///< How the user's array of it looks.
  /// The layer's input as it reads it, which differs from the stage before when the layer takes the
  /// array's axes in another order.
  Shape input_shape;
  ArrayForm input_form;
  std::optional<LoweredLayer> lowered = {};  ///< Empty for the input and for a disabled layer.
  /// What each output depends on, where the layer is not one pool and that is a rectangle.
  std::optional<PlaneWindows> footprint = {};
  /// The stage whose winners an unpooling reads.
  std::optional<std::size_t> winners_of = {};
  std::vector<std::string> notes =
      {};  ///< What the user is to be told: `data_format left out: ...`.

  /// The layer's windows, where it is one pool; else null.
  const LoweredPool* pool() const {
    return lowered ? std::get_if<LoweredPool>(&*lowered) : nullptr;
  }
};

/// The stages up to the first layer that cannot run.
struct PipelinePlan {
  std::vector<StagePlan> stages;
  /// The layer that stopped it, and why.
  std::optional<std::size_t> failed_layer;
  std::optional<Error> error;
};

/// Shapes and windows at every stage.
PipelinePlan plan_pipeline(const Pipeline& pipeline, const Shape& input, const ArrayForm& form);

}  // namespace poolscope
