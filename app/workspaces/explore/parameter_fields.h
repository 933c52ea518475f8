#pragma once

#include <optional>
#include <string>

#include <fmt/format.h>

#include "app/column.h"

namespace poolscope {

/// One control's surroundings: the layer shown, the parameter, and its place.
struct Field {
  const Ui& ui;
  const Layer& layer;
  const Parameter& parameter;
  Rect row;    ///< Right of the label.
  bool error;  ///< The layer cannot run because of this parameter.

  std::string id(std::string_view part = {}) const {
    return part.empty() ? fmt::format("parameter/{}", parameter.name)
                        : fmt::format("parameter/{}/{}", parameter.name, part);
  }
  std::string tip() const { return fmt::format("{}: {}", parameter.name, parameter.help); }
};

/// Whether height and width have one stepper together: linked, on a projector.
inline bool shows_one_axis(const Ui& ui) {
  return ui.document.view.projector && ui.memory.link_axes;
}

/// The shape the selected layer reads, as far as the plan knows it.
std::optional<Shape> layer_input(const Ui& ui);

/// Draws the control that fits the parameter's type and applies what the user does with it. A step,
/// a drag or a turn stops at a limit of this very parameter and says so; what is typed is taken as
/// it is.
void edit_parameter(const Field& field);
/// A row for each of the layer's parameters, its check boxes, and why a control stopped.
void draw_layer_parameters(const Ui& ui, Column& column, const Layer& layer);
/// The same setting as another kind, which runs on most inputs.
Layer other_kind(const Layer& layer, const LayerKind& kind);
/// Gives the selected layer other parameters, as one undo step.
void change_layer(const Field& field, const Layer& next, StepKind kind);
/// Sets the parameter from what was typed; what cannot be read is said below the control.
void change_text(const Field& field, const std::string& text);
/// The numbers of the kernel, below its row: the layer's own, each to be typed over.
void draw_kernel_editor(const Field& field, Column& column);
/// The layer with a preset in place of its kernel, of a size that fits it.
Layer with_preset(const Layer& layer, const Parameter& parameter, std::size_t preset);
/// The layer with its kernel as large as `size`: typed numbers are kept, new ones are 0.
Layer with_kernel_size(Layer layer, Pair size);
/// ONNX pads each side by itself: the bottom and right ones.
void edit_pads_end(const Field& field);

}  // namespace poolscope
