#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/io/bytes.h"

namespace poolscope {

/// The bytes as text of letters, digits, + and /, filled up with = to a multiple of four.
/// Source: RFC 4648, section 4.
std::string base64_text(Bytes bytes);

/// The bytes that base64_text wrote. Errors: a length, a character or bits that it would not write,
/// with the place (from 0).
Result<std::vector<std::uint8_t>> parse_base64(std::string_view text);

}  // namespace poolscope
