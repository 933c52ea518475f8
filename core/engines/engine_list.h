#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/engines/engine.h"

namespace poolscope {

/// The names --engine takes: `auto` and those of every engine built in.
std::vector<std::string> engine_names();

/// The engine of that name; `auto` is the fastest that works here. Engines live as long as the
/// program. Errors: an unknown name, or an engine that is not available on this machine, with the
/// names that are.
Result<const Engine*> find_engine(std::string_view name);

/// The engine of that name alone, without one that stands in for what it refuses. Errors: as
/// find_engine.
Result<const Engine*> open_engine(std::string_view name);

}  // namespace poolscope
