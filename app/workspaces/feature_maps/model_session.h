#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/background.h"
#include "core/models/model.h"
#include "core/models/preprocess.h"

namespace poolscope {

/// What a model reads, and the names of what it tells apart.
struct ModelReading {
  ModelInput input;
  std::vector<std::string> labels;
  std::string labels_error;
};

/// A forward pass, and what it was of.
struct ModelPass {
  std::uint64_t serial = 0;  ///< Of every pass another one.
  std::shared_ptr<const Model> model;
  std::shared_ptr<const ModelReading> reading;
  std::vector<ModelLayer> layers;  ///< The model's, with the swaps in their places.
  ModelRun run;
  double seconds = 0.0;
};

/// Of the batch that the model reads.
inline std::int64_t samples_of(const ModelPass& pass) {
  return std::max<std::int64_t>(1, pass.reading->input.values.shape().n);
}

/// The open model, what it reads and what it gives, all made off the UI thread. What was there
/// stays until the new is. Thread: the UI's.
class ModelSession {
 public:
  /// Once a frame: opens, reads and runs what the document asks for.
  void update(const Ui& ui);
  /// Gives up what is under way; the next change of the document begins anew.
  void cancel();
  /// The values of that layer, and of those it reads, are wanted where they were not kept.
  void want(std::size_t layer) { needed_ = layer; }

  /// The file that is open, or a pool of no file; null before the first.
  const OpenModelFile* file() const { return file_ ? &*file_ : nullptr; }
  const ModelReading* reading() const { return reading_.get(); }
  /// Of the model as it was opened, and with its swaps; null before the first, or where it failed.
  const std::shared_ptr<const ModelPass>& before() const { return before_.pass; }
  const std::shared_ptr<const ModelPass>& after() const {
    return has_swaps_ ? after_.pass : before_.pass;
  }
  /// The pass with swaps, where it is one of what before() read; null where there is none.
  std::shared_ptr<const ModelPass> changed() const;
  const std::string& input_error() const { return input_error_; }
  const std::string& run_error() const { return before_.error; }
  /// Why the changed model gives nothing.
  const std::string& swap_error() const { return after_.error; }
  /// Where the linked LibTorch can run models.
  const std::vector<std::string>& devices() const { return devices_; }
  /// `LibTorch 1.13.1, cpu`: what ran, and where.
  const std::string& engine_title() const { return engine_title_; }

  /// Whether before() has the output of the model's plain forward, bit for bit; null until that is
  /// known. Errors: those of the plain forward.
  const Result<bool>* proven() const;

  bool opening() const { return opening_.busy(); }
  bool busy() const;
  double busy_seconds() const;

 private:
  /// What is run, and so what a result belongs to.
  struct RunKey {
    std::shared_ptr<const Model> model;
    std::shared_ptr<const ModelReading> reading;
    std::vector<ModelSwap> swaps = {};
    std::vector<std::size_t> wanted = {};
    bool operator==(const RunKey&) const = default;
  };
  static Result<ModelPass> forward(const RunKey& request, const std::atomic<bool>& cancelled);
  struct FileKey {
    std::filesystem::path path;
    std::string device;
    bool operator==(const FileKey&) const = default;
  };
  using Opened = std::shared_ptr<const Result<OpenModelFile>>;
  using Read = std::shared_ptr<const Result<ModelReading>>;
  using Passed = std::shared_ptr<const Result<ModelPass>>;
  /// One of the two runs.
  struct Run {
    Background<RunKey, Passed> background;
    std::shared_ptr<const ModelPass> pass;
    std::string error;
    std::optional<RunKey> asked, given_up;
  };

  void update_file(const Ui& ui);
  void take_no_file(bool has_input);
  void forget();
  void update_reading(const Ui& ui);
  void update_run(const Ui& ui, Run& run, const std::vector<ModelSwap>& swaps);
  std::vector<std::size_t> wanted_of(const Run& run) const;
  void prove(const Ui& ui);
  void note_busy();

  std::optional<OpenModelFile> file_;
  std::vector<OpenModelFile> kept_;  ///< Opened before; the newest last.
  Background<FileKey, Opened> opening_;
  Background<ModelSetup, Read> reading_work_;
  std::shared_ptr<const ModelReading> reading_;
  const Result<ModelReading>* reading_seen_ = nullptr;
  const Result<OpenModelFile>* opened_seen_ = nullptr;
  std::string input_error_, engine_title_;
  std::vector<std::string> devices_{"cpu"};
  Pair pool_for_{0, 0};  ///< The size that the pool without a model was made for.
  Run before_, after_;
  Background<RunKey, Result<bool>> proof_;
  bool has_swaps_ = false;
  std::optional<std::size_t> needed_;
  std::optional<std::chrono::steady_clock::time_point> busy_since_;
};

}  // namespace poolscope
