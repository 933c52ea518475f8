#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "app/background.h"
#include "core/analysis/proof.h"

namespace poolscope {

/// Proves the result on screen once it is asked to, off the UI thread. A proof belongs to its
/// evaluation: it goes when another one is shown. Thread: all members belong to the UI thread.
class Prover {
 public:
  /// Proves what is on screen.
  void ask(const Ui& ui);
  /// Gives up what is under way.
  void cancel();
  /// Once a frame, before the others are asked anything.
  void update(const Ui& ui);

  bool busy() const { return asked_ != 0 && proof_ == nullptr && error_.empty(); }
  /// Of a proof under way, 0 to 1.
  float progress() const { return progress_ ? progress_->load() : 0.0F; }
  /// Of that evaluation; null without one.
  const Proof* proof(const Evaluation* evaluation) const;
  /// In a sentence: what the proof says, or why there is none; empty where none was asked for.
  std::string text() const;

 private:
  /// What is proven: tensors are shared, lists of windows are not and may be long.
  struct Shown {
    Pipeline pipeline;
    Trace trace;
  };

  std::uint64_t asked_ = 0;  ///< The evaluation; 0 for none.
  std::shared_ptr<const Shown> shown_;
  std::shared_ptr<std::atomic<float>> progress_;
  Background<std::uint64_t, Result<Proof>> results_;
  const Proof* proof_ = nullptr;  ///< Inside results_.
  std::string error_;
};

}  // namespace poolscope
