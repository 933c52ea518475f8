#include "core/io/gif.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/io/temporary_folder.h"

namespace poolscope {
namespace {

using Pixels = std::vector<std::uint8_t>;

Pixels plain(int width, int height, std::uint8_t grey) {
  Pixels pixels;
  for (int i = 0; i < width * height; ++i) pixels.insert(pixels.end(), {grey, grey, grey, 255});
  return pixels;
}

TEST(Gif, BeginsAndEndsAsItsStandardSays) {
  auto gif = GifWriter::create(5, 3);
  ASSERT_TRUE(gif) << gif.error().message;
  ASSERT_TRUE(gif->add(plain(5, 3, 7), 50));
  const auto bytes = gif->finish();
  ASSERT_TRUE(bytes) << bytes.error().message;
  const std::string text(bytes->begin(), bytes->end());
  EXPECT_TRUE(text.starts_with(std::string("GIF89a\5\0\3\0", 10)));
  EXPECT_NE(text.find("NETSCAPE2.0"), std::string::npos);
  EXPECT_EQ(text.back(), ';');
}

TEST(Gif, StoresOnlyWhatChanged) {
  const auto size_of = [](bool moves) {
    auto gif = GifWriter::create(400, 300);
    Pixels pixels(std::size_t{400} * 300 * 4);
    for (std::size_t i = 0; i < pixels.size(); ++i)
      pixels[i] = static_cast<std::uint8_t>(i * 2654435761U >> 13);
    EXPECT_TRUE(gif->add(pixels, 10));
    for (int frame = 0; frame < 3; ++frame) {
      pixels[moves ? 0 : 4] ^= 1;
      if (moves) pixels[pixels.size() - 4] ^= 1;
      EXPECT_TRUE(gif->add(pixels, 10));
    }
    return gif->finish()->size();
  };
  EXPECT_LT(size_of(false) * 2, size_of(true));
}

TEST(Gif, HasASizeWithinItsFormat) {
  test::expect_error(GifWriter::create(0, 5), {"0x5", "1 to 65535"});
  test::expect_error(GifWriter::create(5, 65536), {"5x65536", "1 to 65535"});
}

}  // namespace
}  // namespace poolscope
