#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace poolscope {

/// The whole file. Errors: missing, a folder, unreadable, larger than 8 GiB.
Result<std::vector<std::uint8_t>> read_file(const std::filesystem::path& path);

/// Writes beside the target and renames: the file is whole or was never there, and an older one
/// stays as it was when writing fails.
Result<void> write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
Result<void> write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace poolscope
