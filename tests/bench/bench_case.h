#pragma once

#include <string>
#include <vector>

#include "core/pooling/layer.h"

namespace poolscope::bench {

/// One row of the table: a layer on an input of some shape.
struct BenchCase {
  std::string name;
  std::string layer;  ///< Its text, as the table and the JSON show it.
  Shape shape;
};

/// A case made ready: what every contender gets.
struct Task {
  BenchCase row;
  Layer layer;
  LoweredPool pool;
  Tensor input;  ///< Random values in [-1, 1).
  int threads = 1;
};

/// Parses and lowers the layer and fills an input. `previous` lends its input where the shape is
/// the same. Errors: those of parse_layer and lower; out of memory.
Result<Task> make_task(const BenchCase& row, int threads, const Task* previous);

/// The cases of design/performance.md.
std::vector<BenchCase> suite();

}  // namespace poolscope::bench
