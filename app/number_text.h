#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace poolscope {

/// Up to three decimal places, at least three significant digits below 1, trailing zeros cut;
/// `-∞`, `∞` and `NaN` by their signs.
std::string number_text(double value);
/// As number_text, in at most `digits` characters where the value allows: with fewer decimal places
/// or, where these would leave no digit, as `1.2e5`. Five characters are enough for any float.
std::string short_number_text(double value, int digits);
/// Whether `typed` is one of the ways in which the interface prints `value`: in full, or with as
/// few decimal places as a cell may have room for.
bool reads_as(double typed, double value);
/// Thousands set apart: `49 152`.
std::string count_text(std::int64_t count);

/// A share from 0 to 1: `97.7 %`; of 0 parts of nothing `–`.
std::string percent_text(double share);

/// Characters on the screen, not bytes, of UTF-8 text.
std::size_t character_count(std::string_view text);

/// `< 0.01 ms`, `0.4 ms`, `12 ms`, `1.3 s`.
std::string duration_text(double seconds);

}  // namespace poolscope
