#include "core/engines/engine_list.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/engines/cpu_engine.h"
#include "core/engines/reference_engine.h"
#include "core/pooling/nearest.h"

namespace poolscope {
namespace {

Result<const Engine*> reference() {
  static const ReferenceEngine engine;
  return &engine;
}

Result<const Engine*> cpu() {
  static const CpuEngine engine;
  return &engine;
}

/// One line for each engine built in; `auto` is a name for one of the others.
struct Entry {
  std::string_view name;
  Result<const Engine*> (*open)();
};
constexpr std::array kEngines{
    Entry{"auto", cpu},
    Entry{"reference", reference},
    Entry{"cpu", cpu},
};

}  // namespace

std::vector<std::string> engine_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kEngines) names.emplace_back(entry.name);
  return names;
}

Result<const Engine*> find_engine(std::string_view name) {
  for (const Entry& entry : kEngines) {
    if (entry.name == name) return entry.open();
  }
  std::array<std::string_view, kEngines.size()> names;
  std::ranges::transform(kEngines, names.begin(), &Entry::name);
  return failure(fmt::format("engine '{}' is not known, did you mean '{}'? available: {}", name,
                             nearest_name(name, names), fmt::join(names, ", ")));
}

}  // namespace poolscope
