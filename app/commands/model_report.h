#pragma once

#include <string>

#include "core/models/model.h"

namespace poolscope {

/// A model, and the run that tells its shapes where there was one.
struct ModelReport {
  std::string file;
  const Model& model;
  const ModelRun* run = nullptr;
  bool proven = false;  ///< The run's output has the bits of the plain forward's.
};

/// A table of the layers, pooling ones with a star.
std::string info_text(const ModelReport& report);
/// {"model", "parameter_count", "notes", "output": {"shape", "proven"}, "layers": [{"name", "kind",
/// "parameters": {...}, "shape", "parameter_count", "scope", "depth", "is_module", "is_container",
/// "is_pooling", "layer", "inputs"}]}; `output` is null without a run, `shape` also where the layer
/// did not run.
std::string info_json(const ModelReport& report);

/// A pool in another's place, and both answers.
struct SwapReport {
  const ModelLayer& swapped;
  const Layer& replacement;
  const ModelRun& before;
  const ModelRun& after;
};

/// The change in words, its line of Python, and the five classes that come first in each sample
/// before and after.
std::string swap_text(const SwapReport& report);

}  // namespace poolscope
