#pragma once

#include "core/analysis/pooled_plane.h"
#include "core/engines/reference_engine.h"
#include "core/pooling/layer_text.h"
#include "tests/engines/every_engine.h"
#include "tests/values.h"

namespace poolscope {

inline const ReferenceEngine& reference() {
  static const ReferenceEngine engine;
  return engine;
}

/// A plane of rows x cols whose values are whole numbers from -span to span that never repeat a
/// pattern.
inline Tensor noise(std::int64_t rows, std::int64_t cols, std::int64_t span = 50) {
  std::vector<float> values(static_cast<std::size_t>(rows * cols));
  std::uint32_t state = 7;
  for (float& value : values) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<float>(static_cast<std::int64_t>(state >> 8) % (2 * span + 1) - span);
  }
  return grid(rows, cols, values);
}

/// The plane `plane` of `input` as the layer of `text` pools it, with winners.
inline PooledPlane pooled(std::string_view text, const Tensor& input, std::int64_t plane = 0) {
  const auto lowered = lower_layer(*parse_layer(text), input.shape());
  return *pool_plane({reference(), input, *lowered, plane}, {.winners = true});
}

/// The pool of a layer on an input of that shape.
inline LoweredPool pool_of(std::string_view text, const Shape& input) {
  return *lower(layer_of(text), input);
}

}  // namespace poolscope
