#pragma once

#include <filesystem>
#include <span>

#include "core/io/input.h"

namespace poolscope {

/// Reads an .npy file of 2 to 4 axes: versions 1 to 3, bool, (u)int8 to 64, float16, 32, 64, either
/// byte order, C and Fortran order. Errors: complex, text, dates, records and objects by name; a
/// header, product of the shape and file size that do not agree, before anything is allocated.
Result<LoadedArray> read_npy(const std::filesystem::path& path);

/// Writes float32 or int64, little-endian, C order, version 1; `axes` is the array's shape. Beside
/// first, then renamed, so that no half-written file remains.
Result<void> write_npy(const std::filesystem::path& path, std::span<const float> values,
                       std::span<const std::int64_t> axes);
Result<void> write_npy(const std::filesystem::path& path, std::span<const std::int64_t> values,
                       std::span<const std::int64_t> axes);

}  // namespace poolscope
