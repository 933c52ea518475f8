#pragma once

#include <filesystem>
#include <span>

#include "core/io/bytes.h"
#include "core/io/input.h"

namespace poolscope {

/// Reads an .npy file of 2 to 4 axes: versions 1 to 3, bool, (u)int8 to 64, float16, 32, 64, either
/// byte order, C and Fortran order. A note says what was converted and what was lost by it. Errors:
/// complex, text, dates, records and objects by name; a header, product of the shape and file size
/// that do not agree, before anything is allocated.
/// Source: NumPy Enhancement Proposal 1 and numpy.lib.format.
Result<LoadedArray> read_npy(const std::filesystem::path& path);

/// The same from the bytes of a file.
Result<LoadedArray> parse_npy(Bytes bytes);

/// True where the bytes begin as every .npy file does.
bool looks_like_npy(Bytes bytes);

/// Writes float32 or int64, little-endian, C order, version 1; `axes` is the array's shape (any
/// number of axes). Beside first, then renamed, so that no half-written file remains.
Result<void> write_npy(const std::filesystem::path& path, std::span<const float> values,
                       std::span<const std::int64_t> axes);
Result<void> write_npy(const std::filesystem::path& path, std::span<const std::int64_t> values,
                       std::span<const std::int64_t> axes);

}  // namespace poolscope
