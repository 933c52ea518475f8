#include "app/actions.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/grid_actions.h"
#include "app/model_actions.h"

namespace poolscope {
namespace {

Result<void> check_layer(const Document& document, std::size_t index) {
  if (index < document.pipeline.size()) return {};
  return failure(fmt::format("there is no layer {}; the pipeline has {}", index + 1,
                             document.pipeline.size()));
}

Result<void> check_hidden(const Document& document) {
  if (document.prediction.hidden) return {};
  return failure("all outputs are shown; hide them first");
}

Result<void> check_windows(IndexRange windows) {
  if (windows.begin >= 0 && windows.begin < windows.end) return {};
  return failure(fmt::format("there are no windows from {} to {}", windows.begin, windows.end - 1));
}

Result<void> check_output_cell(std::int64_t plane, std::int64_t row, std::int64_t col) {
  if (plane >= 0 && row >= 0 && col >= 0) return {};
  return failure(fmt::format("there is no output cell ({}, {}) in plane {}", row, col, plane));
}

/// Adds what was typed into an output cell, in place of what was typed there before.
template <class Typed>
void put(std::vector<Typed>& all, const Typed& typed) {
  const auto earlier = std::ranges::find_if(all, [&](const Typed& other) {
    return other.plane == typed.plane && other.row == typed.row && other.col == typed.col;
  });
  if (earlier == all.end()) {
    all.push_back(typed);
  } else {
    *earlier = typed;
  }
}

/// The first window of a grid; on a picture one at its left edge, where there is more to see than
/// in its corner.
Selection first_selection(const Document& document) {
  if (document.source.is_grid()) return {};
  const LoadedArray& array = document.source.array;
  const PipelinePlan plan = plan_pipeline(document.pipeline, array.tensor.shape(), array.form);
  const std::size_t stage = std::min(document.selected_layer + 1, plan.stages.size() - 1);
  return {plan.stages[stage].shape.h * 3 / 8, 0};
}

/// Where the layer at `index` lies after the move.
std::size_t index_after_move(std::size_t index, const action::MoveLayer& move) {
  if (index == move.from) return move.to;
  if (move.from < index && index <= move.to) return index - 1;
  if (move.to <= index && index < move.from) return index + 1;
  return index;
}

struct Applier {
  Document& document;

  Result<void> operator()(const action::OpenSource& a) const {
    document.source = Source{a.array, a.path, false};
    document.view.sample = document.view.channel = 0;
    document.view.composite = a.array.tensor.shape().c >= 3 && a.array.kind == InputKind::image;
    return reset_focus();
  }

  Result<void> operator()(const action::SetCell& a) const { return apply_to_grid(document, a); }

  Result<void> operator()(const action::ResizeGrid& a) const { return apply_to_grid(document, a); }

  Result<void> operator()(const action::FillGrid& a) const { return apply_to_grid(document, a); }

  Result<void> operator()(const action::SetLuma& a) const {
    if (a.luma && document.source.array.tensor.shape().c < 3) {
      const std::string& name = document.source.array.name;
      return failure(fmt::format("luma needs 3 channels; {} has {}", name.empty() ? "this" : name,
                                 document.source.array.tensor.shape().c));
    }
    document.source.luma = a.luma;
    document.view.channel = 0;
    return {};
  }

  Result<void> operator()(const action::AddLayer& a) const {
    document.pipeline.push_back({a.layer, true});
    document.selected_layer = document.pipeline.size() - 1;
    return reset_focus();
  }

  Result<void> operator()(const action::RemoveLayer& a) const {
    if (auto ok = check_layer(document, a.index); !ok) return ok;
    document.pipeline.erase(document.pipeline.begin() + static_cast<std::ptrdiff_t>(a.index));
    if (document.selected_layer > 0 && document.selected_layer >= a.index) {
      --document.selected_layer;
    }
    return reset_focus();
  }

  Result<void> operator()(const action::DuplicateLayer& a) const {
    if (auto ok = check_layer(document, a.index); !ok) return ok;
    const PipelineLayer copy = document.pipeline[a.index];
    document.pipeline.insert(document.pipeline.begin() + static_cast<std::ptrdiff_t>(a.index) + 1,
                             copy);
    document.selected_layer = a.index + 1;
    return reset_focus();
  }

