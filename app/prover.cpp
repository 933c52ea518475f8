#include "app/prover.h"

namespace poolscope {

void Prover::ask(const Ui& ui) {
  if (ui.evaluation == nullptr || ui.evaluation->engine == nullptr || busy()) return;
  asked_ = ui.evaluation->serial;
  shown_ = std::make_shared<const Shown>(ui.evaluation->request.pipeline, ui.evaluation->trace);
  progress_ = std::make_shared<std::atomic<float>>(0.0F);
}

void Prover::cancel() {
  results_.cancel();
  asked_ = 0;
  shown_.reset();
  proof_ = nullptr;
  error_.clear();
}

void Prover::update(const Ui& ui) {
  if (asked_ == 0) return;
  if (ui.evaluation == nullptr || ui.evaluation->serial != asked_) return cancel();
  results_.update(ui, asked_,
                  [shown = shown_, progress = progress_](const std::atomic<bool>& cancelled) {
                    const auto room = torch_room();
                    return prove(shown->pipeline, shown->trace, room ? *room : nullptr,
                                 {&cancelled, progress.get()});
                  });
  if (results_.shown_key() == nullptr || *results_.shown_key() != asked_) return;
  const Result<Proof>& result = *results_.shown();
  proof_ = result ? &*result : nullptr;
  error_ = result ? "" : result.error().message;
}

const Proof* Prover::proof(const Evaluation* evaluation) const {
  return evaluation != nullptr && evaluation->serial == asked_ ? proof_ : nullptr;
}

std::string Prover::text() const {
  if (proof_ != nullptr) return proof_text(*proof_);
  return error_.empty() ? "" : "no proof: " + error_;
}

}  // namespace poolscope
