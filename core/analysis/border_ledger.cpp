#include "core/analysis/border_ledger.h"

#include <algorithm>
#include <limits>
#include <map>
#include <span>

#include <fmt/format.h>

#include "core/analysis/coverage.h"
#include "core/pooling/axis_windows.h"

namespace poolscope {
namespace {

bool counts_padding(const Layer& layer) {
  return find_parameter(*layer.kind, "count_include_pad") != nullptr && layer.count_include_pad;
}

/// A sum without a divisor takes a tap in the padding as 0; a mean does where it counts it.
OutsideValue padding_value(const Layer& layer, const LoweredPool& pool) {
  switch (pool.reduction) {
    case Reduction::max:
      return OutsideValue::minus_infinity;
    case Reduction::min:
      return OutsideValue::plus_infinity;
    case Reduction::weighted:
      return pool.border == Border::reflect ? OutsideValue::mirrored : OutsideValue::zero;
    case Reduction::mean:
      return counts_padding(layer) || pool.divisor_override ? OutsideValue::zero
                                                            : OutsideValue::excluded;
    case Reduction::power:
      return pool.border == Border::zero && pool.gain == 1.0 ? OutsideValue::zero
                                                             : OutsideValue::excluded;
    default:
      return OutsideValue::excluded;
  }
}

/// The overhang never counts in a mean, unless its divisor is fixed.
OutsideValue overhang_value(const LoweredPool& pool, OutsideValue padding) {
  const bool counted_mean = pool.reduction == Reduction::mean && !pool.divisor_override;
  return counted_mean ? OutsideValue::excluded : padding;
}

/// What one window, `rows` x `cols`, has in a rectangle of cells.
std::int64_t taps_in(const PlaneWindows& windows, const WindowPlace& place,
                     const Surroundings& area) {
  return taps_between(windows.rows[static_cast<std::size_t>(place.row)], area.top, area.bottom) *
         taps_between(windows.cols[static_cast<std::size_t>(place.col)], area.left, area.right);
}

bool divides(const LoweredPool& pool, std::int64_t divisor) {
  if (pool.reduction == Reduction::mean || pool.reduction == Reduction::mixed) return true;
  return pool.reduction == Reduction::power && (pool.gain != 1.0 || divisor != 1);
}

std::string divisor_reason(const Layer& layer, const LoweredPool& pool, const WindowLedger& ledger,
                           std::int64_t divisor) {
  if (pool.divisor_override) return "divisor_override takes the place of the number of cells.";
  if (pool.gain != 1.0 && pool.reduction == Reduction::power) {
    return fmt::format(
        "The mean of {} taps is scaled by the {} of a full window before the root, as PyTorch "
        "does.",
        divisor, pool.gain);
  }
  if (divisor == 0) return "No tap lies inside and none is counted: 0/0 is NaN.";
  if (ledger.padding + ledger.overhang == 0) return "All taps lie inside, and all of them count.";
  const bool is_flag = find_parameter(*layer.kind, "count_include_pad") != nullptr;
  if (counts_padding(layer) && ledger.padding > 0) {
    return fmt::format(
        "count_include_pad is on: the {} in the padding count as zeros{}, so the mean is {}/{} of "
        "that of the cells inside.",
        ledger.padding == 1 ? "tap" : fmt::format("{} taps", ledger.padding),
        ledger.overhang == 0 ? "" : ", the overhang of ceil_mode does not count", ledger.inside,
        divisor);
  }
  if (counts_padding(layer)) return "The overhang of ceil_mode does not count.";
  if (is_flag) return "count_include_pad is off: only the taps inside the input count.";
  return layer.kind->is(Framework::keras)
             ? "Keras counts only the taps inside the input, whatever the padding."
             : "Taps outside the input count neither in the sum nor in the divisor.";
}

DivisorEntry divisor_entry(const Layer& layer, const LoweredPool& pool, const WindowLedger& ledger,
                           const WindowPlace& place) {
  const PlaneWindows& windows = pool.windows(place.plane);
  const AxisWindow& row = windows.rows[static_cast<std::size_t>(place.row)];
  const AxisWindow& col = windows.cols[static_cast<std::size_t>(place.col)];
  DivisorEntry entry{pool.divisor(row, col), {}, {}};
  const auto counted = [](std::int64_t count, std::string_view one) {
    return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
  };
  entry.formula = pool.divisor_override
                      ? std::string("divisor_override")
                      : counted(row.divisor, "row") + " × " + counted(col.divisor, "column");
  entry.reason = divisor_reason(layer, pool, ledger, entry.value);
  return entry;
}

// Axes ------------------------------------------------------------------------------------------

/// One axis of a layer: what it is called, its windows, and how they slide if they do.
struct AxisCase {
  std::string_view title, line;  ///< `Row` and `row`, or `Column` and `column`.
  std::span<const AxisWindow> windows;
  std::int64_t size = 0;
  std::optional<SlidingAxis> axis;
};

/// `7-2 = 5`, `7+1+1-3 = 6`: what the stride has to divide.
std::string span_text(const SlidingAxis& axis) {
  std::string text = fmt::format("{}", axis.size);
  if (axis.before + axis.after > 0) text += fmt::format("+{}+{}", axis.before, axis.after);
  return text + fmt::format("-{} = {}", axis.extent(),
                            axis.size + axis.before + axis.after - axis.extent());
}

UnreadCause cause_of(const AxisCase& on, std::int64_t cell) {
  if (!on.axis) return UnreadCause::other;
  const SlidingAxis& axis = *on.axis;
  SlidingAxis rounded_up = axis;
  rounded_up.ceil = true;
  const AxisWindow next{.begin = axis.outputs() * axis.stride - axis.before,
                        .count = axis.kernel,
                        .step = axis.dilation};
  const bool one_more = rounded_up.outputs() > axis.outputs();
  if (one_more && taps_between(next, cell, cell + 1) > 0) return UnreadCause::floor;
  const bool in_gap = (cell + axis.before) % axis.stride >= axis.extent();
  return in_gap ? UnreadCause::stride : UnreadCause::dilation;
}

std::string reason_of(const AxisCase& on, UnreadCause cause) {
  switch (cause) {
    case UnreadCause::floor:
      return fmt::format("{} is no multiple of stride {}", span_text(*on.axis), on.axis->stride);
    case UnreadCause::stride:
      return fmt::format("stride {} is larger than the window of {}", on.axis->stride,
                         on.axis->extent());
    case UnreadCause::dilation:
      return fmt::format(
          "dilation {} leaves gaps between the taps, and stride {} does not fill them",
          on.axis->dilation, on.axis->stride);
    case UnreadCause::other:
      return "the windows of this layer leave them out";
  }
  return {};
}

/// `Row 6 is`, `Rows 6 and 7 are`, `Rows 6 to 9 are`, `3 of 9 rows, from 2 to 8, are`.
std::string lines_text(const AxisCase& on, const std::vector<std::int64_t>& lines) {
  const auto count = static_cast<std::int64_t>(lines.size());
  const std::int64_t first = lines.front(), last = lines.back();
  if (count == 1) return fmt::format("{} {} is", on.title, first);
  if (last - first + 1 > count) {
    return fmt::format("{} of {} {}s, from {} to {}, are", count, on.size, on.line, first, last);
  }
  return fmt::format("{}s {} {} {} are", on.title, first, count == 2 ? "and" : "to", last);
}

std::vector<UnreadLines> unread_lines(const AxisCase& on, const std::vector<std::int64_t>& counts) {
  std::map<UnreadCause, std::vector<std::int64_t>> found;
  for (std::int64_t cell = 0; cell < on.size; ++cell) {
    if (counts[static_cast<std::size_t>(cell)] == 0) found[cause_of(on, cell)].push_back(cell);
  }
  std::vector<UnreadLines> all;
  for (auto& [cause, lines] : found) {
    std::string sentence =
        fmt::format("{} read by no window: {}", lines_text(on, lines), reason_of(on, cause));
    all.push_back({cause, std::move(lines), std::move(sentence)});
  }
  return all;
}

/// PyTorch and ONNX keep a last window that starts inside the input or the padding before it.
CeilEntry ceil_entry(const AxisCase& on) {
  const SlidingAxis& axis = *on.axis;
  SlidingAxis rounded_down = axis;
  rounded_down.ceil = false;
  const std::int64_t window = rounded_down.outputs();
  const std::int64_t start = window * axis.stride, limit = axis.size + axis.before;
  CeilEntry entry{CeilEntry::Effect::none, window, {}};
  const std::string span = span_text(rounded_down);
  if (axis.drops_last()) {
    entry.effect = CeilEntry::Effect::dropped;
    entry.sentence = fmt::format(
        "ceil_mode asks for window {} along the {}s and drops it again: it would start behind the "
        "input, {}·{} = {} ≥ {}+{} = {} (size and padding before)",
        window, on.line, window, axis.stride, start, axis.size, axis.before, limit);
  } else if (axis.outputs() > window) {
    entry.effect = CeilEntry::Effect::added;
    entry.sentence = fmt::format(
        "ceil_mode adds window {} along the {}s: {} is no multiple of stride {}. It stays because "
        "it "
        "starts before the input ends: {}·{} = {} < {}+{} = {} (size and padding before)",
        window, on.line, span, axis.stride, window, axis.stride, start, axis.size, axis.before,
        limit);
  } else {
    entry.sentence =
        fmt::format("ceil_mode changes nothing along the {}s: {} is a multiple of stride {}",
                    on.line, span, axis.stride);
  }
  return entry;
}

AxisLedger axis_ledger(const AxisCase& on, Border border) {
  AxisLedger ledger;
  ledger.unread = unread_lines(on, axis_coverage(on.windows, on.size, border));
  if (on.axis && on.axis->ceil) ledger.ceil = ceil_entry(on);
  return ledger;
}

}  // namespace

std::string_view outside_sign(OutsideValue value) {
  switch (value) {
    case OutsideValue::minus_infinity:
      return "-∞";
    case OutsideValue::plus_infinity:
      return "+∞";
    case OutsideValue::zero:
      return "0";
    case OutsideValue::mirrored:
      return "";
    case OutsideValue::excluded:
      return "–";
  }
  return "";
}

Surroundings surroundings(const Layer& layer, const LoweredPool& pool, const Shape& input) {
  Surroundings around;
  around.padding = padding_value(layer, pool);
  around.overhang = overhang_value(pool, around.padding);
  if (const auto axes = sliding_axes_of(layer, input)) {
    around.top = -axes->rows.before;
    around.left = -axes->cols.before;
    around.bottom = input.h + axes->rows.after;
    around.right = input.w + axes->cols.after;
    return around;
  }
  constexpr std::int64_t kFar = std::numeric_limits<std::int32_t>::max();
  around.top = around.left = -kFar;
  around.bottom = around.right = kFar;
  return around;
}

WindowLedger window_ledger(const Layer& layer, const LoweredPool& pool, const Shape& input,
                           const WindowPlace& place) {
  const PlaneWindows& windows = pool.windows(place.plane);
  const AxisWindow& row = windows.rows[static_cast<std::size_t>(place.row)];
  const AxisWindow& col = windows.cols[static_cast<std::size_t>(place.col)];
  WindowLedger ledger;
  ledger.around = surroundings(layer, pool, input);
  Surroundings inside;
  inside.bottom = input.h;
  inside.right = input.w;
  const std::int64_t padded = taps_in(windows, place, ledger.around);
  ledger.inside = taps_in(windows, place, inside);
  ledger.padding = padded - ledger.inside;
  ledger.overhang = row.count * col.count - padded;
  if (divides(pool, pool.divisor(row, col))) {
    ledger.divisor = divisor_entry(layer, pool, ledger, place);
  }
  return ledger;
}

PlaneLedger plane_ledger(const Layer& layer, const PlaneWindows& windows, const Shape& input,
                         Border border) {
  AxisCase rows{"Row", "row", windows.rows, input.h, {}},
      cols{"Column", "column", windows.cols, input.w, {}};
  if (const auto axes = sliding_axes_of(layer, input)) {
    rows.axis = axes->rows;
    cols.axis = axes->cols;
  }
  return {axis_ledger(rows, border), axis_ledger(cols, border)};
}

}  // namespace poolscope