  Result<void> operator()(const action::MoveLayer& a) const {
    if (auto ok = check_layer(document, a.from); !ok) return ok;
    if (auto ok = check_layer(document, a.to); !ok) return ok;
    const PipelineLayer moved = document.pipeline[a.from];
    document.pipeline.erase(document.pipeline.begin() + static_cast<std::ptrdiff_t>(a.from));
    document.pipeline.insert(document.pipeline.begin() + static_cast<std::ptrdiff_t>(a.to), moved);
    document.selected_layer = index_after_move(document.selected_layer, a);
    return reset_focus();
  }

  Result<void> operator()(const action::EnableLayer& a) const {
    if (auto ok = check_layer(document, a.index); !ok) return ok;
    document.pipeline[a.index].enabled = a.enabled;
    return {};
  }

  Result<void> operator()(const action::SelectLayer& a) const {
    if (auto ok = check_layer(document, a.index); !ok) return ok;
    document.selected_layer = a.index;
    return reset_focus();
  }

  Result<void> operator()(const action::SetLayer& a) const {
    if (auto ok = check_layer(document, a.index); !ok) return ok;
    document.pipeline[a.index].layer = a.layer;
    return {};
  }

  Result<void> operator()(const action::SetPipeline& a) const {
    document.pipeline = a.pipeline;
    document.selected_layer = 0;
    return reset_focus();
  }

  Result<void> operator()(const action::SetPipelineB& a) const {
    document.pipeline_b = a.pipeline;
    return {};
  }

  Result<void> operator()(const action::SwapPipelines&) const {
    if (!document.pipeline_b) return failure("there is no pipeline B; copy one to B first");
    std::swap(document.pipeline, *document.pipeline_b);
    document.selected_layer = 0;
    return reset_focus();
  }

  Result<void> operator()(const action::SetView& a) const {
    document.view = a.view;
    document.view.scale = std::clamp(a.view.scale, 1.0F, 2.5F);
    return {};
  }

  Result<void> operator()(const action::SetEngine& a) const {
    document.engine = a.engine;
    return {};
  }

  /// Whoever points at a window stops the playing.
  Result<void> operator()(const action::SetSelection& a) const {
    document.selection = a.selection;
    document.playback.playing = false;
    return {};
  }

  Result<void> operator()(const action::SetCamera& a) const {
    document.camera = a.camera;
    document.camera.zoom = std::max(1.0, a.camera.zoom);
    const double half = 0.5 / document.camera.zoom;
    document.camera.center_y = std::clamp(a.camera.center_y, half, 1.0 - half);
    document.camera.center_x = std::clamp(a.camera.center_x, half, 1.0 - half);
    return {};
  }

  Result<void> operator()(const action::SetEditCell& a) const { return apply_to_grid(document, a); }

  Result<void> operator()(const action::SetShift& a) const {
    document.shift = a.shift;
    return {};
  }

  Result<void> operator()(const action::SetPlayback& a) const {
    document.playback = a.playback;
    return {};
  }

  Result<void> operator()(const action::PlayTo& a) const {
    const IndexRange passed{a.from, a.to + 1};
    if (auto ok = check_windows(passed); !ok) return ok;
    if (a.cols < 1) return failure(fmt::format("an output of {} columns; at least 1", a.cols));
    document.selection = {a.to / a.cols, a.to % a.cols, true};
    if (document.prediction.hidden) answers().revealed.add(passed);
    return {};
  }

  Result<void> operator()(const action::HideOutputs& a) const {
    document.prediction = {a.hidden, {}};
    return {};
  }

  Result<void> operator()(const action::RevealOutputs& a) const {
    if (auto ok = check_hidden(document); !ok) return ok;
    if (auto ok = check_windows(a.windows); !ok) return ok;
    answers().revealed.add(a.windows);
    return {};
  }

  Result<void> operator()(const action::GuessOutput& a) const {
    if (auto ok = check_hidden(document); !ok) return ok;
    const auto& [plane, row, col, value] = a.guess;
    if (auto ok = check_output_cell(plane, row, col); !ok) return ok;
    put(answers().guesses, a.guess);
    return {};
  }

  Result<void> operator()(const action::SetLens& a) const {
    document.lens = a.lens;
    return {};
  }

