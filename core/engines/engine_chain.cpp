#include "core/engines/engine_chain.h"

#include <utility>

#include <fmt/format.h>

namespace poolscope {

Result<PoolOutput> EngineChain::run(const Tensor& input, const LoweredPool& pool,
                                    const RunOptions& options) const {
  std::vector<std::string> notes;
  for (std::size_t i = 0;; ++i) {
    const Engine& engine = *engines_[i];
    const bool last = i + 1 == engines_.size();
    if (const auto reason = engine.refuses(input.shape(), pool, options); reason && !last) {
      notes.push_back(
          fmt::format("{} leaves {} to {}", engine.name(), *reason, engines_[i + 1]->name()));
      continue;
    }
    auto output = engine.run(input, pool, options);
    if (output) {
      output->notes.insert(output->notes.begin(), notes.begin(), notes.end());
      return output;
    }
    if (last || options.is_cancelled()) return output;
    notes.push_back(fmt::format("{} failed ({}); {} runs instead", engine.name(),
                                output.error().message, engines_[i + 1]->name()));
  }
}

}  // namespace poolscope
