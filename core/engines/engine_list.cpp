#include "core/engines/engine_list.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/engines/auto_engine.h"
#include "core/engines/cpu_engine.h"
#include "core/engines/engine_chain.h"
#include "core/engines/opengl_engine.h"
#include "core/engines/reference_engine.h"
#include "core/engines/torch_room.h"
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

const OpenGlEngine& opengl_engine() {
  // Never destroyed: when the program ends, its driver may have ended already.
  static const OpenGlEngine& engine = *new OpenGlEngine;
  return engine;
}

Result<const Engine*> opengl() { return &opengl_engine(); }

Result<const Engine*> automatic() {
  const auto is_hardware = [] {
    static const bool possible = OpenGlEngine::may_be_hardware();
    if (!possible) return false;
    const auto device = opengl_engine().device();
    return device && device->has_compute && !device->is_software;
  };
  const auto holds = [](const Tensor& input) { return opengl_engine().holds(input); };
  static const AutoEngine engine(**cpu(), {&opengl_engine(), is_hardware, holds});
  return &engine;
}

Result<const Engine*> torch() {
  return torch_room().map([](const TorchRoom* room) { return &room->engine(); });
}

using Missing = std::optional<std::string>;

Missing torch_missing() {
  if (has_torch_library()) return {};
  return "install libtorch-dev, build again";
}

/// One line for each engine built in; `auto` is a name for one of the others.
struct Entry {
  std::string_view name;
  Result<const Engine*> (*open)();
  bool complete;  ///< Runs whatever it is given; the CPU engine stands in for the others.
  std::string_view about;
  Missing (*missing)() = []() -> Missing { return {}; };  ///< As far as it is known by now.
};
constexpr std::array kEngines{
    Entry{"auto", automatic, true, "the fastest that works here"},
    Entry{"reference", reference, true, "plain loops, one rounding: the rule itself"},
    Entry{"cpu", cpu, true, "every core and its vector instructions"},
    Entry{"opengl", opengl, false, "compute shaders on the GPU"},
    Entry{"torch", torch, false, "LibTorch, opened when first used", torch_missing},
};

Result<const Entry*> find_entry(std::string_view name) {
  const auto found = std::ranges::find(kEngines, name, &Entry::name);
  if (found != kEngines.end()) return &*found;
  std::array<std::string_view, kEngines.size()> names;
  std::ranges::transform(kEngines, names.begin(), &Entry::name);
  return failure(fmt::format("engine '{}' is not known, did you mean '{}'? available: {}", name,
                             nearest_name(name, names), fmt::join(names, ", ")));
}

/// The engine with its stand-in, made once.
Result<const Engine*> with_stand_in(const Entry& entry) {
  static std::mutex mutex;
  static std::map<std::string_view, std::unique_ptr<const EngineChain>> chains;
  const std::scoped_lock lock(mutex);
  if (const auto made = chains.find(entry.name); made != chains.end()) return made->second.get();
  const auto engine = entry.open();
  if (!engine) return engine;
  auto chain = std::make_unique<const EngineChain>(std::vector<const Engine*>{*engine, *cpu()});
  return chains.emplace(entry.name, std::move(chain)).first->second.get();
}

}  // namespace

std::vector<std::string> engine_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kEngines) names.emplace_back(entry.name);
  return names;
}

std::vector<EngineInfo> engine_infos() {
  std::vector<EngineInfo> infos;
  for (const Entry& entry : kEngines) {
    const Missing missing = entry.missing();
    infos.push_back(
        {std::string(entry.name), missing.value_or(std::string(entry.about)), !missing});
  }
  return infos;
}

Result<const Engine*> find_engine(std::string_view name) {
  const auto entry = find_entry(name);
  if (!entry) return tl::unexpected(entry.error());
  return (*entry)->complete ? (*entry)->open() : with_stand_in(**entry);
}

Result<const Engine*> open_engine(std::string_view name) {
  const auto entry = find_entry(name);
  if (!entry) return tl::unexpected(entry.error());
  return (*entry)->open();
}

void settle_engines() { opengl_engine().settle(); }

}  // namespace poolscope
