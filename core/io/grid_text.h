#pragma once

#include <string>
#include <string_view>

#include "core/io/input.h"

namespace poolscope {

/// Text longer than this (256 MiB) is refused: .npy is the form for so many numbers.
inline constexpr std::size_t kMaxGridText = std::size_t{256} << 20;

/// Reads numbers in rows: separated by spaces, commas or semicolons, rows by line ends or by `/`;
/// or nested brackets as Python, numpy and torch print lists and arrays, with or without
/// `array(...)` around them (up to 4 levels: N, C, H, W; one level is one row). Whatever follows
/// `#` on a line is a comment. `nan`, `inf` and `infinity` with or without a sign, in any case, are
/// numbers. The decimal sign is always a point. Numbers closer to 0 than float32 can be become 0.
/// Errors: empty text, an empty cell (two commas, one at a row's end), ragged rows, something that
/// is no number or beyond float32, each with row and column (from 0); position: the character.
Result<LoadedArray> parse_grid(std::string_view text);

/// The text of a tensor that parse_grid reads back to the same values and shape, in the fewest
/// digits: one row a line, its numbers set apart by `separator` (", " for CSV). Several planes are
/// written as nested brackets, which ignore the separator.
std::string grid_text(const Tensor& tensor, std::string_view separator = " ");

}  // namespace poolscope
