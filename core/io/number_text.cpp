#include "core/io/number_text.h"

#include <charconv>

#include <fmt/format.h>

#include "core/io/bytes.h"

namespace poolscope {
namespace {

/// True where `digits`, a number that from_chars finds out of range, is too small rather than too
/// large: it has a negative exponent, or nothing but zeros before its point.
bool is_tiny(std::string_view digits) {
  const std::size_t exponent = digits.find_first_of("eE");
  if (exponent != std::string_view::npos) return digits.substr(exponent + 1).starts_with('-');
  const std::size_t first = digits.find_first_not_of("-0");
  return first != std::string_view::npos && digits[first] == '.';
}

}  // namespace

Result<float> parse_number(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('+') && digits.substr(1, 1) != "-") digits.remove_prefix(1);
  const char* const end = digits.data() + digits.size();
  float value = 0.0F;
  const auto [stop, code] = std::from_chars(digits.data(), end, value);
  // from_chars also takes "nan(text)" for a number.
  const bool whole = stop == end && digits.find('(') == std::string_view::npos;
  if (code == std::errc::invalid_argument || !whole) {
    return failure(fmt::format("{} is not a number", excerpt(text)));
  }
  if (code != std::errc::result_out_of_range) return value;
  if (is_tiny(digits)) return digits.starts_with('-') ? -0.0F : 0.0F;
  return failure(fmt::format("{} is beyond float32 (3.4e38)", excerpt(text)));
}

bool holds_integer(std::string_view text, float value) {
  if (text.find_first_of(".eEnN") != std::string_view::npos) return true;
  if (text.starts_with('+')) text.remove_prefix(1);
  double exact = 0.0;
  std::from_chars(text.data(), text.data() + text.size(), exact);
  return exact == static_cast<double>(value);
}

}  // namespace poolscope
