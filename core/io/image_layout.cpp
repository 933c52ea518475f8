#include "core/io/image_layout.h"

#include <fmt/format.h>

#include "core/base/tensor.h"

namespace poolscope {

Result<ImageLayout> checked_layout(const ImageLayout& layout) {
  if (layout.width < 1 || layout.height < 1) {
    return failure(fmt::format("an image of {}x{} pixels; at least 1x1 is wanted", layout.width,
                               layout.height));
  }
  const auto shape = checked_shape({1, layout.channels, layout.height, layout.width}, "image");
  if (!shape) return tl::unexpected(shape.error());
  // stb_image counts the bytes of an image in an int.
  constexpr std::int64_t most_bytes = (std::int64_t{1} << 31) - 1;
  const std::int64_t sample_bytes = layout.sample == SampleType::u8    ? 1
                                    : layout.sample == SampleType::u16 ? 2
                                                                       : 4;
  if (layout.width * layout.height * 4 * sample_bytes > most_bytes) {
    return failure(fmt::format("{}x{} pixels are more than can be decoded (2 GiB)", layout.width,
                               layout.height));
  }
  return layout;
}

tl::unexpected<Error> truncated_image(std::string_view format) {
  return failure(fmt::format("truncated: the {} ends before its last pixel", format));
}

tl::unexpected<Error> damaged_image(std::string_view format, std::string_view why) {
  return failure(fmt::format("damaged {}: {}", format, why));
}

}  // namespace poolscope
