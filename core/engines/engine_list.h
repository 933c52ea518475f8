#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/engines/engine.h"

namespace poolscope {

/// The names --engine takes: `auto` and those of every engine built in.
std::vector<std::string> engine_names();

/// What a menu tells of an engine; nothing is opened for it.
struct EngineInfo {
  std::string name;
  std::string about;    ///< In a few words; for an engine that is not there, what would bring it.
  bool is_here = true;  ///< As far as that can be told without opening it.
};
/// One for each of engine_names().
std::vector<EngineInfo> engine_infos();

/// The engine of that name; `auto` is the fastest that works here. Engines live as long as the
/// program. Errors: an unknown name, or an engine that is not available on this machine, with the
/// names that are.
Result<const Engine*> find_engine(std::string_view name);

/// The engine of that name alone, without one that stands in for what it refuses. Errors: as
/// find_engine.
Result<const Engine*> open_engine(std::string_view name);

/// Waits for what engines have begun beside a run; to be called before the program ends.
void settle_engines();

}  // namespace poolscope
