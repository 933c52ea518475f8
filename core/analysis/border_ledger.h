#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/window_taps.h"
#include "core/pooling/layer.h"

namespace poolscope {

/// What a reduction sees at a tap outside the input.
enum class OutsideValue {
  minus_infinity,  ///< It never wins a maximum.
  plus_infinity,   ///< It never wins a minimum.
  zero,            ///< It adds 0 to the sum.
  mirrored,        ///< It reads the cell mirrored at the border.
  excluded,        ///< It is left out: of the sum, and of the divisor if there is one.
};
/// `-∞`, `+∞`, `0`, nothing (of a mirrored cell), `–`.
std::string_view outside_sign(OutsideValue value);

/// What stands around the input: its padding, and the overhang of ceil_mode beyond that.
struct Surroundings {
  OutsideValue padding = OutsideValue::excluded, overhang = OutsideValue::excluded;
  /// The input with its padding: rows [top, bottom), columns [left, right). Beyond it is overhang.
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;
};
/// Of a layer that is the one pool `pool`. A layer whose windows do not slide has no overhang: all
/// around its input is padding.
Surroundings surroundings(const Layer& layer, const LoweredPool& pool, const Shape& input);

/// What a window's sum is divided by, and why.
struct DivisorEntry {
  std::int64_t value = 1;
  std::string formula;  ///< `3 rows × 2 columns`; the override's name where that decides.
  std::string reason;   ///< One sentence.
};

/// Where the taps of one window lie.
struct WindowLedger {
  std::int64_t inside = 0, padding = 0, overhang = 0;
  Surroundings around;
  std::optional<DivisorEntry> divisor;  ///< Only where the reduction divides.

  std::int64_t taps() const { return inside + padding + overhang; }
};
WindowLedger window_ledger(const Layer& layer, const LoweredPool& pool, const Shape& input,
                           const WindowPlace& place);

/// Why rows or columns are read by no window.
enum class UnreadCause {
  floor,     ///< One window more would read them, but the size is rounded down.
  stride,    ///< The stride is larger than the window.
  dilation,  ///< They lie between the taps of dilated windows.
  other,     ///< The layer's own way of placing windows leaves them out.
};

/// Rows (or columns) that no window reads, of one cause.
struct UnreadLines {
  UnreadCause cause = UnreadCause::other;
  std::vector<std::int64_t> lines;  ///< In order; at least one.
  std::string sentence;  ///< `Row 6 is read by no window: 7-2 = 5 is no multiple of stride 2`
};

/// What ceil_mode did to the number of windows of an axis.
struct CeilEntry {
  enum class Effect {
    none,     ///< Rounding up and down agree.
    added,    ///< The last window is there because of it.
    dropped,  ///< One more was asked for, but would start behind the input.
  } effect = Effect::none;
  std::int64_t window = 0;  ///< The one added, or the one dropped.
  std::string sentence;     ///< The condition, with its numbers.
};

struct AxisLedger {
  std::vector<UnreadLines> unread;
  std::optional<CeilEntry> ceil;  ///< Where ceil_mode is on.
};

/// Both axes of a layer with these windows. Only rows matter along rows: a cell is unread where its
/// row or its column is.
struct PlaneLedger {
  AxisLedger rows, cols;
};
PlaneLedger plane_ledger(const Layer& layer, const PlaneWindows& windows, const Shape& input,
                         Border border = Border::skip);

}  // namespace poolscope
