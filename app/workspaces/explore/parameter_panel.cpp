#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/draw_list.h"
#include "app/workspaces/explore/panels.h"
#include "app/workspaces/explore/parameter_fields.h"
#include "core/pooling/layer_text.h"
#include "core/pooling/size_formula.h"

namespace poolscope {
namespace {

constexpr float kLabelWidth = 80.0F;

std::string label_of(const Layer& layer, const Parameter& parameter) {
  if (std::holds_alternative<AutoPad Layer::*>(parameter.field))
    return layer.kind->framework == Framework::keras ? "Padding" : "Auto pad";
  constexpr std::array<std::pair<std::string_view, std::string_view>, 42> kLabels{
      {{"in_channels", "In ch."},
       {"out_channels", "Out ch."},
       {"num_features", "Channels"},
       {"groups", "Groups"},
       {"bias", "Bias"},
       {"inplace", "In place"},
       {"negative_slope", "Slope"},
       {"min_val", "Least"},
       {"max_val", "Most"},
       {"running_mean", "Mean"},
       {"running_var", "Variance"},
       {"kernel_size", "Kernel"},
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
       {"storage_order", "Order"},
       {"output_ratio", "Ratio"},
       {"seed", "Seed"},
       {"alpha", "Alpha"},
       {"eps", "Eps"},
       {"beta", "Beta"},
       {"temperature", "Temp."},
       {"filter_size", "Filter"},
       {"weight", "Weight"},
       {"bins", "Bins"},
       {"rois", "Rectangle"},
       {"spatial_scale", "Scale"},
       {"pooled_shape", "Output"},
       {"output_height", "Height"},
       {"output_width", "Width"},
       {"sampling_ratio", "Samples"},
       {"mode", "Mode"}}};
  for (const auto& [name, label] : kLabels) {
    if (name == parameter.name) return std::string(label);
  }
  if (parameter.name == "coordinate_transformation_mode") return "Centres";
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

bool is_kernel(const Parameter& parameter) {
  return std::holds_alternative<KernelBank Layer::*>(parameter.field);
}

/// The kernel comes first: what is done with it matters less than what it is.
void draw_kernel(const Ui& ui, Column& column, const Layer& layer) {
  for (const Parameter& parameter : layer.kind->parameters) {
    if (!is_kernel(parameter)) continue;
    const Rect row = label_row(ui, column, label_of(layer, parameter));
    const Field field{ui, layer, parameter, row, is_failing(ui, parameter.name)};
    edit_parameter(field);
    draw_kernel_editor(field, column);
    draw_limit(ui, column, parameter.name);
  }
}

void draw_parameters(const Ui& ui, Column& column, const Layer& layer) {
  const auto& parameters = layer.kind->parameters;
  draw_kernel(ui, column, layer);
  const bool pairs_shown = std::any_of(parameters.begin(), parameters.end(), is_pair);
  if (pairs_shown && layer.kind->axes == 2 && !shows_one_axis(ui)) draw_axis_header(ui, column);
  for (const bool pairs : {true, false}) {
    for (const Parameter& parameter : parameters) {
      if (is_pair(parameter) != pairs || is_flag(parameter) || is_kernel(parameter)) continue;
      const Rect row = label_row(ui, column, label_of(layer, parameter));
      const Field field{ui, layer, parameter, row, is_failing(ui, parameter.name)};
      edit_parameter(field);
      if (parameter.name == "pads") {
        edit_pads_end({ui, layer, parameter, label_row(ui, column, "Pads end"), field.error});
      }
      draw_limit(ui, column, parameter.name);
      if (parameter.name == "pads") draw_limit(ui, column, "pads_end");
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
    if (parameter.name == "inplace") continue;
    const Field field{ui, layer, parameter, next(), false};
    edit_parameter(field);
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
    if (other->framework != framework || !other->is_pool) continue;
    if (other->title == kind.title) return other;
    const bool same_family = (other->title.find("verage") != std::string_view::npos) == average;
    if (nearest == nullptr && same_family) nearest = other;
  }
  return nearest;
}

void draw_convention(const Ui& ui, Column& column, const Layer& layer) {
  constexpr std::array<std::string_view, 4> kFrameworks{"PyTorch", "Keras", "ONNX", "Research"};
  const Rect row = column.row(32);
  const auto chosen = segmented(ui, "parameter/convention", row, kFrameworks,
                                static_cast<int>(layer.kind->framework));
  tooltip(ui, "Whose rules apply; the nearest layer of that framework takes this one's place");
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
    if (kind->framework != layer.kind->framework || kind->is_pool != layer.kind->is_pool) continue;
    if (kind == layer.kind) current = static_cast<int>(kinds.size());
    kinds.push_back(kind);
    titles.push_back(kind->title);
  }
  const auto chosen = combo(ui, "parameter/type", label_row(ui, column, "Type"), titles, current);
  tooltip(ui, "How the numbers of a window become one");
  if (!chosen) return;
  ui.memory.limits.clear();
  ui.act(action::SetLayer{ui.document.selected_layer,
                          other_kind(layer, *kinds[static_cast<std::size_t>(*chosen)])});
}

ImU32 formula_color(const Ui& ui, FormulaRole role) {
  if (role == FormulaRole::result) return ui.theme.acctext;
  return role == FormulaRole::parameter ? ui.theme.t1 : ui.theme.t3;
}

/// The line cut after its spaces; a word may hold pieces of several roles.
std::vector<FormulaLine> words_of(const FormulaLine& line) {
  std::vector<FormulaLine> words{{}};
  for (const FormulaSegment& segment : line) {
    for (std::size_t begin = 0; begin < segment.text.size();) {
      const std::size_t space = segment.text.find(' ', begin);
      const std::size_t end = space == std::string::npos ? segment.text.size() : space + 1;
      words.back().push_back({segment.text.substr(begin, end - begin), segment.role});
      if (space != std::string::npos) words.emplace_back();
      begin = end;
    }
  }
  return words;
}

/// The line in pieces no wider than `columns` characters where its spaces allow; what does not fit
/// goes on below, indented.
std::vector<FormulaLine> wrapped(const FormulaLine& line, std::size_t columns) {
  const std::string indent = "    ";
  std::vector<FormulaLine> lines{{}};
  std::size_t used = 0;
  for (const FormulaLine& word : words_of(line)) {
    std::size_t length = 0;
    for (const FormulaSegment& piece : word) length += character_count(piece.text);
    if (used + length > columns && used > indent.size()) {
      lines.push_back({{indent, FormulaRole::structure}});
      used = indent.size();
    }
    lines.back().insert(lines.back().end(), word.begin(), word.end());
    used += length;
  }
  return lines;
}

void draw_formula(const Ui& ui, Column& column, const Layer& layer) {
  const auto input = layer_input(ui);
  if (!input) return;
  const auto formula = size_formula(layer, *input);
  if (!formula) return;
  const float padding = ui.px(12);
  const auto columns =
      static_cast<std::size_t>((column.width() - 2 * padding) / text_width(ui, Font::mono12, "0"));
  std::vector<FormulaLine> lines;
  for (const auto* part : {&formula->symbolic, &formula->rows, &formula->cols}) {
    for (const FormulaLine& line : *part) {
      const auto pieces = wrapped(line, columns);
      lines.insert(lines.end(), pieces.begin(), pieces.end());
    }
  }
  column.space(4);
  const Rect box = column.row(16.0F + 20.0F * static_cast<float>(lines.size()));
  draw_list().AddRectFilled(box.min, box.max, ui.theme.canvas, ui.px(6));
  draw_list().AddRect(box.min, box.max, ui.theme.line, ui.px(6), 0, std::max(1.0F, ui.px(1)));
  ImVec2 at{box.min.x + padding, box.min.y + ui.px(18)};
  for (const FormulaLine& line : lines) {
    for (const FormulaSegment& segment : line) {
      at.x = draw_text(ui, Font::mono12, at, formula_color(ui, segment.role), segment.text);
    }
    at = {box.min.x + padding, at.y + ui.px(20)};
  }
  ui.memory.controls["formula"] = box;
}

}  // namespace

Layer other_kind(const Layer& layer, const LayerKind& kind) {
  return kind.starting_text.empty() ? converted(layer, kind) : starting_layer(kind);
}

void draw_layer_parameters(const Ui& ui, Column& column, const Layer& layer) {
  draw_parameters(ui, column, layer);
  draw_flags(ui, column, layer);
}

void draw_parameter_panel(const Ui& ui, Column& column) {
  if (ui.document.pipeline.empty()) return;
  const Layer& layer = ui.document.pipeline[ui.document.selected_layer].layer;
  column.title(fmt::format("{} parameters", layer.kind->name));
  draw_type(ui, column, layer);
  draw_layer_parameters(ui, column, layer);
  if (layer.kind->is_pool) draw_convention(ui, column, layer);
  draw_limit(ui, column, "");
  draw_formula(ui, column, layer);
}

}  // namespace poolscope
