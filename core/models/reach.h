#pragma once

#include <string_view>

#include "core/pooling/layer.h"

namespace poolscope {

/// Which cells of its input a cell of a layer's output depends on, in rows and columns.
struct LayerReach {
  enum class Kind {
    cell,      ///< The cell at the same place: activations, sums, batch norm in evaluation.
    window,    ///< A window that slides.
    adaptive,  ///< The windows that make the output's size.
    map,       ///< All of the map, as for linear layers; also where the operator is not known.
  };
  Kind kind = Kind::map;
  Pair kernel_size{1, 1}, stride{1, 1}, padding{0, 0}, dilation{1, 1};  ///< Of a window.

  bool operator==(const LayerReach&) const = default;
};

/// What is known of an operator of PyTorch.
struct OperatorTraits {
  std::string_view name;  ///< Without the `_` of one that works in place: `max_pool2d`.
  LayerReach::Kind reach = LayerReach::Kind::cell;
  std::string_view pool = {};  ///< The layer of Poolscope's that says the same; empty for none.
};

/// Of the operator of that name, or null.
const OperatorTraits* find_operator(std::string_view name);

/// Whether the name of an operator or of a module's class is that of a pool.
bool is_pool_name(std::string_view name);

}  // namespace poolscope
