#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace poolscope {

/// A cell of a text: its row and column (from 0), its characters and where they begin.
struct TextCell {
  std::int64_t row = 0, column = 0;
  std::string_view text;
  std::size_t position = 0;
};

/// The numbers of a grid text as they are read, and the axes they form (outermost first).
struct GridNumbers {
  std::vector<std::int64_t> axes;
  std::vector<float> values;
  std::int64_t rounded = 0;  ///< Integers beyond 2^24 that float32 cannot hold.

  /// Appends a cell's number. Errors: no number, with row and column.
  Result<void> add(const TextCell& cell);
};

/// The error `row 1, column 2: WHAT`, at the cell's position.
tl::unexpected<Error> cell_failure(const TextCell& cell, std::string_view what);

/// The error WHAT, at `position`.
tl::unexpected<Error> text_failure(std::size_t position, std::string what);

/// Reads rows of numbers. The text has no comments.
Result<GridNumbers> parse_rows(std::string_view text);

/// Reads nested brackets, alone or in `array(...)`. The text has no comments.
Result<GridNumbers> parse_brackets(std::string_view text);

}  // namespace poolscope
