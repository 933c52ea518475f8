#pragma once

#include "core/engines/opengl_plan.h"

namespace poolscope {

/// Fills in the chunks of a pass of `plan`, so that each dispatch keeps within the limits.
/// Errors: one row of outputs reads or writes more than a shader can see.
Result<void> cut_into_chunks(const OpenGlPlan& plan, OpenGlPass& pass, Border border,
                             const OpenGlLimits& limits);

/// `16 MiB`, `4 KiB`.
std::string size_text(std::int64_t bytes);

}  // namespace poolscope