  Result<void> operator()(const action::SetGradientCell& a) const {
    const auto& [plane, row, col, value] = a.cell;
    if (auto ok = check_output_cell(plane, row, col); !ok) return ok;
    document.lens.seed = GradientSeed::typed;
    put(document.lens.typed, a.cell);
    return {};
  }

  Answers& answers() const { return document.prediction.layers[document.selected_layer]; }

  Result<void> operator()(const action::SetNotes& a) const {
    if (a.notes.size() > kMaxNotes) {
      return failure(
          fmt::format("notes of {} bytes; at most {} are kept", a.notes.size(), kMaxNotes));
    }
    document.notes = a.notes;
    return {};
  }

  Result<void> operator()(const action::SetWorkspace& a) const {
    document.workspace = a.workspace;
    document.playback.playing = false;
    return {};
  }

  Result<void> operator()(const action::OpenModel& a) const { return apply_to_model(document, a); }
  Result<void> operator()(const action::SetModelInput& a) const {
    return apply_to_model(document, a);
  }
  Result<void> operator()(const action::SwapModelLayer& a) const {
    return apply_to_model(document, a);
  }
  Result<void> operator()(const action::SetModelView& a) const {
    return apply_to_model(document, a);
  }

  Result<void> operator()(const action::OpenSession& a) const {
    document = a.document;
    return {};
  }

  /// A new picture or layer starts at its first window, fitted.
  Result<void> reset_focus() const {
    document.selection = first_selection(document);
    document.camera = {};
    document.edit = {};
    document.playback.playing = false;
    document.lens.typed.clear();
    document.view.input_stage.reset();
    document.view.output_stage.reset();
    return {};
  }
};

template <class... Changes>
bool is_any_of(const Action& action) {
  return (std::holds_alternative<Changes>(action.change) || ...);
}

bool same_computation(const Document& a, const Document& b) {
  return a.source.array.tensor.same_buffer(b.source.array.tensor) &&
         a.source.array.form == b.source.array.form && a.source.luma == b.source.luma &&
         a.pipeline == b.pipeline;
}

}  // namespace

Result<Document> apply(const Document& document, const Action& action) {
  Document next = document;
  auto applied = std::visit(Applier{next}, action.change);
  if (!applied) return tl::unexpected(applied.error());
  if (!same_computation(document, next)) {
    // What was revealed and guessed belongs to outputs that are no more.
    next.prediction.layers.clear();
    next.playback.playing = false;
  }
  return next;
}

bool is_undoable(const Action& action) {
  return !is_any_of<action::SetSelection, action::SetCamera, action::SetEditCell,
                    action::SelectLayer, action::SetShift, action::SetPlayback, action::PlayTo,
                    action::HideOutputs, action::RevealOutputs, action::GuessOutput,
                    action::SetLens, action::SetWorkspace, action::SetModelView>(action);
}

Document starting_document(Source source) {
  Document document;
  const LayerKind* max_pool = find_kind("MaxPool2d");
  POOLSCOPE_CHECK(max_pool != nullptr);
  Layer layer = make_layer(*max_pool);
  if (!source.is_grid()) {
    layer.kernel_size = {3, 3};
    layer.stride = Pair{2, 2};
    layer.padding = {1, 1, 1, 1};
  }
  document.source = std::move(source);
  document.view.composite =
      document.source.array.kind == InputKind::image && document.source.array.tensor.shape().c >= 3;
  document.pipeline = {{layer, true}};
  document.selection = first_selection(document);
  return document;
}

Result<Tensor> pipeline_input(const Source& source) {
  const Tensor& colour = source.array.tensor;
  if (!source.luma || colour.shape().c < 3) return colour;
  const Shape shape{colour.shape().n, 1, colour.shape().h, colour.shape().w};
  auto buffer = Buffer<float>::allocate(shape.elements());
  if (!buffer) return tl::unexpected(buffer.error());
  for (std::int64_t n = 0; n < shape.n; ++n) {
    const auto red = colour.plane(n, 0), green = colour.plane(n, 1), blue = colour.plane(n, 2);
    float* luma = buffer->data() + n * shape.plane_size();
    for (std::size_t i = 0; i < red.size(); ++i) {
      luma[i] = 0.299F * red[i] + 0.587F * green[i] + 0.114F * blue[i];
    }
  }
  return Tensor(shape, std::move(*buffer));
}

}  // namespace poolscope
