#include "core/engines/engine_chain.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace poolscope {

/// The first engine that does not leave the work to the next, and does not fail in it.
/// `leaves(engine)` says what it leaves, or nothing.
template <class Leaves, class Run>
Result<PoolOutput> EngineChain::first_that_runs(const RunOptions& options, Leaves leaves,
                                                Run run) const {
  std::vector<std::string> notes;
  for (std::size_t i = 0;; ++i) {
    const Engine& engine = *engines_[i];
    const bool last = i + 1 == engines_.size();
    if (const std::optional<std::string> left = leaves(engine); left && !last) {
      notes.push_back(
          fmt::format("{} leaves {} to {}", engine.name(), *left, engines_[i + 1]->name()));
      continue;
    }
    Result<PoolOutput> output = run(engine);
    if (output) {
      output->notes.insert(output->notes.begin(), notes.begin(), notes.end());
      return output;
    }
    if (last || options.is_cancelled()) return output;
    notes.push_back(fmt::format("{} failed ({}); {} runs instead", engine.name(),
                                output.error().message, engines_[i + 1]->name()));
  }
}

namespace {

/// What an engine leaves that has no such layers.
auto unless_it_has_them(std::string_view what) {
  return [what](const Engine& engine) {
    return engine.has_network_layers() ? std::nullopt : std::optional<std::string>(what);
  };
}

}  // namespace

Result<PoolOutput> EngineChain::run(const Tensor& input, const LoweredPool& pool,
                                    const RunOptions& options) const {
  return first_that_runs(
      options, [&](const Engine& engine) { return engine.refuses(input.shape(), pool, options); },
      [&](const Engine& engine) { return engine.run(input, pool, options); });
}

Result<PoolOutput> EngineChain::convolve(const Tensor& input, const Convolution& convolution,
                                         const RunOptions& options) const {
  return first_that_runs(options, unless_it_has_them("convolutions"), [&](const Engine& engine) {
    return engine.convolve(input, convolution, options);
  });
}

Result<PoolOutput> EngineChain::map(const Tensor& input, const Pointwise& pointwise,
                                    const RunOptions& options) const {
  return first_that_runs(
      options, unless_it_has_them("pointwise layers"),
      [&](const Engine& engine) { return engine.map(input, pointwise, options); });
}

bool EngineChain::has_network_layers() const {
  return std::ranges::any_of(engines_, &Engine::has_network_layers);
}

}  // namespace poolscope
