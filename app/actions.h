#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "app/document.h"

namespace poolscope {

enum class FillPattern { zeros, ones, ramp, checkerboard, spike, gradient, random };

/// The names of the patterns, in the order of the enum.
std::vector<std::string_view> fill_pattern_names();

namespace action {

struct OpenSource {
  LoadedArray array;
  std::filesystem::path path;
};
/// Sets one cell of a grid. Errors: no grid, or outside it.
struct SetCell {
  std::int64_t row, col;
  float value;
};
/// Keeps the cells that both sizes have; new ones are 0. Errors: no grid, or a size outside 1..64.
struct ResizeGrid {
  std::int64_t rows, cols;
};
struct FillGrid {
  FillPattern pattern;
  std::uint32_t seed = 1;  ///< Of FillPattern::random.
};
/// Reads the source's first three channels as one (BT.601), or no longer. Errors: fewer channels.
struct SetLuma {
  bool luma;
};
struct AddLayer {
  Layer layer;
};
/// The layer that was selected stays so; in place of a removed one, the layer before it is.
struct RemoveLayer {
  std::size_t index;
};
/// The copy follows the layer and is selected.
struct DuplicateLayer {
  std::size_t index;
};
/// The layer that was selected stays so, wherever it comes to lie.
struct MoveLayer {
  std::size_t from, to;
};
struct EnableLayer {
  std::size_t index;
  bool enabled;
};
struct SelectLayer {
  std::size_t index;
};
/// Any change of a layer's kind or parameters, possible or not: limits show as the run's error.
struct SetLayer {
  std::size_t index;
  Layer layer;
};
struct SetPipeline {
  Pipeline pipeline;
};
/// The pipeline that the document's own, A, is compared with; empty for none.
struct SetPipelineB {
  std::optional<Pipeline> pipeline;
};
/// A and B change places. Errors: there is no B.
struct SwapPipelines {};
struct SetView {
  View view;
};
struct SetEngine {
  std::string engine;
};
struct SetSelection {
  Selection selection;
};
struct SetCamera {
  Camera camera;
};
struct SetEditCell {
  EditCell edit;
};
/// The experiment's input moves; the source does not.
struct SetShift {
  ShiftView shift;
};
struct SetPlayback {
  Playback playback;
};
/// Playing goes on to window `to` (row * columns + column) of the selected layer, and reveals those
/// from `from` on. Errors: no such windows.
struct PlayTo {
  std::int64_t from, to;
  std::int64_t cols;  ///< Of the layer's output.
};
/// Hides all outputs (again), or shows them. What was revealed and guessed before is forgotten.
struct HideOutputs {
  bool hidden;
};
/// Reveals windows of the selected layer. Errors: outputs are not hidden, or no such windows.
struct RevealOutputs {
  IndexRange windows;
};
/// Writes down what the class expects in a cell of the selected layer's output, in place of an
/// earlier guess. Errors: outputs are not hidden, or the cell has a negative place.
struct GuessOutput {
  Guess guess;
};
struct SetLens {
  Lens lens;
};
/// Types a gradient into a cell of the selected layer's output, and puts typed ones on it. Errors:
/// a negative place.
struct SetGradientCell {
  OutputGradient::Cell cell;
};
/// Errors: more than kMaxNotes bytes.
struct SetNotes {
  std::string notes;
};
/// Shows another workspace, by its id.
struct SetWorkspace {
  std::string workspace;
};
/// Shows a model from its first pool on; what was changed in another model is forgotten.
struct OpenModel {
  std::filesystem::path path;  ///< Empty closes the one that is open.
};
/// What the model reads, how, and where it runs; the model and its swaps stay, whatever `setup`
/// says of them.
struct SetModelInput {
  ModelSetup setup;
};
/// Puts a pool in the place of a model's layer; empty gives the layer back its own.
struct SwapModelLayer {
  std::string layer;
  std::optional<Layer> replacement;
};
/// What is looked at in the model. Another layer begins in its middle, without pinned channels.
struct SetModelView {
  ModelView view;
};
/// All of a session in place of all there is.
struct OpenSession {
  Document document;
};

}  // namespace action

/// One change of the document. `gesture` joins consecutive actions of one drag into one undo step
/// (0: a step of its own).
struct Action {
  std::variant<action::OpenSource, action::SetCell, action::ResizeGrid, action::FillGrid,
               action::SetLuma, action::AddLayer, action::RemoveLayer, action::DuplicateLayer,
               action::MoveLayer, action::EnableLayer, action::SelectLayer, action::SetLayer,
               action::SetPipeline, action::SetPipelineB, action::SwapPipelines, action::SetView,
               action::SetEngine, action::SetSelection, action::SetCamera, action::SetEditCell,
               action::SetShift, action::SetPlayback, action::PlayTo, action::HideOutputs,
               action::RevealOutputs, action::GuessOutput, action::SetLens, action::SetGradientCell,
               action::SetNotes, action::SetWorkspace, action::OpenModel, action::SetModelInput,
               action::SwapModelLayer, action::SetModelView, action::OpenSession>
      change;
  std::uint64_t gesture = 0;
};

/// The document after `action`; the one place that changes documents. Errors: an action that does
/// not fit (the document stays as it was).
Result<Document> apply(const Document& document, const Action& action);

/// Whether an action is a step of its own in undo: looking around (selection, camera, playing,
/// revealing) is not.
bool is_undoable(const Action& action);

/// The document a user starts with: `source`, with a 2x2 max pool (3x3, stride 2, padding 1 for
/// anything larger than a typed grid).
Document starting_document(Source source);

/// What the pipeline reads: the source, converted to luma where asked. Errors: memory.
Result<Tensor> pipeline_input(const Source& source);

/// Largest grid, per axis, that can be typed and resized in the window.
inline constexpr std::int64_t kMaxEditableAxis = 64;

/// Longest notes, in bytes.
inline constexpr std::size_t kMaxNotes = std::size_t{64} << 10;

}  // namespace poolscope
