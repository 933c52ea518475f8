#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/workspaces/explore/panels.h"
#include "core/pooling/layer_text.h"
#include "core/pooling/size_formula.h"

namespace poolscope {
namespace {

constexpr float kLabelWidth = 80.0F;

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

/// The shape the selected layer reads, as far as the plan knows it.
std::optional<Shape> layer_input(const Ui& ui) {
  const std::size_t index = ui.document.selected_layer;
  if (index + 1 < ui.plan.stages.size()) return ui.plan.stages[index + 1].input_shape;
  if (ui.plan.failed_layer == index) return ui.plan.stages[index].shape;
  return {};
}

/// Changes the layer. A step, a drag or a turn stops at a limit of this very parameter and says so;
/// what was typed is taken as it is.
void change_layer(const Field& field, const Layer& next, StepKind kind) {
  const Ui& ui = field.ui;
  const std::string name(field.parameter.name);
  const auto input = layer_input(ui);
  if (kind == StepKind::step && input && lower(field.layer, *input)) {
    if (const auto lowered = lower(next, *input); !lowered) {
      ui.memory.limits[name] = lowered.error().message;
      return;
    }
  }
  ui.memory.limits.clear();
  if (next != field.layer)
    ui.act(action::SetLayer{ui.document.selected_layer, next}, kind == StepKind::step);
}

void change_text(const Field& field, const std::string& text) {
  Layer next = field.layer;
  if (auto set = set_parameter(next, field.parameter.name, text); !set) {
    field.ui.memory.limits[std::string(field.parameter.name)] = set.error().message;
    return;
  }
  change_layer(field, next, StepKind::typed);
}

/// Two steppers side by side; returns the values after an edit of one of them.
struct PairEdit {
  StepKind kind = StepKind::none;
  Pair values;
};

PairEdit pair_steppers(const Field& field, Pair values, std::int64_t min, bool dim,
                       std::array<std::string, 2> shown = {}) {
  constexpr std::array<std::string_view, 2> kAxes{"h", "w"};
  PairEdit result{StepKind::none, values};
  const std::array<std::int64_t, 2> now{values.h, values.w};
  for (int axis = 0; axis < 2; ++axis) {
    const auto index = static_cast<std::size_t>(axis);
    const std::string tip = field.tip();
    const StepperEdit edit =
        stepper(field.ui, field.id(kAxes[index]), part_of(field.ui, field.row, axis, 2),
                {.value = now[index],
                 .min = min,
                 .shown = shown[index],
                 .error = field.error,
                 .dim = dim,
                 .tip = tip});
    if (edit.kind == StepKind::none) continue;
    std::int64_t value = edit.value;
    if (value < min) {
      field.ui.memory.limits[std::string(field.parameter.name)] =
          fmt::format("{} is at least {}", field.parameter.name, min);
      value = min;
      if (now[index] == min) continue;
    }
    result.kind = edit.kind;
    const bool linked = field.ui.memory.link_axes;
    if (axis == 0 || linked) result.values.h = value;
    if (axis == 1 || linked) result.values.w = value;
  }
  return result;
}

void edit_field(const Field& field, Pair Layer::*member) {
  const PairEdit edit = pair_steppers(field, field.layer.*member, 1, false);
  if (edit.kind == StepKind::none) return;
  Layer next = field.layer;
  next.*member = edit.values;
  change_layer(field, next, edit.kind);
}

void edit_field(const Field& field, std::optional<Pair> Layer::*member) {
  const bool follows = !(field.layer.*member).has_value();
  const PairEdit edit =
      pair_steppers(field, (field.layer.*member).value_or(field.layer.kernel_size), 1, follows);
  Layer next = field.layer;
  if (edit.kind != StepKind::none) {
    next.*member = edit.values;
    change_layer(field, next, edit.kind);
  }
  if (follows || field.layer.kind->framework == Framework::onnx) return;
  const float side = field.ui.px(22);
  const Rect reset = Rect::of(field.row.min.x - side - field.ui.px(6),
                              field.row.center().y - side * 0.5F, side, side);
  if (button(field.ui, field.id("follow"), reset,
             {.icon = Icon::reset, .flat = true, .tip = "None: follow the kernel again"})) {
    next.*member = std::nullopt;
    change_layer(field, next, StepKind::typed);
  }
}

void edit_field(const Field& field, Pads Layer::*member) {
  const Pads& pads = field.layer.*member;
  const PairEdit edit = pair_steppers(field, {pads.top, pads.left}, 0, false);
  if (edit.kind == StepKind::none) return;
  Layer next = field.layer;
  // ONNX pads each side by itself: its bottom and right have a row of their own.
  const bool both = field.layer.kind->framework != Framework::onnx;
  next.*member = {edit.values.h, edit.values.w, both ? edit.values.h : pads.bottom,
                  both ? edit.values.w : pads.right};
  change_layer(field, next, edit.kind);
}

void edit_pads_end(const Field& field) {
  const Pads& pads = field.layer.padding;
  Field end = field;
  const Parameter named{"pads_end", field.parameter.field, false, field.parameter.help};
  const Field shown{end.ui, end.layer, named, end.row, end.error};
  const PairEdit edit = pair_steppers(shown, {pads.bottom, pads.right}, 0, false);
  if (edit.kind == StepKind::none) return;
  Layer next = field.layer;
  next.padding = {pads.top, pads.left, edit.values.h, edit.values.w};
  change_layer(field, next, edit.kind);
}

void edit_field(const Field& field, AutoPad Layer::*member) {
  constexpr std::array<std::string_view, 2> kKeras{"valid", "same"};
  constexpr std::array<std::string_view, 4> kOnnx{"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"};
  Layer next = field.layer;
  if (field.layer.kind->framework == Framework::keras) {
    const auto chosen = segmented(field.ui, field.id(), field.row, kKeras,
                                  field.layer.*member == AutoPad::same_upper ? 1 : 0);
    if (!chosen) return;
    next.*member = *chosen == 1 ? AutoPad::same_upper : AutoPad::valid;
  } else {
    const auto chosen =
        combo(field.ui, field.id(), field.row, kOnnx, static_cast<int>(field.layer.*member));
    if (!chosen) return;
    next.*member = static_cast<AutoPad>(*chosen);
  }
  change_layer(field, next, StepKind::typed);
}

void edit_field(const Field& field, DataFormat Layer::*member) {
  constexpr std::array<std::string_view, 3> kFormats{"left out", "channels_first", "channels_last"};
  if (const auto chosen =
          combo(field.ui, field.id(), field.row, kFormats, static_cast<int>(field.layer.*member))) {
    Layer next = field.layer;
    next.*member = static_cast<DataFormat>(*chosen);
    change_layer(field, next, StepKind::typed);
  }
}

void edit_field(const Field& field, OutputSize Layer::*member) {
  const OutputSize& size = field.layer.*member;
  const auto input = layer_input(field.ui).value_or(Shape{});
  const auto shown = [](const std::optional<std::int64_t>& axis) {
    return axis ? std::string{} : std::string("None");
  };
  const PairEdit edit = pair_steppers(field, {size.h.value_or(input.h), size.w.value_or(input.w)},
                                      1, false, {shown(size.h), shown(size.w)});
  if (edit.kind == StepKind::none) return;
  Layer next = field.layer;
  next.*member = {edit.values.h, edit.values.w};
  change_layer(field, next, edit.kind);
}

void edit_field(const Field& field, bool Layer::*member) {
  if (!check_box(field.ui, field.id(), field.row, field.parameter.name, field.layer.*member))
    return;
  Layer next = field.layer;
  next.*member = !(field.layer.*member);
  change_layer(field, next, StepKind::typed);
}

/// Whatever has no control of its own is typed as its framework writes it.
template <class Member>
void edit_field(const Field& field, Member) {
  const auto text = text_field(field.ui, field.id(), field.row,
                               parameter_text(field.layer, field.parameter), field.error);
  tooltip(field.ui, field.tip());
  if (text) change_text(field, *text);
}

std::string label_of(const Layer& layer, const Parameter& parameter) {
  if (std::holds_alternative<AutoPad Layer::*>(parameter.field))
    return layer.kind->framework == Framework::keras ? "Padding" : "Auto pad";
  constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kLabels{
      {{"kernel_size", "Kernel"},
       {"pool_size", "Pool size"},
       {"kernel_shape", "Kernel"},
       {"stride", "Stride"},
       {"strides", "Strides"},
       {"padding", "Padding"},
       {"pads", "Pads begin"},
       {"dilation", "Dilation"},
       {"dilations", "Dilations"},
       {"output_size", "Output"},
       {"norm_type", "Norm p"},
       {"p", "Norm p"},
       {"divisor_override", "Divisor"},
       {"data_format", "Format"},
       {"storage_order", "Order"}}};
  for (const auto& [name, label] : kLabels) {
    if (name == parameter.name) return std::string(label);
  }
  return std::string(parameter.name);
}

bool is_pair(const Parameter& parameter) {
  return std::holds_alternative<Pair Layer::*>(parameter.field) ||
         std::holds_alternative<std::optional<Pair> Layer::*>(parameter.field) ||
         std::holds_alternative<Pads Layer::*>(parameter.field) ||
         std::holds_alternative<OutputSize Layer::*>(parameter.field);
}

bool is_flag(const Parameter& parameter) {
  return std::holds_alternative<bool Layer::*>(parameter.field);
}

Rect label_row(const Ui& ui, Column& column, std::string_view label) {
  const Rect row = column.row(32);
  draw_text(ui, Font::sans13, {row.min.x, row.center().y}, ui.theme.t2, label);
  return {{row.min.x + ui.px(kLabelWidth), row.min.y}, row.max};
}

void draw_axis_header(const Ui& ui, Column& column) {
  const Rect row = column.row(20, 4);
  const Rect fields{{row.min.x + ui.px(kLabelWidth), row.min.y}, row.max};
  draw_text_centered(ui, Font::sans12, part_of(ui, fields, 0, 2).center(), ui.theme.t3, "height");
  draw_text_centered(ui, Font::sans12, part_of(ui, fields, 1, 2).center(), ui.theme.t3, "width");
  const float side = ui.px(22);
  const Rect link =
      Rect::of(fields.center().x - side * 0.5F, row.center().y - side * 0.5F, side, side);
  const bool linked = ui.memory.link_axes;
  if (click_area(ui, "parameter/link", link).clicked) ui.memory.link_axes = !linked;
  tooltip(ui,
          linked ? "Height and width change together" : "Height and width change by themselves");
  draw_icon(ui, linked ? Icon::link : Icon::unlink, link.center(),
            linked ? ui.theme.acc : ui.theme.t3, 14);
}

/// The run's error, or why a control stopped, below the control that caused it.
void draw_limit(const Ui& ui, Column& column, std::string_view parameter) {
  const bool failed = ui.plan.error && ui.plan.failed_layer == ui.document.selected_layer &&
                      ui.plan.error->parameter == parameter;
  const auto limit = ui.memory.limits.find(std::string(parameter));
  if (!failed && limit == ui.memory.limits.end()) return;
  const std::string& text = failed ? ui.plan.error->message : limit->second;
  const float used = message(ui, column.at(), column.width(), failed ? ui.theme.err : ui.theme.warn,
                             failed ? ui.theme.soft_err : ui.theme.soft_warn, Icon::warn, text);
  column.skip_pixels(used + ui.px(8));
}

bool is_failing(const Ui& ui, std::string_view parameter) {
  return ui.plan.error && ui.plan.failed_layer == ui.document.selected_layer &&
         ui.plan.error->parameter == parameter;
}

void draw_parameters(const Ui& ui, Column& column, const Layer& layer) {
  const auto& parameters = layer.kind->parameters;
  if (std::any_of(parameters.begin(), parameters.end(), is_pair)) draw_axis_header(ui, column);
  for (const bool pairs : {true, false}) {
    for (const Parameter& parameter : parameters) {
      if (is_pair(parameter) != pairs || is_flag(parameter)) continue;
      const Rect row = label_row(ui, column, label_of(layer, parameter));
      const Field field{ui, layer, parameter, row, is_failing(ui, parameter.name)};
      std::visit([&](auto member) { edit_field(field, member); }, parameter.field);
      if (parameter.name == "pads") {
        edit_pads_end({ui, layer, parameter, label_row(ui, column, "Pads end"), field.error});
      }
      draw_limit(ui, column, parameter.name);
    }
  }
}

/// Check boxes, two a row; count_include_pad stays visible, with the reason, where it does not
/// apply.
void draw_flags(const Ui& ui, Column& column, const Layer& layer) {
  int place = 0;
  Rect row{};
  const auto next = [&] {
    if (place % 2 == 0) row = column.row(28, 4);
    const float cut = row.width() * 0.42F;
    return place++ % 2 == 0 ? Rect{row.min, {row.min.x + cut, row.max.y}}
                            : Rect{{row.min.x + cut, row.min.y}, row.max};
  };
  for (const Parameter& parameter : layer.kind->parameters) {
    if (!is_flag(parameter) || parameter.name == "return_indices") continue;
    const Field field{ui, layer, parameter, next(), false};
    edit_field(field, std::get<bool Layer::*>(parameter.field));
    tooltip(ui, field.tip());
  }
  const bool counts = find_parameter(*layer.kind, "count_include_pad") != nullptr;
  if (!counts && find_parameter(*layer.kind, "ceil_mode") != nullptr) {
    check_box(ui, "parameter/count_include_pad", next(), "count_include_pad", false,
              "count_include_pad: average pooling only");
  }
}

/// The kind of another framework that does the same, or the nearest it has.
const LayerKind* counterpart(const LayerKind& kind, Framework framework) {
  const bool average = kind.title.find("verage") != std::string_view::npos;
  const LayerKind* nearest = nullptr;
  for (const LayerKind* other : layer_kinds()) {
    if (other->framework != framework) continue;
    if (other->title == kind.title) return other;
    const bool same_family = (other->title.find("verage") != std::string_view::npos) == average;
    if (nearest == nullptr && same_family) nearest = other;
  }
  return nearest;
}

void draw_convention(const Ui& ui, Column& column, const Layer& layer) {
  constexpr std::array<std::string_view, 3> kFrameworks{"PyTorch", "Keras", "ONNX"};
  const Rect row = label_row(ui, column, "Convention");
  const auto chosen = segmented(ui, "parameter/convention", row, kFrameworks,
                                static_cast<int>(layer.kind->framework));
  if (!chosen) return;
  if (const LayerKind* kind = counterpart(*layer.kind, static_cast<Framework>(*chosen))) {
    ui.memory.limits.clear();
    ui.act(action::SetLayer{ui.document.selected_layer, converted(layer, *kind)});
  }
}

void draw_type(const Ui& ui, Column& column, const Layer& layer) {
  std::vector<const LayerKind*> kinds;
  std::vector<std::string_view> titles;
  int current = 0;
  for (const LayerKind* kind : layer_kinds()) {
    if (kind->framework != layer.kind->framework) continue;
    if (kind == layer.kind) current = static_cast<int>(kinds.size());
    kinds.push_back(kind);
    titles.push_back(kind->title);
  }
  const auto chosen = combo(ui, "parameter/type", label_row(ui, column, "Type"), titles, current);
  if (!chosen) return;
  ui.memory.limits.clear();
  ui.act(action::SetLayer{ui.document.selected_layer,
                          converted(layer, *kinds[static_cast<std::size_t>(*chosen)])});
}

void draw_formula_line(const Ui& ui, const FormulaLine& line, ImVec2 at, float right) {
  for (const FormulaSegment& segment : line) {
    const ImU32 color = segment.role == FormulaRole::result      ? ui.theme.acctext
                        : segment.role == FormulaRole::parameter ? ui.theme.t1
                                                                 : ui.theme.t3;
    if (at.x + text_width(ui, Font::mono12, segment.text) > right) {
      draw_text(ui, Font::mono12, at, ui.theme.t3, "…");
      return;
    }
    at.x = draw_text(ui, Font::mono12, at, color, segment.text);
  }
}

void draw_formula(const Ui& ui, Column& column, const Layer& layer) {
  const auto input = layer_input(ui);
  if (!input) return;
  const auto formula = size_formula(layer, *input);
  if (!formula) return;
  std::vector<FormulaLine> lines;
  for (const auto* part : {&formula->symbolic, &formula->rows, &formula->cols}) {
    lines.insert(lines.end(), part->begin(), part->end());
  }
  column.space(4);
  const Rect box = column.row(16.0F + 20.0F * static_cast<float>(lines.size()));
  ImGui::GetWindowDrawList()->AddRectFilled(box.min, box.max, ui.theme.canvas, ui.px(6));
  ImGui::GetWindowDrawList()->AddRect(box.min, box.max, ui.theme.line, ui.px(6), 0,
                                      std::max(1.0F, ui.px(1)));
  float y = box.min.y + ui.px(18);
  for (const FormulaLine& line : lines) {
    draw_formula_line(ui, line, {box.min.x + ui.px(12), y}, box.max.x - ui.px(8));
    y += ui.px(20);
  }
  ui.memory.controls["formula"] = box;
}

}  // namespace

void draw_parameter_panel(const Ui& ui, Column& column) {
  if (ui.document.pipeline.empty()) return;
  const Layer& layer = ui.document.pipeline[ui.document.selected_layer].layer;
  column.title(fmt::format("{} parameters", layer.kind->name));
  draw_type(ui, column, layer);
  draw_parameters(ui, column, layer);
  draw_flags(ui, column, layer);
  draw_convention(ui, column, layer);
  draw_limit(ui, column, "");
  draw_formula(ui, column, layer);
}

}  // namespace poolscope
