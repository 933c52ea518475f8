#include "core/pooling/size_formula.h"

#include <initializer_list>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/pooling/lowering.h"

namespace poolscope {
namespace {

/// One summand, in letters and as a template: {n} is the input's size, {k} the kernel, {s} the
/// stride, {d} the dilation, {b} and {a} the padding before and after.
struct Term {
  std::string_view letters, numbers;
};

FormulaSegment number_segment(std::int64_t number, FormulaRole role = FormulaRole::parameter) {
  return {fmt::format("{}", number), role};
}

FormulaSegment result_segment(std::int64_t number) {
  return number_segment(number, FormulaRole::result);
}

std::int64_t number_of(const SlidingAxis& axis, char letter) {
  switch (letter) {
    case 'n':
      return axis.size;
    case 'k':
      return axis.kernel;
    case 's':
      return axis.stride;
    case 'd':
      return axis.dilation;
    case 'b':
      return axis.before;
    case 'a':
      return axis.after;
    default:
      POOLSCOPE_CHECK(false);
      return 0;
  }
}

/// Splits a template at its {letters} and puts the numbers in.
FormulaLine filled(std::string_view text, const SlidingAxis& axis) {
  FormulaLine line;
  while (!text.empty()) {
    const std::size_t brace = text.find('{');
    if (brace != 0) line.push_back({std::string(text.substr(0, brace))});
    if (brace == std::string_view::npos) break;
    line.push_back(number_segment(number_of(axis, text[brace + 1])));
    text.remove_prefix(brace + 3);
  }
  return line;
}

FormulaLine letters(std::string_view text) { return {{std::string(text)}}; }

FormulaLine ending(FormulaLine line, std::string_view text, std::int64_t result) {
  line.push_back({std::string(text)});
  line.push_back(result_segment(result));
  return line;
}

std::vector<Term> numerator_terms(const Layer& layer) {
  const LayerKind& kind = *layer.kind;
  const auto has = [&](const ParameterField& field) { return find_parameter(kind, field); };
  std::vector<Term> terms{{"in", "{n}"}};
  if (has(&Layer::padding) && layer.auto_pad == AutoPad::notset) {
    terms.push_back(kind.framework == Framework::onnx ? Term{"+pb+pa", "+{b}+{a}"}
                                                      : Term{"+2p", "+2·{b}"});
  }
  terms.push_back(has(&Layer::dilation) ? Term{"-d(k-1)-1", "-{d}·({k}-1)-1"} : Term{"-k", "-{k}"});
  if (layer.ceil_mode) terms.push_back({"+s-1", "+{s}-1"});
  return terms;
}

/// `⌊(in+2p-k)/s⌋+1`, in letters and as a template.
std::pair<std::string, std::string> floor_templates(const Layer& layer) {
  std::string in_letters = "⌊(", in_numbers = "⌊(";
  for (const Term& term : numerator_terms(layer)) {
    in_letters += term.letters;
    in_numbers += term.numbers;
  }
  return {in_letters + ")/s⌋+1", in_numbers + ")/{s}⌋+1"};
}

std::vector<FormulaLine> floor_lines(std::string_view name, std::string_view numbers,
                                     const SlidingAxis& axis) {
  std::vector<FormulaLine> lines{filled(fmt::format("{} = {}", name, numbers), axis)};
  const std::string quotient = fmt::format("  = ⌊{}/{}⌋+1 = ", axis.span(), axis.stride);
  if (!axis.drops_last()) {
    lines.push_back(ending({}, quotient, axis.outputs()));
    return lines;
  }
  const std::int64_t undropped = axis.undropped_outputs();
  lines.push_back(letters(fmt::format("{}{}", quotient, undropped)));
  lines.push_back(letters("  last window would start in the padding: dropped"));
  lines.push_back(ending({}, fmt::format("  = {}-1 = ", undropped), axis.outputs()));
  return lines;
}

SizeFormula floor_formula(const Layer& layer, const SlidingAxes& axes) {
  const auto [in_letters, in_numbers] = floor_templates(layer);
  return {{letters(fmt::format("out = {}", in_letters))},
          floor_lines("H", in_numbers, axes.rows),
          floor_lines("W", in_numbers, axes.cols)};
}

/// ceil(in / s) windows, and the padding that makes room for them.
std::vector<FormulaLine> same_lines(std::string_view name, std::string_view extent,
                                    const SlidingAxis& axis) {
  const std::string padding =
      fmt::format("  pad = max(({}-1)·{{s}}+{}-{{n}}, 0) = {}: {} before, {} after", axis.outputs(),
                  extent, axis.before + axis.after, axis.before, axis.after);
  return {ending(filled(fmt::format("{} = ⌈{{n}}/{{s}}⌉", name), axis), " = ", axis.outputs()),
          filled(padding, axis)};
}

SizeFormula same_formula(const Layer& layer, const SlidingAxes& axes) {
  const bool dilated = find_parameter(*layer.kind, &Layer::dilation);
  const std::string_view extent = dilated ? "{d}·({k}-1)+1" : "{k}";
  return {{letters("out = ⌈in/s⌉"),
           letters(fmt::format("pad = max((out-1)s+{}-in, 0)", dilated ? "d(k-1)+1" : "k"))},
          same_lines("H", extent, axes.rows),
          same_lines("W", extent, axes.cols)};
}

std::vector<FormulaLine> adaptive_lines(std::string_view name, std::int64_t size,
                                        const std::optional<std::int64_t>& wanted) {
  const std::int64_t outputs = wanted.value_or(size);
  const std::string_view reason = wanted ? " = " : " = in = ";
  FormulaLine window = letters("  window i = [⌊i·");
  window.push_back(number_segment(size));
  window.push_back({"/"});
  window.push_back(number_segment(outputs));
  window.push_back({"⌋, ⌈(i+1)·"});
  window.push_back(number_segment(size));
  window.push_back({"/"});
  window.push_back(number_segment(outputs));
  window.push_back({"⌉)"});
  return {ending(letters(name), reason, outputs), window};
}

SizeFormula adaptive_formula(const Layer& layer, const Shape& input) {
  return {{letters("out = output_size"), letters("window i = [⌊i·in/out⌋, ⌈(i+1)·in/out⌉)")},
          adaptive_lines("H", input.h, layer.output_size.h),
          adaptive_lines("W", input.w, layer.output_size.w)};
}

FormulaLine global_line(std::string_view name, std::int64_t size, std::string_view cells) {
  FormulaLine line = ending(letters(name), " = ", 1);
  line.push_back({": one window over "});
  line.push_back(number_segment(size));
  line.push_back({fmt::format(" {}", cells)});
  return line;
}

SizeFormula both_axes(const Layer& layer, const Shape& input, const Shape& output) {
  if (!layer.kind->size_rule.empty()) {
    return SizeFormula{{letters(layer.kind->size_rule)},
                       {ending(letters("H"), " = ", output.h)},
                       {ending(letters("W"), " = ", output.w)}};
  }
  if (layer.kind->global) {
    return SizeFormula{{letters("out = 1")},
                       {global_line("H", input.h, input.h == 1 ? "row" : "rows")},
                       {global_line("W", input.w, input.w == 1 ? "column" : "columns")}};
  }
  const auto axes = sliding_axes_of(layer, input);
  if (!axes) return adaptive_formula(layer, input);
  const bool same = layer.auto_pad == AutoPad::same_upper || layer.auto_pad == AutoPad::same_lower;
  return same ? same_formula(layer, *axes) : floor_formula(layer, *axes);
}

}  // namespace

Result<SizeFormula> size_formula(const Layer& any, const Shape& input) {
  const auto lowered = lower_layer(any, input);
  if (!lowered) return tl::unexpected(lowered.error());
  const Layer layer = converted(any, *any.kind);
  SizeFormula formula = both_axes(layer, input, output_shape(*lowered, input));
  if (layer.kind->axes == 2) return formula;
  formula.rows.clear();
  for (FormulaLine& line : formula.cols) {
    if (line.front().text.starts_with("W")) line.front().text.front() = 'L';
  }
  return formula;
}

}  // namespace poolscope
