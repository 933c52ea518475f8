#include <charconv>

#include <fmt/format.h>

#include "core/io/image_layout.h"

namespace poolscope {
namespace {

/// Takes the next line off `rest`, without its end.
Result<std::string_view> next_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return truncated_image("HDR");
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

/// `-Y 384 +X 512`.
Result<ImageLayout> read_size(std::string_view line) {
  ImageLayout layout;
  layout.channels = 3;
  layout.sample = SampleType::f32;
  const char* const end = line.data() + line.size();
  if (line.starts_with("-Y ")) {
    const auto height = std::from_chars(line.data() + 3, end, layout.height);
    const std::string_view rest(height.ptr, static_cast<std::size_t>(end - height.ptr));
    if (height.ec == std::errc{} && rest.starts_with(" +X ")) {
      const auto width = std::from_chars(rest.data() + 4, end, layout.width);
      if (width.ec == std::errc{} && width.ptr == end) return layout;
    }
  }
  return failure(fmt::format("an HDR with the size line {} is not read; -Y HEIGHT +X WIDTH is",
                             excerpt(line)));
}

Result<ImageLayout> read_header(std::string_view& rest) {
  bool rgbe = false;
  for (;;) {
    const auto line = next_line(rest);
    if (!line) return tl::unexpected(line.error());
    if (line->empty()) break;
    rgbe |= *line == "FORMAT=32-bit_rle_rgbe";
  }
  if (!rgbe) return failure("an HDR without FORMAT=32-bit_rle_rgbe is not read");
  const auto line = next_line(rest);
  if (!line) return tl::unexpected(line.error());
  return read_size(*line);
}

/// One of a row's four parts: runs until `width` values are there; false where they do not fit.
bool skip_runs(Bytes data, std::size_t& at, std::int64_t width) {
  while (width > 0) {
    if (at >= data.size()) return false;
    const int head = data[at];
    const int count = head > 128 ? head - 128 : head;
    at += head > 128 ? 2 : 1 + static_cast<std::size_t>(count);
    width -= count;
    if (count == 0 || width < 0 || at > data.size()) return false;
  }
  return true;
}

bool is_packed_row(Bytes data, std::size_t at, std::int64_t width) {
  return data.size() - at >= 4 && data[at] == 2 && data[at + 1] == 2 &&
         static_cast<std::int64_t>(big_endian(data, at + 2, 2)) == width;
}

bool packed_rows_suffice(Bytes data, const ImageLayout& layout) {
  std::size_t at = 0;
  for (std::int64_t row = 0; row < layout.height; ++row) {
    if (!is_packed_row(data, at, layout.width)) return false;
    at += 4;
    for (int part = 0; part < 4; ++part) {
      if (!skip_runs(data, at, layout.width)) return false;
    }
  }
  return true;
}

/// Rows are packed from 8 to 32767 pixels on, unless the first row is not.
bool pixels_suffice(Bytes data, const ImageLayout& layout) {
  const bool may_be_packed = layout.width >= 8 && layout.width < 32768 && data.size() >= 4;
  if (may_be_packed && data[0] == 2 && data[1] == 2 && data[2] < 128) {
    return packed_rows_suffice(data, layout);
  }
  return static_cast<std::uint64_t>(layout.width * layout.height) * 4 <= data.size();
}

}  // namespace

bool looks_like_hdr(Bytes bytes) {
  return begins_with(bytes, "#?RADIANCE\n") || begins_with(bytes, "#?RGBE\n");
}

Result<ImageLayout> inspect_hdr(Bytes bytes) {
  std::string_view rest = text_of(bytes);
  const auto layout = read_header(rest);
  if (!layout) return layout;
  const auto checked = checked_layout(*layout);
  if (!checked) return checked;
  const Bytes data = bytes.subspan(bytes.size() - rest.size());
  if (!pixels_suffice(data, *checked)) return damaged_image("HDR", "rows are missing or wrong");
  return checked;
}

}  // namespace poolscope
