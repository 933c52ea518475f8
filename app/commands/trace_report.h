#pragma once

#include <string>

#include "core/io/input.h"
#include "core/pooling/trace.h"

namespace poolscope {

/// Stages of at most so many values are reported with their values.
inline constexpr std::int64_t kSmallStage = 400;

/// Every stage for people: layer, shape, parameters, range, engine, notes, and the values where
/// small, plane by plane.
std::string trace_text(const Pipeline& pipeline, const Trace& trace, const LoadedArray& input);

/// {"stages": [{"layer", "shape", "parameters", "min", "max", "values"?}]}, stage 0 the input. The
/// values are nested lists in the order of the user's array; NaN and infinities are the strings
/// "nan", "inf", "-inf"; min and max leave NaN out and are null where nothing else is there.
/// Errors: memory.
Result<std::string> trace_json(const Pipeline& pipeline, const Trace& trace);

}  // namespace poolscope
