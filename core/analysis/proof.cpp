#include "core/analysis/proof.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "core/engines/reference_engine.h"
#include "core/engines/run_layer.h"

namespace poolscope {
namespace {

/// The reference computes this many cells between two looks at the clock.
constexpr std::int64_t kCellsAtOnce = std::int64_t{1} << 18;

/// Counts the rows done of all layers, and tells whoever watches.
class Progress {
 public:
  Progress(const ProofWatch& watch, std::int64_t cells)
      : watch_(watch), all_(std::max<std::int64_t>(cells, 1)) {}

  void add(std::int64_t cells) {
    done_ += cells;
    if (watch_.progress == nullptr) return;
    *watch_.progress = static_cast<float>(done_) / static_cast<float>(all_);
  }
  RunOptions options() const { return {.winners = false, .cancelled = watch_.cancelled}; }
  bool stopped() const { return options().is_cancelled(); }

 private:
  const ProofWatch& watch_;
  std::int64_t all_, done_ = 0;
};

/// What the reference gives for a pool, some rows at a time.
Result<PoolOutput> reference_of(const LoweredPool& pool, const Tensor& input, Progress& progress) {
  const Shape shape = pool.output_shape(input.shape());
  auto values = Buffer<float>::allocate(shape.elements());
  if (!values) return tl::unexpected(values.error());
  const std::int64_t row_cells = std::max<std::int64_t>(shape.planes() * shape.w, 1);
  const std::int64_t step = std::max<std::int64_t>(kCellsAtOnce / row_cells, 1);
  for (std::int64_t row = 0; row < shape.h; row += step) {
    const std::int64_t rows = std::min(step, shape.h - row);
    const auto part =
        ReferenceEngine().run(input, sliced(pool, row, row + rows, 0, shape.w), progress.options());
    if (!part) return part;
    for (std::int64_t plane = 0; plane < shape.planes(); ++plane) {
      std::ranges::copy(part->values.plane(plane),
                        values->data() + (plane * shape.h + row) * shape.w);
    }
    progress.add(rows * row_cells);
  }
  return PoolOutput{.values = Tensor(shape, std::move(*values))};
}

/// What a stage did last, and what that read: of pools one after the other the last one.
struct LastLayer {
  LoweredLayer lowered;
  Tensor input;
};

Result<LastLayer> last_layer(const Stage& stage, const RunOptions& options) {
  const LoweredLayer& lowered = *stage.plan.lowered;
  const auto* chain = std::get_if<PoolChain>(&lowered);
  if (chain == nullptr || chain->pools.empty()) return LastLayer{lowered, stage.input};
  LastLayer last{chain->pools.back(), stage.input};
  for (std::size_t i = 0; i + 1 < chain->pools.size(); ++i) {
    auto output = ReferenceEngine().run(last.input, chain->pools[i], options);
    if (!output) return tl::unexpected(output.error());
    last.input = std::move(output->values);
  }
  return last;
}

/// One stage of the trace, with the winners that an unpooling reads.
struct ProvenStage {
  const Layer& layer;
  const Stage& stage;
  const Indices* winners;
  LastLayer last;

