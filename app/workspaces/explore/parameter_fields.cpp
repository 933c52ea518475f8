#include "app/workspaces/explore/parameter_fields.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/pooling/layer_text.h"

namespace poolscope {
void change_layer(const Field& field, const Layer& next, StepKind kind) {
  field.ui.memory.limits.clear();
  if (next == field.layer) return;
  field.ui.act(action::SetLayer{field.ui.document.selected_layer, next}, kind == StepKind::step);
}

void change_text(const Field& field, const std::string& text) {
  Layer next = field.layer;
  if (auto set = set_parameter(next, field.parameter.name, text); !set) {
    field.ui.memory.limits[std::string(field.parameter.name)] = set.error().message;
    return;
  }
  change_layer(field, next, StepKind::typed);
}

namespace {

/// What the user did to two steppers side by side.
struct PairEdit {
  StepKind kind = StepKind::none;
  Pair before, values;
  std::string limit = {};  ///< The rule that stopped it.
};

std::int64_t one_nearer(std::int64_t at, std::int64_t target) {
  return at + (target > at ? 1 : target < at ? -1 : 0);
}

/// Changes the layer to `with(values)`. Steps, also the many of a fast drag or turn, go as far as
/// the layer can run and say what stopped them; what was typed is taken as it is.
template <class With>
void change_pair(const Field& field, PairEdit edit, With with) {
  const auto input = layer_input(field.ui);
  Layer reached = with(edit.values);
  if (edit.kind == StepKind::step && input && lower_layer(field.layer, *input)) {
    reached = field.layer;
    for (Pair at = edit.before; at != edit.values;) {
      at = {one_nearer(at.h, edit.values.h), one_nearer(at.w, edit.values.w)};
      const auto lowered = lower_layer(with(at), *input);
      if (!lowered) {
        edit.limit = lowered.error().message;
        break;
      }
      reached = with(at);
    }
  }
  change_layer(field, reached, edit.kind);
  if (!edit.limit.empty()) field.ui.memory.limits[std::string(field.parameter.name)] = edit.limit;
}

PairEdit pair_steppers(const Field& field, Pair values, std::int64_t min, bool dim,
                       std::array<std::string, 2> shown = {}) {
  constexpr std::array<std::string_view, 2> kAxes{"h", "w"};
  PairEdit result{StepKind::none, values, values};
  const std::array<std::int64_t, 2> now{values.h, values.w};
  const bool in_a_row = field.layer.kind->axes == 1;
  const bool together = !in_a_row && values.h == values.w && shows_one_axis(field.ui);
  const bool one = in_a_row || together;
  for (int axis = in_a_row ? 1 : 0; axis < (together ? 1 : 2); ++axis) {
    const auto index = static_cast<std::size_t>(axis);
    const std::string tip = field.tip();
    const Rect place = one ? field.row : part_of(field.ui, field.row, axis, 2);
    const StepperEdit edit = stepper(field.ui, field.id(kAxes[index]), place,
                                     {.value = now[index],
                                      .min = min,
                                      .shown = shown[index],
                                      .error = field.error,
                                      .dim = dim,
                                      .tip = tip});
    if (edit.kind == StepKind::none) continue;
    std::int64_t value = edit.value;
    if (value < min) {
      result.limit = fmt::format("{} is at least {}", field.parameter.name, min);
      value = min;
    }
    result.kind = edit.kind;
    const bool linked = field.ui.memory.link_axes && !in_a_row;
    if (axis == 0 || linked) result.values.h = value;
    if (axis == 1 || linked) result.values.w = value;
  }
  return result;
}

void edit_field(const Field& field, Pair Layer::*member) {
  const PairEdit edit = pair_steppers(field, field.layer.*member, 1, false);
  if (edit.kind == StepKind::none) return;
  change_pair(field, edit, [&](Pair values) {
    if (member == &Layer::kernel_size) return with_kernel_size(field.layer, values);
    Layer next = field.layer;
    next.*member = values;
    return next;
  });
}

void edit_field(const Field& field, std::optional<Pair> Layer::*member) {
  const bool follows = !(field.layer.*member).has_value();
  const PairEdit edit =
      pair_steppers(field, (field.layer.*member).value_or(field.layer.kernel_size), 1, follows);
  const auto with = [&](std::optional<Pair> values) {
    Layer next = field.layer;
    next.*member = values;
    return next;
  };
  if (edit.kind != StepKind::none) change_pair(field, edit, with);
  const bool may_follow = !(field.layer.kind->defaults.*member).has_value();
  if (follows || !may_follow || field.layer.kind->framework == Framework::onnx) return;
  const float side = field.ui.px(22);
  const Rect reset = Rect::of(field.row.min.x - side - field.ui.px(6),
                              field.row.center().y - side * 0.5F, side, side);
  if (button(field.ui, field.id("follow"), reset,
             {.icon = Icon::reset, .flat = true, .tip = "None: follow the kernel again"})) {
    change_layer(field, with(std::nullopt), StepKind::typed);
  }
}

void edit_field(const Field& field, Pads Layer::*member) {
  const Pads& pads = field.layer.*member;
  const PairEdit edit = pair_steppers(field, {pads.top, pads.left}, 0, false);
  if (edit.kind == StepKind::none) return;
  // ONNX pads each side by itself: its bottom and right have a row of their own.
  const bool both = field.layer.kind->framework != Framework::onnx;
  change_pair(field, edit, [&](Pair values) {
    Layer next = field.layer;
    next.*
        member = {values.h, values.w, both ? values.h : pads.bottom, both ? values.w : pads.right};
    return next;
  });
}

void edit_field(const Field& field, AutoPad Layer::*member) {
  constexpr std::array<std::string_view, 2> kKeras{"valid", "same"};
  constexpr std::array<std::string_view, 4> kOnnx{"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"};
  Layer next = field.layer;
  if (field.layer.kind->framework == Framework::keras) {
    const auto chosen = segmented(field.ui, field.id(), field.row, kKeras,
                                  field.layer.*member == AutoPad::same_upper ? 1 : 0);
    tooltip(field.ui, field.tip());
    if (!chosen) return;
    next.*member = *chosen == 1 ? AutoPad::same_upper : AutoPad::valid;
  } else {
    const auto chosen =
        combo(field.ui, field.id(), field.row, kOnnx, static_cast<int>(field.layer.*member));
    tooltip(field.ui, field.tip());
    if (!chosen) return;
    next.*member = static_cast<AutoPad>(*chosen);
  }
  change_layer(field, next, StepKind::typed);
}

void edit_field(const Field& field, DataFormat Layer::*member) {
  constexpr std::array<std::string_view, 3> kFormats{"left out", "channels_first", "channels_last"};
  const auto chosen =
      combo(field.ui, field.id(), field.row, kFormats, static_cast<int>(field.layer.*member));
  tooltip(field.ui, field.tip());
  if (chosen) {
    Layer next = field.layer;
    next.*member = static_cast<DataFormat>(*chosen);
    change_layer(field, next, StepKind::typed);
  }
}

void edit_field(const Field& field, OutputSize Layer::*member) {
  const OutputSize& size = field.layer.*member;
  const std::size_t stage = field.ui.document.selected_layer + 1;
  const bool runs = stage < field.ui.plan.stages.size();
  // What an axis left out comes to.
  const Shape input =
      runs ? field.ui.plan.stages[stage].shape : layer_input(field.ui).value_or(Shape{});
  const auto shown = [](const std::optional<std::int64_t>& axis) {
    return axis ? std::string{} : std::string("None");
  };
  const PairEdit edit = pair_steppers(field, {size.h.value_or(input.h), size.w.value_or(input.w)},
                                      1, false, {shown(size.h), shown(size.w)});
  if (edit.kind == StepKind::none) return;
  change_pair(field, edit, [&](Pair values) {
    Layer next = field.layer;
    next.*member = {values.h, values.w};
    if (field.layer.kind->axes == 1) (next.*member).h.reset();
    next.output_ratio.reset();
    return next;
  });
}

void edit_field(const Field& field, Choice Layer::*member) {
  const int now = static_cast<int>((field.layer.*member).index);
  const auto chosen = combo(field.ui, field.id(), field.row, field.parameter.choices, now);
  tooltip(field.ui, field.tip());
  if (!chosen) return;
  Layer next = field.layer;
  (next.*member).index = static_cast<std::size_t>(*chosen);
  change_layer(field, next, StepKind::typed);
}

/// A preset, or `typed`: the numbers below.
void edit_field(const Field& field, KernelBank Layer::*member) {
  const KernelBank& bank = field.layer.*member;
  const auto& presets = field.parameter.choices;
  std::vector<std::string_view> items(presets.begin(), presets.end());
  if (bank.is_typed()) items.emplace_back("typed");
  const int now =
      bank.is_typed() ? static_cast<int>(presets.size()) : static_cast<int>(bank.preset.index);
  const auto chosen = combo(field.ui, field.id(), field.row, items, now);
  tooltip(field.ui, field.tip());
  if (!chosen || *chosen == now) return;
  change_layer(field, with_preset(field.layer, field.parameter, static_cast<std::size_t>(*chosen)),
               StepKind::typed);
}

/// How channels are shared out, in words for the two common ways, and as a number.
void edit_groups(const Field& field) {
  constexpr std::array<std::string_view, 2> kWays{"Mixed", "Alone"};
  const auto& groups = field.layer.groups;
  const float cut = field.row.width() * 0.68F;
  const Rect ways{field.row.min, {field.row.min.x + cut, field.row.max.y}};
  const int now = !groups ? 1 : *groups == 1 ? 0 : -1;
  if (const auto chosen = segmented(field.ui, field.id("way"), ways, kWays, now)) {
    Layer next = field.layer;
    next.groups = *chosen == 0 ? std::optional<std::int64_t>(1) : std::nullopt;
    change_layer(field, next, StepKind::typed);
  }
  const Rect number{{ways.max.x + field.ui.px(8), field.row.min.y}, field.row.max};
  const auto text =
      text_field(field.ui, field.id(), number,
                 {.value = parameter_text(field.layer, field.parameter), .error = field.error});
  tooltip(field.ui, field.tip());
  if (text) change_text(field, *text);
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
  const auto text =
      text_field(field.ui, field.id(), field.row,
                 {.value = parameter_text(field.layer, field.parameter), .error = field.error});
  tooltip(field.ui, field.tip());
  if (text) change_text(field, *text);
}

}  // namespace

std::optional<Shape> layer_input(const Ui& ui) {
  const std::size_t index = ui.document.selected_layer;
  if (index + 1 < ui.plan.stages.size()) return ui.plan.stages[index + 1].input_shape;
  if (ui.plan.failed_layer == index) return ui.plan.stages[index].shape;
  return {};
}

void edit_parameter(const Field& field) {
  if (field.parameter.field == ParameterField(&Layer::groups)) return edit_groups(field);
  std::visit([&](auto member) { edit_field(field, member); }, field.parameter.field);
}

void edit_pads_end(const Field& field) {
  const Pads& pads = field.layer.padding;
  Field end = field;
  const Parameter named{"pads_end", field.parameter.field, false, field.parameter.help};
  const Field shown{end.ui, end.layer, named, end.row, end.error};
  const PairEdit edit = pair_steppers(shown, {pads.bottom, pads.right}, 0, false);
  if (edit.kind == StepKind::none) return;
  change_pair(field, edit, [&](Pair values) {
    Layer next = field.layer;
    next.padding = {pads.top, pads.left, values.h, values.w};
    return next;
  });
}

}  // namespace poolscope
