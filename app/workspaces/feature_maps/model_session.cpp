#include "app/workspaces/feature_maps/model_session.h"

#include <algorithm>
#include <atomic>

#include <fmt/format.h>

#include "app/workspaces/feature_maps/pool_model.h"
#include "core/base/resources.h"
#include "core/engines/engine_list.h"
#include "core/engines/torch_room.h"
#include "core/io/bytes.h"
#include "core/io/file.h"

namespace poolscope {
namespace {

using Clock = std::chrono::steady_clock;

/// Maps beyond it are made again when they are looked at.
constexpr std::int64_t kBudget = std::int64_t{1} << 30;
/// Models kept open, so that undo does not read them again.
constexpr std::size_t kKeptModels = 2;

/// One name a line; empty lines at the end do not count.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Result<ModelReading> read(const ModelSetup& setup) {
  auto path = setup.input.empty() ? resource_path("assets/samples/alpine-lake.png")
                                  : Result<std::filesystem::path>(setup.input);
  if (!path) return tl::unexpected(path.error());
  const auto array = read_model_array(*path, setup.member);
  if (!array) return tl::unexpected(array.error());
  // Three axes may be those of a signal (N,C,L): a model is given them as they are.
  DataFormat format = setup.data_format;
  if (format == DataFormat::unspecified && !setup.model.empty() && array->form.rank == 3)
    format = DataFormat::channels_first;
  auto made = model_input(*array, setup.preprocessing, format);
  if (!made) return tl::unexpected(made.error());
  ModelReading reading{std::move(*made), {}, {}};
  // Where no model says what the axes are, two are a picture's and three those of channels.
  if (setup.model.empty())
    reading.input.axes = array_axes(reading.input.values.shape(), {4, DataFormat::channels_first});
  if (setup.labels.empty()) return reading;
  const auto text = read_file(setup.labels);
  if (text) {
    reading.labels = lines_of(text_of(*text));
  } else {
    reading.labels_error = text.error().message;
  }
  return reading;
}

/// The layers with other pools in their places, so that windows and reach are those that ran.
Result<std::vector<LayerSwap>> place_swaps(std::vector<ModelLayer>& layers,
                                           const std::vector<ModelSwap>& swaps) {
  std::vector<LayerSwap> placed;
  for (const ModelSwap& swap : swaps) {
    const auto layer = find_layer(layers, swap.layer);
    if (!layer) return tl::unexpected(layer.error());
    layers[*layer].layer = swap.replacement;
    placed.push_back({*layer, swap.replacement});
  }
  return placed;
}

}  // namespace

void ModelSession::update(const Ui& ui) {
  const ModelSetup& setup = ui.document.model;
  if (!setup.model.empty() || !setup.input.empty()) update_reading(ui);
  update_file(ui);
  const auto& swaps = setup.swaps;
  has_swaps_ = !swaps.empty();
  // Also where no run is asked for, as while a model is being opened.
  for (Run* run : {&before_, &after_})
    if (run->pass && (!file_ || run->pass->model != file_->model)) run->pass.reset();
  if (file_ && reading_ && file_->path == setup.model) {
    update_run(ui, before_, {});
    if (has_swaps_) update_run(ui, after_, swaps);
    if (!has_swaps_) after_.error.clear();
    if (before_.pass && !file_->path.empty()) prove(ui);
  }
  note_busy();
}

/// The model that the document names: just opened by the program, open still, or opened now.
void ModelSession::update_file(const Ui& ui) {
  const FileKey wanted{ui.document.model.model, ui.document.model.device};
  const auto is_wanted = [&](const OpenModelFile& file) {
    return file.path == wanted.path && file.device == wanted.device;
  };
  const auto take = [&](const OpenModelFile& opened) {
    file_ = opened;
    std::erase_if(kept_, [&](const OpenModelFile& kept) {
      return kept.path == opened.path && kept.device == opened.device;
    });
    kept_.push_back(opened);
    if (kept_.size() > kKeptModels) kept_.erase(kept_.begin());
    const auto room = torch_room();
    if (!room) return;
    engine_title_ = fmt::format("LibTorch {}, {}", (*room)->version(), opened.device);
    devices_ = (*room)->devices();
  };
  if (auto opened = std::exchange(ui.memory.opened_model, {})) take(*opened);
  if (wanted.path.empty()) return take_no_file(!ui.document.model.input.empty());
  if (file_ && is_wanted(*file_)) {
    // What failed meanwhile, on another device, is no fault of what is open.
    if (std::exchange(opened_seen_, nullptr) != nullptr) ui.memory.model_error.clear();
    return;
  }
  const auto kept = std::ranges::find_if(kept_, is_wanted);
  if (kept != kept_.end()) return take(OpenModelFile(*kept));
  opening_.update(ui, wanted, [wanted](const std::atomic<bool>&) {
    return std::make_shared<const Result<OpenModelFile>>(
        open_model_file(wanted.path, wanted.device));
  });
  if (opening_.shown() == nullptr || *opening_.shown_key() != wanted) return;
  const Result<OpenModelFile>& opened = **opening_.shown();
  if (opened) return take(*opened);
  if (std::exchange(opened_seen_, &opened) == &opened) return;
  ui.memory.model_error = opened.error().message;
  ui.memory.log.push_back(opened.error().message);
}

/// Nothing is open, and nothing is left of what was.
void ModelSession::forget() {
  if (!file_ && engine_title_.empty()) return;
  file_.reset();
  engine_title_.clear();
  input_error_.clear();
  for (Run* run : {&before_, &after_}) {
    run->background.cancel();
    run->pass.reset();
    run->error.clear();
    run->asked.reset();
  }
}

