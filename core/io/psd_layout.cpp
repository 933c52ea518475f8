#include <algorithm>

#include <fmt/format.h>

#include "core/io/image_layout.h"

namespace poolscope {
namespace {

constexpr std::size_t kHeader = 26;

struct Header {
  std::size_t version = 0, channels = 0, bits = 0, mode = 0;
  std::int64_t width = 0, height = 0;
};

Header read_header(Bytes bytes) {
  Header header;
  header.version = big_endian(bytes, 4, 2);
  header.channels = big_endian(bytes, 12, 2);
  header.height = static_cast<std::int64_t>(big_endian(bytes, 14, 4));
  header.width = static_cast<std::int64_t>(big_endian(bytes, 18, 4));
  header.bits = big_endian(bytes, 22, 2);
  header.mode = big_endian(bytes, 24, 2);
  return header;
}

Result<void> check_kind(const Header& header) {
  constexpr std::size_t rgb = 3;
  if (header.version != 1) return failure("a large PSD (PSB) is not read; save it as PNG");
  if (header.mode != rgb || header.channels < 3 || header.channels > 16) {
    return failure(fmt::format("a PSD of colour mode {} with {} channels is not read; RGB (3) is",
                               header.mode, header.channels));
  }
  if (header.bits != 8 && header.bits != 16) {
    return failure(fmt::format("a PSD of {} bits is not read; 8 and 16 are", header.bits));
  }
  return {};
}

/// Where the merged image begins: after three sections that begin with their lengths.
Result<std::size_t> image_begin(Bytes bytes) {
  std::size_t at = kHeader;
  for (int section = 0; section < 3; ++section) {
    if (bytes.size() - at < 4) return truncated_image("PSD");
    const std::size_t length = big_endian(bytes, at, 4);
    at += 4;
    if (length > bytes.size() - at) return truncated_image("PSD");
    at += length;
  }
  return at;
}

/// True where the packets in `row` unpack to `width` bytes: a head below 128 has that many and one
/// more bytes after it, above 128 one byte that stands for 257 less the head.
bool unpacks_to(Bytes row, std::int64_t width) {
  for (std::size_t at = 0; at < row.size();) {
    const int head = row[at];
    if (head != 128) width -= head < 128 ? head + 1 : 257 - head;
    at += head < 128 ? 2 + static_cast<std::size_t>(head) : head == 128 ? 1 : 2;
    if (at > row.size()) return false;
  }
  return width == 0;
}

/// One length of 2 bytes for each row of each channel, then the packed rows.
Result<void> check_packed_rows(Bytes data, std::size_t rows, std::int64_t width) {
  if (data.size() / 2 < rows) return truncated_image("PSD");
  std::size_t at = rows * 2;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t length = big_endian(data, row * 2, 2);
    if (length > data.size() - at) return truncated_image("PSD");
    if (!unpacks_to(data.subspan(at, length), width)) {
      return damaged_image("PSD", fmt::format("packed row {} is not {} long", row, width));
    }
    at += length;
  }
  return {};
}

Result<void> check_pixels(Bytes data, const Header& header) {
  if (data.size() < 2) return truncated_image("PSD");
  const std::size_t packing = big_endian(data, 0, 2);
  const Bytes pixels = data.subspan(2);
  const auto rows = static_cast<std::size_t>(header.height) * header.channels;
  if (packing > 1) return failure("a PSD compressed with ZIP is not read; save it as PNG");
  if (packing == 1 && header.bits == 16) {
    return failure("a 16-bit PSD with run lengths is not read; save it as 16-bit PNG");
  }
  if (packing == 1) return check_packed_rows(pixels, rows, header.width);
  const std::size_t row_bytes = static_cast<std::size_t>(header.width) * header.bits / 8;
  if (rows * row_bytes > pixels.size()) return truncated_image("PSD");
  return {};
}

}  // namespace

bool looks_like_psd(Bytes bytes) { return begins_with(bytes, "8BPS"); }

Result<ImageLayout> inspect_psd(Bytes bytes) {
  if (bytes.size() < kHeader) return truncated_image("PSD");
  const Header header = read_header(bytes);
  if (auto kind = check_kind(header); !kind) return tl::unexpected(kind.error());
  ImageLayout layout;
  layout.width = header.width;
  layout.height = header.height;
  layout.channels = static_cast<int>(std::min<std::size_t>(header.channels, 4));
  layout.sample = header.bits == 16 ? SampleType::u16 : SampleType::u8;
  if (header.channels > 4) layout.note = "channels beyond the fourth left out";
  const auto checked = checked_layout(layout);
  if (!checked) return checked;
  const auto begin = image_begin(bytes);
  if (!begin) return tl::unexpected(begin.error());
  if (auto whole = check_pixels(bytes.subspan(*begin), header); !whole) {
    return tl::unexpected(whole.error());
  }
  return checked;
}

}  // namespace poolscope
