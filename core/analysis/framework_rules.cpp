#include "core/analysis/framework_rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/analysis/framework_translation.h"
#include "core/analysis/pool_pair.h"
#include "core/pooling/layer_text.h"
#include "core/pooling/lowering.h"

namespace poolscope {
namespace {

/// Both settings along one axis of the input.
struct AxisPair {
  std::string_view name;  ///< `Rows`.
  std::string_view cells;
  SlidingAxis ours, theirs;
  const std::vector<AxisWindow>& our_windows;
  const std::vector<AxisWindow>& their_windows;
};

std::string name_of(const Layer& layer) {
  return std::string(framework_title(layer.kind->framework));
}

bool slides(const Layer& layer) {
  return find_parameter(*layer.kind, &Layer::kernel_size) != nullptr;
}

bool pads_by_rule(const Layer& layer) {
  return layer.auto_pad == AutoPad::same_upper || layer.auto_pad == AutoPad::same_lower;
}

/// `ceil(6/2) = 3`, `floor((6+2-3)/2)+1 = 3`.
std::string size_text(const Layer& layer, const SlidingAxis& axis) {
  if (!slides(layer)) return fmt::format("{} at once = 1", axis.size);
  if (pads_by_rule(layer)) {
    return fmt::format("ceil({}/{}) = {}", axis.size, axis.stride, axis.outputs());
  }
  const std::int64_t padding = axis.before + axis.after;
  const std::string padded = padding > 0 ? fmt::format("+{}", padding) : "";
  std::string text = fmt::format("{}(({}{}-{})/{})+1 = {}", axis.ceil ? "ceil" : "floor", axis.size,
                                 padded, axis.extent(), axis.stride, axis.undropped_outputs());
  if (axis.drops_last()) {
    text += fmt::format(", less the one that would start in the padding = {}", axis.outputs());
  }
  return text;
}

/// How a layer pads one axis: `Keras "same" needs 1 cell of padding, so 0 before and 1 after`.
std::string padding_text(const Layer& layer, const SlidingAxis& axis) {
  const std::string sides = fmt::format("{} before and {} after", axis.before, axis.after);
  if (pads_by_rule(layer)) {
    const std::string word = parameter_text(layer, *find_parameter(*layer.kind, &Layer::auto_pad));
    return fmt::format("{} {} needs {} {} of padding, so {}", name_of(layer), word,
                       axis.before + axis.after, axis.before + axis.after == 1 ? "cell" : "cells",
                       sides);
  }
  if (axis.before + axis.after == 0) return fmt::format("{} pads none", name_of(layer));
  if (axis.before == axis.after) {
    return fmt::format("{} pads {} on both sides", name_of(layer), axis.before);
  }
  return fmt::format("{} pads {}", name_of(layer), sides);
}

std::string span_text(const AxisWindow& window) {
  return fmt::format("{}…{}", window.begin, window.last());
}

std::string size_rule(const LoweredSetting& ours, const LoweredSetting& theirs,
                      const AxisPair& axis) {
  if (axis.our_windows.size() == axis.their_windows.size()) return {};
  return fmt::format("{} of output: {} makes {}; {} makes {}.", axis.name, name_of(ours.layer),
                     size_text(ours.layer, axis.ours), name_of(theirs.layer),
                     size_text(theirs.layer, axis.theirs));
}

/// Windows that start elsewhere, though they are as long and as far apart.
std::string start_rule(const LoweredSetting& ours, const LoweredSetting& theirs,
                       const AxisPair& axis) {
  const AxisWindow &mine = axis.our_windows.front(), &other = axis.their_windows.front();
  if (mine.begin == other.begin || !slides(ours.layer) || !slides(theirs.layer)) return {};
  return fmt::format("{}: {}; {}. So the first window reads {} {} in {}, {} in {}.", axis.name,
                     padding_text(ours.layer, axis.ours), padding_text(theirs.layer, axis.theirs),
                     axis.cells, span_text(mine), name_of(ours.layer), span_text(other),
                     name_of(theirs.layer));
}

/// A rule of the rows and the same of the columns in one sentence.
void add_of_both_axes(std::string rows, std::string cols, std::vector<std::string>& rules) {
  const auto tail = [](const std::string& text) {
    const std::size_t colon = text.find(':');
    std::string rest = colon == std::string::npos ? text : text.substr(colon);
    for (const std::string_view word : {"columns", "rows"}) {
      for (std::size_t at = 0; (at = rest.find(word, at)) != std::string::npos;) {
        rest.replace(at, word.size(), "cells");
      }
    }
    return rest;
  };
  if (!rows.empty() && !cols.empty() && tail(rows) == tail(cols)) {
    rules.push_back(
        (rows.starts_with("Rows of") ? "Rows and columns of output" : "Rows and columns") +
        tail(rows));
    return;
  }
  if (!rows.empty()) rules.push_back(std::move(rows));
  if (!cols.empty()) rules.push_back(std::move(cols));
}

// Divisors ----------------------------------------------------------------------------------------

bool divides(const LoweredPool& pool) { return pool.reduction == Reduction::mean; }

std::int64_t divisor_of(const LoweredPool& pool, std::int64_t row, std::int64_t col) {
  const PlaneWindows& windows = pool.planes.front();
  return pool.divisor(windows.rows[static_cast<std::size_t>(row)],
                      windows.cols[static_cast<std::size_t>(col)]);
}

std::string divisor_reason(const Layer& layer) {
  if (layer.divisor_override) return fmt::format("divisor_override={}", *layer.divisor_override);
  if (layer.kind->is(Framework::keras)) return "padding never counts";
  if (!find_parameter(*layer.kind, &Layer::count_include_pad)) return "its cells";
  const std::string value =
      parameter_text(layer, *find_parameter(*layer.kind, &Layer::count_include_pad));
  return fmt::format("count_include_pad={}: padding {}", value,
                     layer.count_include_pad ? "counts" : "does not count");
}

/// The first cell that one side divides by its cells of the input and the other does not.
std::string divisor_rule(const LoweredSetting& ours, const LoweredSetting& theirs,
                         const Shape& input) {
  if (!divides(ours.pool) || !divides(theirs.pool)) return {};
  const auto& [rows, cols] = ours.pool.planes.front();
  const auto& other = theirs.pool.planes.front();
  const auto height = static_cast<std::int64_t>(std::min(rows.size(), other.rows.size()));
  const auto width = static_cast<std::int64_t>(std::min(cols.size(), other.cols.size()));
  for (std::int64_t row = 0; row < height; ++row) {
    for (std::int64_t col = 0; col < width; ++col) {
      const std::int64_t mine = divisor_of(ours.pool, row, col);
      const std::int64_t yours = divisor_of(theirs.pool, row, col);
      const std::int64_t held = taps_of(ours.pool, input, row, col).count();
      const std::int64_t held_there = taps_of(theirs.pool, input, row, col).count();
      if (mine - held == yours - held_there) continue;
      return fmt::format(
          "Cell ({}, {}): {} holds {} cells of the input and divides by {} ({}); {} holds {} and "
          "divides by {} ({}).",
          row, col, name_of(ours.layer), held, mine, divisor_reason(ours.layer),
          name_of(theirs.layer), held_there, yours, divisor_reason(theirs.layer));
    }
  }
  return {};
}

// Powers ------------------------------------------------------------------------------------------

/// A power that one of the two cannot be told.
std::string exponent_rule(const LoweredSetting& ours, const LoweredSetting& theirs) {
  if (find_parameter(*ours.layer.kind, &Layer::norm_type) == nullptr ||
      ours.layer.norm_type == theirs.layer.norm_type) {
    return {};
  }
  return fmt::format("{} takes whole powers from 1 only: {} became {}.", name_of(theirs.layer),
                     ours.layer.norm_type, theirs.layer.norm_type);
}

std::string sign_rule(const LoweredSetting& ours, const LoweredSetting& theirs) {
  const bool powers =
      ours.pool.reduction == Reduction::power && theirs.pool.reduction == Reduction::power;
  if (!powers || ours.pool.magnitude == theirs.pool.magnitude) return {};
  const bool mine = ours.pool.magnitude;
  return fmt::format(
      "{} raises |x| to the power {}, {} raises x itself: where the power is odd or a fraction, "
      "a negative cell counts against the sum, and a negative sum has no root (NaN).",
      name_of(mine ? ours.layer : theirs.layer), ours.pool.exponent,
      name_of(mine ? theirs.layer : ours.layer));
}

/// LibTorch scales the sum of a window that overhangs as if it were full.
std::string scale_rule(const LoweredSetting& setting) {
  const LoweredPool& pool = setting.pool;
  if (pool.reduction != Reduction::power || pool.gain == 1.0) return {};
  const auto& [rows, cols] = pool.planes.front();
  const auto row = static_cast<std::int64_t>(rows.size()) - 1;
  const auto col = static_cast<std::int64_t>(cols.size()) - 1;
  const std::int64_t held = divisor_of(pool, row, col);
  if (static_cast<double>(held) == pool.gain) return {};
  return fmt::format(
      "{} takes the sum of a window that overhangs as if it were full: cell ({}, {}) has {} of {} "
      "cells, so its sum is taken {}/{} times.",
      name_of(setting.layer), row, col, held, pool.gain, pool.gain, held);
}

// Windows without cells ---------------------------------------------------------------------------

std::string empty_rule(const LoweredSetting& setting, const Shape& input) {
  const auto& [rows, cols] = setting.pool.planes.front();
  const auto misses = [](std::int64_t size) {
    return [size](const AxisWindow& window) { return taps_between(window, 0, size) == 0; };
  };
  const auto row = std::ranges::find_if(rows, misses(input.h));
  const auto col = std::ranges::find_if(cols, misses(input.w));
  if (row == rows.end() && col == cols.end()) return {};
  const bool is_row = row != rows.end();
  return fmt::format(
      "{}: the windows of output {} {} hold no cell of the input; a maximum of none is -inf, a "
      "mean that counts none is NaN.",
      name_of(setting.layer), is_row ? "row" : "column",
      is_row ? row - rows.begin() : col - cols.begin());
}

void add(std::string rule, std::vector<std::string>& rules) {
  if (!rule.empty()) rules.push_back(std::move(rule));
}

}  // namespace

std::vector<std::string> differing_rules(const LoweredSetting& ours, const LoweredSetting& theirs,
                                         const Shape& input) {
  const PlaneWindows &mine = ours.pool.planes.front(), &other = theirs.pool.planes.front();
  const SlidingAxes our_axes = sliding_axes(ours.layer, input);
  const SlidingAxes their_axes = sliding_axes(theirs.layer, input);
  const AxisPair rows{"Rows", "rows", our_axes.rows, their_axes.rows, mine.rows, other.rows};
  const AxisPair cols{"Columns", "columns", our_axes.cols, their_axes.cols, mine.cols, other.cols};
  std::vector<std::string> rules;
  for (const auto rule : {size_rule, start_rule}) {
    add_of_both_axes(rule(ours, theirs, rows), rule(ours, theirs, cols), rules);
  }
  add(divisor_rule(ours, theirs, input), rules);
  add(exponent_rule(ours, theirs), rules);
  add(sign_rule(ours, theirs), rules);
  if (ours.pool.gain != theirs.pool.gain) {
    add(scale_rule(ours), rules);
    add(scale_rule(theirs), rules);
  }
  add(empty_rule(ours, input), rules);
  return rules;
}

std::vector<std::string> framework_notes(const Layer& ours, const Layer& theirs,
                                         const Shape& input) {
  std::vector<std::string> notes;
  const bool to_onnx = theirs.kind->is(Framework::onnx) && !ours.kind->is(Framework::onnx);
  const bool from_onnx = ours.kind->is(Framework::onnx) && !theirs.kind->is(Framework::onnx);
  if (to_onnx && slides(theirs) && theirs.effective_stride() != Pair{1, 1}) {
    notes.push_back("strides are written out: left out, ONNX takes 1, not the kernel.");
  }
  if (to_onnx && ours.kind->axes == 1) {
    notes.push_back("Written for a row as a plane of one, N×C×1×L.");
  }
  if (theirs.kind->is(Framework::keras) && theirs.kind->global) {
    notes.push_back("keepdims=True keeps rows and columns of 1; Keras drops them by default.");
  }
  if ((to_onnx && ours.return_indices) || (from_onnx && ours.storage_order == 1)) {
    const bool column_major = ours.storage_order == 1;
    notes.push_back(fmt::format(
        "Indices: a winner at row y, column x is y*{}+x in PyTorch; ONNX counts on over all "
        "planes, "
        "(n*{}+c)*{} + {}.",
        input.w, input.c, input.plane_size(),
        column_major ? fmt::format("x*{}+y", input.h) : fmt::format("y*{}+x", input.w)));
  }
  return notes;
}

WindowText window_text(const LoweredSetting& setting, const Shape& input, std::int64_t row,
                       std::int64_t col) {
  const CellTaps taps = taps_of(setting.pool, input, row, col);
  const auto& [rows, cols] = setting.pool.planes.front();
  const auto span = [](const AxisWindow& window, const TapRange& range) {
    if (range.end == range.first) return std::string("none");
    return fmt::format("{}…{}", window.tap(range.first), window.tap(range.end - 1));
  };
  WindowText reading{span(rows[static_cast<std::size_t>(row)], taps.rows),
                     span(cols[static_cast<std::size_t>(col)], taps.cols),
                     {}};
  if (divides(setting.pool)) reading.divisor = divisor_of(setting.pool, row, col);
  return reading;
}

}  // namespace poolscope
