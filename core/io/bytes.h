#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/check.h"

namespace poolscope {

/// The bytes of a file that is being read.
using Bytes = std::span<const std::uint8_t>;

inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class T>
Bytes bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()};
}

inline bool begins_with(Bytes bytes, std::string_view magic) {
  return text_of(bytes).starts_with(magic);
}

/// The unsigned number of `size` (1 to 8) bytes at `at`, which must lie inside; smallest byte
/// first.
inline std::uint64_t little_endian(Bytes bytes, std::size_t at, std::size_t size) {
  POOLSCOPE_CHECK(size <= bytes.size() && at <= bytes.size() - size);
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}

/// The same, largest byte first.
inline std::uint64_t big_endian(Bytes bytes, std::size_t at, std::size_t size) {
  POOLSCOPE_CHECK(size <= bytes.size() && at <= bytes.size() - size);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes[at + i];
  return value;
}

/// `text` in double quotes for a message of one line: shortened to 24 characters, unprintable bytes
/// as \xNN.
std::string excerpt(std::string_view text);

/// How a file begins, for a message: its first bytes in hexadecimal.
std::string first_bytes(Bytes bytes);

}  // namespace poolscope
