#pragma once

#include <vector>

#include "core/analysis/window_probe.h"
#include "core/models/model.h"

namespace poolscope {

/// A cell of a layer's map, the same in every channel.
struct MapCell {
  std::size_t layer = 0;
  std::int64_t y = 0, x = 0;
};

/// The cells of the model's input that a cell of a map can depend on, through all layers on the
/// way; branches that meet give what lies around both. It sticks out of the input by the padding
/// that the first layers read. Where a layer's reach is not known, all of its input counts. A layer
/// with a Layer of ours reaches as that one does, so a swap is put into `layers` first. `run` gives
/// the shapes. Errors: a layer that did not run, a cell outside the map, a map that does not depend
/// on the input.
Result<CellRange> receptive_field(const std::vector<ModelLayer>& layers, const ModelRun& run,
                                  const std::vector<std::int64_t>& input_axes, const MapCell& cell);

}  // namespace poolscope
