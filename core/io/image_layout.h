#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "core/io/bytes.h"

namespace poolscope {

enum class SampleType { u8, u16, f32 };

/// What an image file says about itself, found without decoding it.
struct ImageLayout {
  std::int64_t width = 0, height = 0;
  /// 1 to 3: the decoded image has them. 4: it has 3 or 4 (a BMP may name alpha and have none).
  int channels = 0;
  SampleType sample = SampleType::u8;
  std::string note = {};  ///< What decoding changes, for people; mostly empty.
};

/// One pair a format. `looks_like`: the first bytes are this format's. `inspect`: the layout of a
/// whole file that looks like it; it reads every length in the file, so that the decoder, which
/// takes missing bytes for zeros, sees whole files only, and so that nothing is allocated for
/// pixels that cannot be there. Errors: truncated, damaged, a size that checked_shape refuses, a
/// variant that is not decoded.
bool looks_like_png(Bytes bytes);
bool looks_like_jpeg(Bytes bytes);
bool looks_like_bmp(Bytes bytes);
bool looks_like_tga(Bytes bytes);
bool looks_like_psd(Bytes bytes);
bool looks_like_hdr(Bytes bytes);
Result<ImageLayout> inspect_png(Bytes bytes);
Result<ImageLayout> inspect_jpeg(Bytes bytes);
Result<ImageLayout> inspect_bmp(Bytes bytes);
Result<ImageLayout> inspect_tga(Bytes bytes);
Result<ImageLayout> inspect_psd(Bytes bytes);
Result<ImageLayout> inspect_hdr(Bytes bytes);

/// Gives the layout back. Errors: an empty size, or one that checked_shape refuses, or more pixels
/// than the decoder can hold.
Result<ImageLayout> checked_layout(const ImageLayout& layout);

/// The error for a file that ends too early or contradicts itself.
tl::unexpected<Error> truncated_image(std::string_view format);
tl::unexpected<Error> damaged_image(std::string_view format, std::string_view why);

}  // namespace poolscope