  PoolOutput shown() const { return {.values = stage.values}; }
};

Result<PoolOutput> reference_of(const ProvenStage& proven, Progress& progress) {
  if (const auto* pool = std::get_if<LoweredPool>(&proven.last.lowered)) {
    return reference_of(*pool, proven.last.input, progress);
  }
  auto output =
      run_layer(ReferenceEngine(), {proven.last.input, proven.last.lowered, proven.winners},
                progress.options());
  if (!output) return output;
  output->winners.reset();
  progress.add(proven.stage.values.shape().elements());
  return output;
}

Result<void> hold_to_reference(const ProvenStage& proven, Progress& progress, LayerProof& proof) {
  const auto expected = reference_of(proven, progress);
  if (!expected) return tl::unexpected(expected.error());
  const auto& [lowered, input] = proven.last;
  auto held = agreement({proven.shown(), *expected, input, lowered}, Bounds{}, progress.options());
  if (!held) return tl::unexpected(held.error());
  proof.reference = std::move(*held);
  proof.reference_bound = bound_text(lowered, input.shape(), Bounds{});
  return {};
}

std::string why_no_witness(const TorchRoom* room, const ProvenStage& proven) {
  if (room == nullptr) return "LibTorch is not there";
  if (!room->has_layer(proven.layer)) {
    return fmt::format("LibTorch has no {}", proven.layer.kind->name);
  }
  const auto notes = room->engine().notes(proven.layer, proven.stage.input.shape());
  return notes.empty() ? "" : notes.front();
}

Result<void> hold_to_witness(const TorchRoom* room, const ProvenStage& proven, Progress& progress,
                             LayerProof& proof) {
  proof.no_witness = why_no_witness(room, proven);
  if (!proof.no_witness.empty()) return {};
  auto witness = room->witness(proven.layer, proven.stage.input, proven.winners);
  if (!witness) return tl::unexpected(witness.error());
  witness->winners.reset();
  const auto& [lowered, input] = proven.last;
  const Bounds bounds = between(Bounds{}, kLibTorchBounds, lowered, input.shape());
  auto held = agreement({proven.shown(), *witness, input, lowered}, bounds, progress.options());
  if (!held) return tl::unexpected(held.error());
  proof.witness = std::move(*held);
  proof.witness_bound = bound_text(lowered, input.shape(), bounds);
  return {};
}

/// `1.13` of `1.13.1`.
std::string short_version(const std::string& version) {
  const std::size_t minor = version.find('.');
  return version.substr(0, version.find('.', minor == std::string::npos ? minor : minor + 1));
}

std::int64_t cells_of(const Trace& trace) {
  std::int64_t cells = 0;
  for (std::size_t i = 1; i < trace.stages.size(); ++i) {
    if (trace.stages[i].plan.lowered) cells += trace.stages[i].values.shape().elements();
  }
  return cells;
}

std::string cells_text(const Agreement& found) {
  return fmt::format("{} of {} cells differ, by up to {:.3g}", found.differing, found.cells,
                     found.largest);
}

}  // namespace

bool Proof::holds() const { return std::ranges::all_of(layers, &LayerProof::holds); }

Result<Proof> prove(const Pipeline& pipeline, const Trace& trace, const TorchRoom* room,
                    const ProofWatch& watch) {
  Proof proof;
  if (room != nullptr) proof.witness = "LibTorch " + short_version(room->version());
  Progress progress(watch, cells_of(trace));
  for (std::size_t i = 1; i < trace.stages.size(); ++i) {
    const Stage& stage = trace.stages[i];
    if (!stage.plan.lowered) continue;
    const auto source = stage.plan.winners_of;
    auto last = last_layer(stage, progress.options());
    if (!last) return tl::unexpected(last.error());
    const ProvenStage proven{pipeline[i - 1].layer, stage,
                             source ? &*trace.stages[*source].winners : nullptr, std::move(*last)};
    LayerProof layer;
    layer.layer = i - 1;
    layer.name = proven.layer.kind->name;
    if (auto held = hold_to_reference(proven, progress, layer); !held) {
      return tl::unexpected(held.error());
    }
    if (auto held = hold_to_witness(room, proven, progress, layer); !held) {
      return tl::unexpected(held.error());
    }
    if (progress.stopped()) return failure("cancelled");
    proof.layers.push_back(std::move(layer));
  }
  return proof;
}

std::string proof_text(const Proof& proof) {
  if (proof.layers.empty()) return "no layer computes anything: the output is the input";
  for (const LayerProof& layer : proof.layers) {
    if (!layer.reference.holds()) {
      return fmt::format("{}: {} from the reference", layer.name, cells_text(layer.reference));
    }
    if (layer.witness && !layer.witness->holds()) {
      return fmt::format("{}: {} from {}", layer.name, cells_text(*layer.witness), proof.witness);
    }
  }
  const bool witnessed = std::ranges::all_of(
      proof.layers, [](const LayerProof& layer) { return layer.witness.has_value(); });
  const std::string who = witnessed ? proof.witness : "the reference";
  const auto other = std::ranges::find_if(proof.layers, [&](const LayerProof& layer) {
    return !(witnessed ? *layer.witness : layer.reference).bit_for_bit();
  });
  std::string text = fmt::format("agrees bit for bit with {}", who);
  if (other != proof.layers.end()) {
    text = fmt::format("agrees with {} to {}", who,
                       witnessed ? other->witness_bound : other->reference_bound);
  }
  if (witnessed) return text;
  const auto alone = std::ranges::find_if(
      proof.layers, [](const LayerProof& layer) { return !layer.witness.has_value(); });
  return fmt::format("{}; {}", text, alone->no_witness);
}

}  // namespace poolscope
