#include <fmt/format.h>

#include "core/io/image_layout.h"

namespace poolscope {
namespace {

enum Marker : int {
  kStartOfFrame0 = 0xC0,
  kDht = 0xC4,
  kJpg = 0xC8,
  kDac = 0xCC,
  kStartOfFrame15 = 0xCF,
  kRestart0 = 0xD0,
  kRestart7 = 0xD7,
  kStartOfImage = 0xD8,
  kEndOfImage = 0xD9,
  kStartOfScan = 0xDA,
  kTemporary = 0x01
};

bool is_frame(int marker) {
  return marker >= kStartOfFrame0 && marker <= kStartOfFrame15 && marker != kDht &&
         marker != kJpg && marker != kDac;
}

bool stands_alone(int marker) {
  return marker == kTemporary || (marker >= kRestart0 && marker <= kStartOfImage);
}

/// The position of the first marker at or after `at` that ends the compressed data there; the
/// file's size if none does.
std::size_t end_of_scan(Bytes bytes, std::size_t at) {
  for (; at + 1 < bytes.size(); ++at) {
    if (bytes[at] != 0xFF) continue;
    const int next = bytes[at + 1];
    if (next != 0 && next != 0xFF && !(next >= kRestart0 && next <= kRestart7)) return at;
  }
  return bytes.size();
}

Result<ImageLayout> read_frame(int marker, Bytes segment) {
  if (marker > 0xC2) {
    return failure(
        fmt::format("a JPEG of kind SOF{} (lossless or arithmetic) is not read; baseline "
                    "and progressive are",
                    marker - kStartOfFrame0));
  }
  if (segment.size() < 6) return truncated_image("JPEG");
  if (segment[0] != 8)
    return failure(fmt::format("a JPEG of {} bits is not read; 8 is", segment[0]));
  ImageLayout layout;
  layout.height = static_cast<std::int64_t>(big_endian(segment, 1, 2));
  layout.width = static_cast<std::int64_t>(big_endian(segment, 3, 2));
  const int components = segment[5];
  if (components != 1 && components != 3 && components != 4) {
    return damaged_image("JPEG", fmt::format("{} components", components));
  }
  layout.channels = components == 1 ? 1 : 3;
  if (components == 4) layout.note = "CMYK converted to RGB";
  return layout;
}

/// A block of 8x8 samples takes at least one bit, and no sampling spreads it over more than 128
/// pixels.
Result<ImageLayout> plausible(const ImageLayout& layout, std::size_t file_size) {
  if (layout.width * layout.height > static_cast<std::int64_t>(file_size) * 8 * 128) {
    return damaged_image("JPEG", fmt::format("{}x{} pixels cannot come out of {} bytes",
                                             layout.width, layout.height, file_size));
  }
  return checked_layout(layout);
}

}  // namespace

bool looks_like_jpeg(Bytes bytes) { return begins_with(bytes, "\xff\xd8\xff"); }

Result<ImageLayout> inspect_jpeg(Bytes bytes) {
  ImageLayout layout;
  bool scanned = false;
  std::size_t at = 2;
  while (at + 1 < bytes.size()) {
    if (bytes[at] != 0xFF) return damaged_image("JPEG", "no marker where one is wanted");
    const int marker = bytes[at + 1];
    at += marker == 0xFF ? 1 : 2;
    if (marker == 0xFF || stands_alone(marker)) continue;
    if (marker == kEndOfImage) {
      if (!scanned) return damaged_image("JPEG", "it has no pixels");
      return plausible(layout, bytes.size());
    }
    if (at + 2 > bytes.size()) break;
    const std::size_t length = big_endian(bytes, at, 2);
    if (length < 2) return damaged_image("JPEG", "an empty segment");
    if (length > bytes.size() - at) break;
    if (is_frame(marker)) {
      auto frame = read_frame(marker, bytes.subspan(at + 2, length - 2));
      if (!frame) return frame;
      layout = *frame;
    }
    at += length;
    if (marker == kStartOfScan) {
      if (layout.channels == 0) return damaged_image("JPEG", "pixels before the header");
      scanned = true;
      at = end_of_scan(bytes, at);
    }
  }
  return truncated_image("JPEG");
}

}  // namespace poolscope
