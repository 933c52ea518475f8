#pragma once

#include <string>
#include <string_view>

#include "core/io/input.h"

namespace poolscope {

/// Reads numbers in rows: separated by spaces, commas or semicolons, rows by line ends or by `/` on a single line; or nested
/// brackets as Python prints lists and arrays (up to 4 levels: N, C, H, W). `nan`, `inf`, `-inf` are
/// numbers. Errors: empty text, ragged rows, something that is no number, each with row and column.
Result<LoadedArray> parse_grid(std::string_view text);

/// The last plane-by-plane text of a tensor that parse_grid reads back; one row a line, comma
/// separated for CSV or space separated.
std::string grid_text(const Tensor& tensor, std::string_view separator = " ");

}  // namespace poolscope