/// Without a model a pool runs on what is read, made for the size that this has.
void ModelSession::take_no_file(bool has_input) {
  if (!has_input) return forget();
  if (!reading_) return file_.reset();
  const Shape& shape = reading_->input.values.shape();
  const bool fits = file_ && file_->path.empty() && pool_for_ == Pair{shape.h, shape.w};
  if (fits) return;
  pool_for_ = {shape.h, shape.w};
  file_ = OpenModelFile{{}, pool_model(shape)};
  if (const auto engine = find_engine("auto")) engine_title_ = (*engine)->title();
}

void ModelSession::update_reading(const Ui& ui) {
  // What was changed in the model is not read; of its file only whether there is one.
  ModelSetup key = ui.document.model;
  key.swaps.clear();
  key.device.clear();
  if (!key.model.empty()) key.model = "any";
  reading_work_.update(ui, key, [key](const std::atomic<bool>&) {
    return std::make_shared<const Result<ModelReading>>(read(key));
  });
  if (reading_work_.shown() == nullptr) return;
  const Read& newest = *reading_work_.shown();
  if (std::exchange(reading_seen_, newest.get()) == newest.get()) return;
  input_error_ = *newest ? "" : newest->error().message;
  if (*newest) reading_ = {newest, &**newest};
}

/// Nothing for all; where the layer looked at was not kept, that one and what it reads.
std::vector<std::size_t> ModelSession::wanted_of(const Run& run) const {
  std::vector<std::size_t> wanted = run.asked ? run.asked->wanted : std::vector<std::size_t>{};
  if (!run.pass || !needed_ || *needed_ >= run.pass->run.maps.size()) return wanted;
  std::vector<std::size_t> needed{*needed_};
  for (const std::size_t input : run.pass->layers[*needed_].inputs)
    if (input != kModelInput) needed.push_back(input);
  const auto is_missing = [&](std::size_t layer) {
    const ModelMap& map = run.pass->run.maps[layer];
    return map.ran && map.values.empty() && !std::ranges::count(map.axes, 0);
  };
  return std::ranges::any_of(needed, is_missing) ? needed : wanted;
}

Result<ModelPass> ModelSession::forward(const RunKey& request, const std::atomic<bool>& cancelled) {
  static std::atomic<std::uint64_t> serial = 0;
  ModelPass pass{++serial, request.model, request.reading, request.model->layers(), {}, 0.0};
  auto swaps = place_swaps(pass.layers, request.swaps);
  if (!swaps) return tl::unexpected(swaps.error());
  ModelRequest run{request.reading->input.values, request.reading->input.axes};
  run.swaps = std::move(*swaps);
  run.wanted = request.wanted;
  if (request.wanted.empty()) run.budget = kBudget;
  run.cancelled = &cancelled;
  const auto begun = Clock::now();
  auto done = request.model->run(run);
  if (!done) return tl::unexpected(done.error());
  pass.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  pass.run = std::move(*done);
  return pass;
}

void ModelSession::update_run(const Ui& ui, Run& run, const std::vector<ModelSwap>& swaps) {
  RunKey key{file_->model, reading_, swaps, {}};
  const bool same = run.asked && run.asked->model == key.model && run.asked->swaps == key.swaps &&
                    run.asked->reading == key.reading;
  if (same) key.wanted = wanted_of(run);
  if (run.given_up == key) return;
  run.given_up.reset();
  run.asked = key;
  run.background.update(ui, key, [key](const std::atomic<bool>& cancelled) {
    return std::make_shared<const Result<ModelPass>>(forward(key, cancelled));
  });
  if (run.background.shown() == nullptr) return;
  const RunKey& shown = *run.background.shown_key();
  // Layers are counted by their model: another one's maps are not this one's.
  if (shown.model != key.model) return run.pass.reset();
  const Passed& newest = *run.background.shown();
  if (*newest) {
    run.pass = {newest, &**newest};
    run.error.clear();
  } else if (shown == key) {
    run.error = newest->error().message;
    // Those of other swaps are not these.
    run.pass.reset();
  }
}

/// The model's own forward once more, without anything of ours in between.
void ModelSession::prove(const Ui& ui) {
  const RunKey key{before_.pass->model, before_.pass->reading};
  proof_.update(
      ui, key, [key, output = before_.pass->run.output](const std::atomic<bool>&) -> Result<bool> {
        const ModelInput& input = key.reading->input;
        return key.model->plain({input.values, input.axes}).map([&](const ModelMap& plain) {
          return same_bits(plain, output);
        });
      });
}

const Result<bool>* ModelSession::proven() const {
  if (!before_.pass || proof_.shown_key() == nullptr) return nullptr;
  const RunKey now{before_.pass->model, before_.pass->reading};
  return *proof_.shown_key() == now ? proof_.shown() : nullptr;
}

std::shared_ptr<const ModelPass> ModelSession::changed() const {
  const bool same =
      has_swaps_ && before_.pass && after_.pass && after_.pass->reading == before_.pass->reading;
  return same ? after_.pass : nullptr;
}

void ModelSession::cancel() {
  for (Run* run : {&before_, &after_}) {
    if (!run->background.busy()) continue;
    run->given_up = run->asked;
    run->background.cancel();
  }
}

bool ModelSession::busy() const {
  const auto runs = [](const Run& run) { return run.background.busy() && !run.given_up; };
  return opening_.busy() || reading_work_.busy() || runs(before_) || runs(after_);
}

void ModelSession::note_busy() {
  if (!busy()) busy_since_.reset();
  if (busy() && !busy_since_) busy_since_ = Clock::now();
}

double ModelSession::busy_seconds() const {
  if (!busy_since_) return 0.0;
  return std::chrono::duration<double>(Clock::now() - *busy_since_).count();
}

}  // namespace poolscope
