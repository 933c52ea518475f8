#pragma once

#include <string_view>

#include "core/base/result.h"

namespace poolscope {

/// A number as people and programs write it: `1e-3`, `.5`, `1.`, `+3`, `nan`, `-Infinity`; never
/// as the locale would have it. Errors: no number, a number beyond float32.
Result<float> parse_number(std::string_view text);

/// False where `text` is an integer that `value`, the float nearest to it, is not.
bool holds_integer(std::string_view text, float value);

}  // namespace poolscope
