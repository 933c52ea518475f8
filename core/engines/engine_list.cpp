#include "core/engines/engine_list.h"

#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>

#include "core/engines/cpu_engine.h"
#include "core/engines/reference_engine.h"

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

/// How many letters to add, drop or change to turn one word into the other (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
    }
  }
  return row[b.size()];
}

std::string_view nearest_name(std::string_view name) {
  return std::ranges::min(kEngines, {},
                          [&](const Entry& entry) { return edit_distance(name, entry.name); })
      .name;
}

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
  const std::string_view nearest = nearest_name(name);
  const bool close = edit_distance(name, nearest) <= 2;
  return failure(fmt::format("engine '{}' is not known{}; available: {}", name,
                             close ? fmt::format(", did you mean '{}'?", nearest) : "",
                             fmt::join(engine_names(), ", ")));
}

}  // namespace poolscope
