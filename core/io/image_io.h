#pragma once

#include <filesystem>
#include <span>

#include "core/io/input.h"

namespace poolscope {

/// Reads PNG, JPEG, BMP, TGA, PSD (8 and 16 bit) or HDR with the file's own channels (1 to 4), as
/// 0 to 255, 0 to 65535, or linear.
Result<LoadedArray> read_image(const std::filesystem::path& path);

/// Writes 8-bit pixels, `channels` (1 to 4) interleaved, rows from the top, as PNG.
Result<void> write_png(const std::filesystem::path& path, std::span<const std::uint8_t> pixels,
                       std::int64_t width, std::int64_t height, int channels);

/// Writes the first sample of a tensor of 1 or 3 channels as PNG, its finite range scaled to 0..255.
/// Errors: another number of channels.
Result<void> write_png(const std::filesystem::path& path, const Tensor& tensor);

}  // namespace poolscope
