#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"

/// The grammar of a layer's text, without any meaning: `nn.MaxPool2d(3, stride=(2, 1))`. A subset
/// of Python's calls: names, integers, floats, inf and nan, True, False, None, strings, tuples,
/// lists.
namespace poolscope {

struct SyntaxValue;

struct NoneValue {
  bool operator==(const NoneValue&) const = default;
};

using SyntaxList = std::vector<SyntaxValue>;

/// One literal and where it stands in the text.
struct SyntaxValue {
  std::variant<NoneValue, bool, std::int64_t, double, std::string, SyntaxList> data;
  std::size_t begin = 0, end = 0;
};

/// `3` or `stride=2`; the name of a positional argument is empty.
struct SyntaxArgument {
  std::string_view name;
  std::size_t begin = 0;
  SyntaxValue value;
};

struct SyntaxCall {
  std::string_view name;  ///< With its dots: `torch.nn.MaxPool2d`.
  std::size_t begin = 0;
  std::vector<SyntaxArgument> arguments;
  std::size_t close = 0;  ///< Of the closing parenthesis.
};

/// Reads `text` as one call. The names in it point into `text`. Errors: as text_error.
Result<SyntaxCall> parse_call(std::string_view text);

/// Reads `text` as one literal.
Result<SyntaxValue> parse_value(std::string_view text);

/// A usage error at a 0-based position: `message at character N` (N counts from 1), on one line.
tl::unexpected<Error> text_error(std::size_t position, std::string_view message,
                                 std::string parameter = {});

/// A piece of the text for a message, in backquotes: shortened, control characters and broken UTF-8
/// as \xNN.
std::string quoted(std::string_view piece);

/// `found` in backquotes, or `the end of the text`: from `position` up to the end of the word
/// there.
std::string found_at(std::string_view text, std::size_t position);

}  // namespace poolscope
