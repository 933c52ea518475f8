#include <fmt/format.h>

#include "core/io/image_layout.h"

namespace poolscope {
namespace {

constexpr std::size_t kFileHeader = 14;

struct Header {
  std::int64_t width = 0, height = 0;
  std::uint64_t pixels_at = 0, size = 0, bits = 0, compression = 0;
};

std::int64_t signed_32(Bytes bytes, std::size_t at) {
  return static_cast<std::int32_t>(little_endian(bytes, at, 4));
}

Result<Header> read_header(Bytes bytes) {
  if (bytes.size() < kFileHeader + 12) return truncated_image("BMP");
  Header header;
  header.pixels_at = little_endian(bytes, 10, 4);
  header.size = little_endian(bytes, kFileHeader, 4);
  if (header.size > bytes.size() - kFileHeader) return truncated_image("BMP");
  if (header.size == 12) {
    header.width = static_cast<std::int64_t>(little_endian(bytes, 18, 2));
    header.height = static_cast<std::int64_t>(little_endian(bytes, 20, 2));
    header.bits = little_endian(bytes, 24, 2);
    return header;
  }
  if (header.size < 40)
    return damaged_image("BMP", fmt::format("a header of {} bytes", header.size));
  header.width = signed_32(bytes, 18);
  header.height = std::abs(signed_32(bytes, 22));  // Negative: rows from the top.
  header.bits = little_endian(bytes, 28, 2);
  header.compression = little_endian(bytes, 30, 4);
  return header;
}

}  // namespace

bool looks_like_bmp(Bytes bytes) { return begins_with(bytes, "BM"); }

Result<ImageLayout> inspect_bmp(Bytes bytes) {
  const auto header = read_header(bytes);
  if (!header) return tl::unexpected(header.error());
  if (header->compression != 0 && header->compression != 3) {
    return failure("a compressed BMP is not read; save it uncompressed or as PNG");
  }
  if (header->pixels_at < kFileHeader + header->size) {
    return damaged_image("BMP", "its pixels begin inside its header");
  }
  const std::uint64_t bits = header->bits;
  if (bits != 1 && bits != 4 && bits != 8 && bits != 16 && bits != 24 && bits != 32) {
    return damaged_image("BMP", fmt::format("{} bits a pixel", bits));
  }
  ImageLayout layout;
  layout.width = header->width;
  layout.height = header->height;
  layout.channels = bits == 16 || bits == 32 ? 4 : 3;
  const auto checked = checked_layout(layout);
  if (!checked) return checked;
  const std::uint64_t row = (header->width * bits + 7) / 8;
  const std::uint64_t padded_row = (row + 3) / 4 * 4;
  const std::uint64_t end = header->pixels_at + padded_row * (header->height - 1) + row;
  if (end > bytes.size()) return truncated_image("BMP");
  return checked;
}

}  // namespace poolscope
