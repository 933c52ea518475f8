#pragma once

#include "core/base/result.h"

namespace poolscope::bench {

/// Moves the kernel slider over a picture of 4096x4096 cells, one channel and three, and prints how
/// long it takes from the request to the new picture (the engine, the figures and the pyramid that
/// the canvas shows), apart from drawing. Target: 33 ms, two frames. Errors: out of memory.
Result<void> time_slider();

}  // namespace poolscope::bench
