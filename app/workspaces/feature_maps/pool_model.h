#pragma once

#include <memory>

#include "core/models/model.h"

namespace poolscope {

/// Stands in where no model is open, so that feature maps from a file can be looked at: one pool,
/// 2x2 where maps of that shape have room, which the fastest engine computes. It can be swapped as
/// any model's. Inputs have 4 axes. It cannot be saved.
std::shared_ptr<const Model> pool_model(const Shape& maps);

}  // namespace poolscope
