#include "app/number_text.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace poolscope {
namespace {

/// Drops the zeros after the last digit that counts, and a point left bare.
std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos || text.find('e') != std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::optional<std::string> special_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "∞" : "-∞";
  return {};
}

/// The most decimal places that fit, or none; a value that they round away is 0 without a sign.
std::string plain_text(double value, std::size_t room) {
  std::string text;
  for (int decimals = 7; decimals >= 0 && (text.empty() || text.size() > room); --decimals) {
    text = without_trailing_zeros(fmt::format("{:.{}f}", value, decimals));
  }
  return text == "-0" ? "0" : text;
}

/// `1.2e5`: the most digits that fit, or one.
std::string scientific_text(double value, std::size_t room) {
  std::string text;
  for (int decimals = 3; decimals >= 0 && (text.empty() || text.size() > room); --decimals) {
    const std::string full = fmt::format("{:.{}e}", value, decimals);
    const std::size_t e = full.find('e');
    text = fmt::format("{}e{}", without_trailing_zeros(full.substr(0, e)),
                       std::stoi(full.substr(e + 1)));
  }
  return text;
}

}  // namespace

std::string percent_text(double share) {
  return std::isnan(share) ? "–" : fmt::format("{:.1f} %", share * 100.0);
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string number_text(double value) {
  if (auto special = special_text(value)) return *special;
  const double size = std::abs(value);
  if (size >= 1e7) return fmt::format("{:.4g}", value);
  if (size >= 1.0 || size == 0.0) return without_trailing_zeros(fmt::format("{:.3f}", value));
  if (size < 1e-6) return fmt::format("{:.3g}", value);
  const int decimals = std::max(3, 2 - static_cast<int>(std::floor(std::log10(size))));
  return without_trailing_zeros(fmt::format("{:.{}f}", value, decimals));
}

std::string short_number_text(double value, int digits) {
  const auto room = static_cast<std::size_t>(digits);
  const std::string text = number_text(value);
  if (!std::isfinite(value) || character_count(text) <= room) return text;
  const std::string plain = std::abs(value) < 1e7 ? plain_text(value, room) : "";
  const bool fits = !plain.empty() && plain.size() <= room;
  if (fits && plain != "0") return plain;
  const std::string scientific = scientific_text(value, room);
  return fits && scientific.size() > room ? plain : scientific;
}

bool reads_as(double typed, double value) {
  const std::string text = number_text(typed);
  if (typed == value || text == number_text(value)) return true;
  // In fewer than four characters too little of a number is left to tell it from others.
  constexpr int kFewest = 4, kMost = 8;
  for (int digits = kFewest; digits <= kMost; ++digits) {
    if (text == short_number_text(value, digits)) return true;
  }
  return false;
}

std::string count_text(std::int64_t count) {
  std::string text = fmt::format("{}", count);
  for (int at = static_cast<int>(text.size()) - 3; at > (count < 0 ? 1 : 0); at -= 3) {
    text.insert(static_cast<std::size_t>(at), 1, ' ');
  }
  return text;
}

std::string duration_text(double seconds) {
  const double ms = seconds * 1e3;
  if (ms < 0.01) return "< 0.01 ms";
  if (ms < 0.095) return fmt::format("{:.2f} ms", ms);
  if (ms < 9.95) return fmt::format("{:.1f} ms", ms);
  if (ms < 999.5) return fmt::format("{:.0f} ms", ms);
  return fmt::format("{:.1f} s", seconds);
}

}  // namespace poolscope
