#pragma once

#include "core/engines/cpu_window.h"

namespace poolscope::cpu {

/// A tap that a window's value comes from.
struct Picked {
  float value = 0.0F;
  std::int64_t winner = -1;
};

/// The smallest or the middle tap.
Picked pick(const Window& window, Reduction reduction);

/// Which window of which plane is reduced: what draws and reflection need to know.
struct WindowPlace {
  std::int64_t plane = 0;
  const Shape& input;
  const AxisWindow& row;
  const AxisWindow& col;
};

/// One window under a reduction that is neither a mean nor a power and has no winner.
float reduced(const Window& window, const LoweredPool& pool, const WindowPlace& place);

}  // namespace poolscope::cpu
