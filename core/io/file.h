#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace poolscope {

/// The whole of a regular file. Errors: missing, a folder, a device or pipe, unreadable, larger
/// than 8 GiB.
Result<std::vector<std::uint8_t>> read_file(const std::filesystem::path& path);

/// So many bytes to fill. Errors: memory that cannot be had.
Result<std::vector<std::uint8_t>> bytes_of_size(std::int64_t size);

/// Writes beside the target and renames: the file is whole or was never there, and an older one
/// stays as it was when writing fails. A link keeps pointing where it points, and an older file
/// keeps its permissions. A device or pipe (`/dev/stdout`) is written to as it stands.
Result<void> write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
Result<void> write_file(const std::filesystem::path& path, std::string_view text);
/// The same for a file in parts: a header, then values that are not copied.
Result<void> write_file(const std::filesystem::path& path,
                        std::initializer_list<std::span<const std::uint8_t>> parts);

/// The error with the file's name before its message.
Error about_file(const std::filesystem::path& path, Error error);

}  // namespace poolscope
