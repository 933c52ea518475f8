#include "core/io/bytes.h"

#include <algorithm>

#include <fmt/format.h>

namespace poolscope {

std::string excerpt(std::string_view text) {
  constexpr std::size_t most = 24;
  std::string shown;
  for (const char c : text.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7e) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += c;
    }
  }
  return fmt::format("\"{}{}\"", shown, text.size() > most ? "..." : "");
}

std::string first_bytes(Bytes bytes) {
  return fmt::format("{:02x}", fmt::join(bytes.first(std::min<std::size_t>(bytes.size(), 4)), " "));
}

}  // namespace poolscope
