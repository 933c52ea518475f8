#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/agreement.h"
#include "core/engines/torch_room.h"

namespace poolscope {

/// One layer of a result, computed again.
struct LayerProof {
  std::size_t layer = 0;             ///< Its place in the pipeline.
  std::string name;                  ///< `MaxPool2d`.
  Agreement reference;               ///< With the reference engine.
  std::string reference_bound;       ///< What that is allowed to be off.
  std::optional<Agreement> witness;  ///< With LibTorch's own layer.
  std::string witness_bound;
  std::string no_witness;  ///< Why LibTorch was not asked; empty where it was.

  bool holds() const { return reference.holds() && (!witness || witness->holds()); }
};

/// Whether what is on screen is what it should be.
struct Proof {
  std::vector<LayerProof> layers;  ///< The enabled ones, in order.
  std::string witness;             ///< `LibTorch 1.13`; empty where it is not there.

  bool holds() const;
};

/// How far a proof has come, for whoever waits for it; both may be null.
struct ProofWatch {
  const std::atomic<bool>* cancelled = nullptr;
  std::atomic<float>* progress = nullptr;  ///< From 0 to 1.
};

/// Computes every stage of `trace` again from the stage before it, as that is on screen: by the
/// reference engine and, where it has the layer, by LibTorch (`room`; null where it is not there).
/// Errors: memory, an engine's, `cancelled`.
Result<Proof> prove(const Pipeline& pipeline, const Trace& trace, const TorchRoom* room,
                    const ProofWatch& watch);

/// The proof in a sentence: `agrees bit for bit with LibTorch 1.13`, or `... with the reference`
/// and why LibTorch was not asked.
std::string proof_text(const Proof& proof);

}  // namespace poolscope
