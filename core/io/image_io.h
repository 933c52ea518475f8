#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "core/io/image_layout.h"
#include "core/io/input.h"

namespace poolscope {

/// Reads PNG, JPEG, BMP, TGA, PSD (8 and 16 bit) or HDR with the file's own channels (1 to 4), as
/// 0 to 255, 0 to 65535, or linear. A palette gives RGB, or RGBA where it has alpha.
Result<LoadedArray> read_image(const std::filesystem::path& path);

/// Decodes the bytes of a whole image file whose layout was inspected.
Result<LoadedArray> decode_image(Bytes bytes, const ImageLayout& layout);

/// Decodes the bytes of an image file of one format.
template <Result<ImageLayout> (*inspect)(Bytes)>
Result<LoadedArray> parse_image(Bytes bytes) {
  const auto layout = inspect(bytes);
  if (!layout) return tl::unexpected(layout.error());
  return decode_image(bytes, *layout);
}

/// Writes 8-bit pixels, `channels` (1 to 4) interleaved, rows from the top, as PNG.
Result<void> write_png(const std::filesystem::path& path, std::span<const std::uint8_t> pixels,
                       std::int64_t width, std::int64_t height, int channels);

/// Writes a tensor of one sample and 1 or 3 channels as PNG. Its finite values are scaled so that
/// the smallest becomes 0 and the largest 255, rounded to the nearest; equal values all become 0.
/// NaN and -inf become 0, +inf 255. Errors: another shape, an empty one.
Result<void> write_png(const std::filesystem::path& path, const Tensor& tensor);

}  // namespace poolscope
