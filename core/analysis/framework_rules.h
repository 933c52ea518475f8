#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/pooling/layer.h"

namespace poolscope {

/// A layer and the one pool that it is on the input at hand.
struct LoweredSetting {
  const Layer& layer;
  const LoweredPool& pool;
};

/// The rules by which two frameworks' layers differ on an input, each a sentence or two with the
/// numbers filled in: sizes, padding, divisors, powers, windows without cells. None where they
/// agree.
std::vector<std::string> differing_rules(const LoweredSetting& ours, const LoweredSetting& theirs,
                                         const Shape& input);

/// What a reader of both should know besides: defaults that had to be written out, how winners are
/// counted, axes that are kept or dropped.
std::vector<std::string> framework_notes(const Layer& ours, const Layer& theirs,
                                         const Shape& input);

/// What the window of one output cell reads of the input: `0…2`, or `none`.
struct WindowText {
  std::string rows, cols;
  std::optional<std::int64_t> divisor;  ///< Of a mean.
};
WindowText window_text(const LoweredSetting& setting, const Shape& input, std::int64_t row,
                       std::int64_t col);

}  // namespace poolscope
