#include <array>

#include <fmt/format.h>

#include "core/io/image_layout.h"

namespace poolscope {
namespace {

constexpr std::string_view kMagic = "\x89PNG\r\n\x1a\n";

std::uint32_t crc32(Bytes bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> entries{};
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      std::uint32_t entry = i;
      for (int bit = 0; bit < 8; ++bit) entry = entry >> 1 ^ (entry & 1 ? 0xEDB88320U : 0U);
      entries[i] = entry;
    }
    return entries;
  }();
  std::uint32_t crc = ~0U;
  for (const std::uint8_t byte : bytes) crc = crc >> 8 ^ table[(crc ^ byte) & 255];
  return ~crc;
}

struct Chunk {
  std::string_view type;
  Bytes data;
};

/// Takes the next chunk off `rest`, with its length and its checksum held against the file.
Result<Chunk> next_chunk(Bytes& rest) {
  constexpr std::size_t around = 12;
  if (rest.size() < around) return truncated_image("PNG");
  const std::size_t length = big_endian(rest, 0, 4);
  if (length > rest.size() - around) return truncated_image("PNG");
  const Chunk chunk{text_of(rest.subspan(4, 4)), rest.subspan(8, length)};
  if (big_endian(rest, 8 + length, 4) != crc32(rest.subspan(4, 4 + length))) {
    return damaged_image("PNG", fmt::format("the checksum of {} is wrong", excerpt(chunk.type)));
  }
  rest = rest.subspan(around + length);
  return chunk;
}

struct Contents {
  Bytes header;
  std::size_t compressed = 0;  ///< Bytes of pixels, compressed.
  bool transparency = false;
};

Result<Contents> read_chunks(Bytes rest) {
  Contents contents;
  for (;;) {
    const auto chunk = next_chunk(rest);
    if (!chunk) return tl::unexpected(chunk.error());
    if (contents.header.empty()) {
      if (chunk->type != "IHDR" || chunk->data.size() != 13) {
        return damaged_image("PNG", "it does not begin with its header");
      }
      contents.header = chunk->data;
    }
    if (chunk->type == "IDAT") contents.compressed += chunk->data.size();
    if (chunk->type == "tRNS") contents.transparency = true;
    if (chunk->type == "IEND") return contents;
  }
}

/// Channels by colour type; 0 for a type that does not exist. A palette stands for RGB.
int channels_of(int colour_type, bool transparency) {
  switch (colour_type) {
    case 0:
      return transparency ? 2 : 1;
    case 2:
    case 3:
      return transparency ? 4 : 3;
    case 4:
      return 2;
    case 6:
      return 4;
    default:
      return 0;
  }
}

}  // namespace

bool looks_like_png(Bytes bytes) { return begins_with(bytes, kMagic); }

Result<ImageLayout> inspect_png(Bytes bytes) {
  const auto contents = read_chunks(bytes.subspan(kMagic.size()));
  if (!contents) return tl::unexpected(contents.error());
  const Bytes header = contents->header;
  const int depth = header[8], colour_type = header[9];
  ImageLayout layout;
  layout.width = static_cast<std::int64_t>(big_endian(header, 0, 4));
  layout.height = static_cast<std::int64_t>(big_endian(header, 4, 4));
  layout.channels = channels_of(colour_type, contents->transparency);
  layout.sample = depth == 16 ? SampleType::u16 : SampleType::u8;
  if (layout.channels == 0) {
    return damaged_image("PNG", fmt::format("colour type {}", colour_type));
  }
  const auto checked = checked_layout(layout);
  if (!checked) return checked;
  // Deflate makes at most 1032 bytes out of one.
  const std::int64_t stored_channels = colour_type == 3 ? 1 : channels_of(colour_type, false);
  const std::int64_t row = (layout.width * stored_channels * depth + 7) / 8 + 1;
  if (row * layout.height > static_cast<std::int64_t>(contents->compressed) * 1032) {
    return damaged_image("PNG", fmt::format("{}x{} pixels cannot come out of {} bytes",
                                            layout.width, layout.height, contents->compressed));
  }
  return checked;
}

}  // namespace poolscope
