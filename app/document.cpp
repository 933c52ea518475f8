#include "app/document.h"

#include <algorithm>

namespace poolscope {

const Layer* ModelSetup::replacement(const std::string& name) const {
  const auto found = std::ranges::find(swaps, name, &ModelSwap::layer);
  return found == swaps.end() ? nullptr : &found->replacement;
}

const Answers& Prediction::answers(std::size_t layer) const {
  static const Answers kNone;
  const auto found = layers.find(layer);
  return found == layers.end() ? kNone : found->second;
}

}  // namespace poolscope
