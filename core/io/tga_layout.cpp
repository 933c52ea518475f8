#include <fmt/format.h>

#include "core/io/image_layout.h"

namespace poolscope {
namespace {

constexpr std::size_t kHeader = 18;

struct Header {
  bool palette = false, run_length = false, grey = false;
  std::size_t palette_first = 0, palette_entries = 0, palette_bits = 0;
  std::size_t bits = 0, id_bytes = 0;
  std::int64_t width = 0, height = 0;
};

Header read_header(Bytes bytes) {
  const int type = bytes[2];
  Header header;
  header.palette = bytes[1] == 1;
  header.run_length = type >= 8;
  header.grey = (type & 7) == 3;
  header.id_bytes = bytes[0];
  header.palette_first = little_endian(bytes, 3, 2);
  header.palette_entries = little_endian(bytes, 5, 2);
  header.palette_bits = bytes[7];
  header.width = static_cast<std::int64_t>(little_endian(bytes, 12, 2));
  header.height = static_cast<std::int64_t>(little_endian(bytes, 14, 2));
  header.bits = bytes[16];
  return header;
}

int channels_of(std::size_t bits, bool grey) {
  switch (bits) {
    case 8:
      return 1;
    case 15:
      return 3;
    case 16:
      return grey ? 2 : 3;
    case 24:
      return 3;
    case 32:
      return 4;
    default:
      return 0;
  }
}

/// True where run-length packets for all pixels lie within `data`.
bool packets_suffice(Bytes data, std::int64_t pixels, std::size_t pixel_bytes) {
  std::size_t at = 0;
  while (pixels > 0) {
    if (at >= data.size()) return false;
    const int count = (data[at] & 127) + 1;
    const bool run = data[at] >= 128;
    at += 1 + pixel_bytes * static_cast<std::size_t>(run ? 1 : count);
    pixels -= count;
  }
  return at <= data.size();
}

bool pixels_suffice(const Header& header, Bytes bytes) {
  const std::size_t palette_bytes =
      header.palette ? header.palette_entries * ((header.palette_bits + 7) / 8) : 0;
  const std::size_t begin = kHeader + header.id_bytes + palette_bytes;
  if (begin > bytes.size()) return false;
  const Bytes data = bytes.subspan(begin);
  const std::int64_t pixels = header.width * header.height;
  const std::size_t pixel_bytes = (header.bits + 7) / 8;
  if (header.run_length) return packets_suffice(data, pixels, pixel_bytes);
  return static_cast<std::size_t>(pixels) * pixel_bytes <= data.size();
}

}  // namespace

/// TGA has no magic bytes; what each byte of its header may be tells it apart well enough.
bool looks_like_tga(Bytes bytes) {
  if (bytes.size() < kHeader || bytes[1] > 1) return false;
  const int type = bytes[2];
  const bool palette_type = type == 1 || type == 9;
  const bool plain_type = type == 2 || type == 3 || type == 10 || type == 11;
  if (bytes[1] == 1 ? !palette_type : !plain_type) return false;
  const Header header = read_header(bytes);
  if (header.width == 0 || header.height == 0) return false;
  if (header.palette) {
    return (header.bits == 8 || header.bits == 16) && header.palette_entries > 0 &&
           channels_of(header.palette_bits, false) != 0;
  }
  return channels_of(header.bits, header.grey) != 0 && (!header.grey || header.bits <= 16);
}

Result<ImageLayout> inspect_tga(Bytes bytes) {
  const Header header = read_header(bytes);
  ImageLayout layout;
  layout.width = header.width;
  layout.height = header.height;
  layout.channels = header.palette ? channels_of(header.palette_bits, false)
                                   : channels_of(header.bits, header.grey);
  const auto checked = checked_layout(layout);
  if (!checked) return checked;
  if (header.palette && header.palette_first != 0) {
    return failure(fmt::format("a TGA palette that begins at colour {} is not read; 0 is",
                               header.palette_first));
  }
  if (!pixels_suffice(header, bytes)) return truncated_image("TGA");
  return checked;
}

}  // namespace poolscope
