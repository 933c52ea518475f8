#include "core/io/image_io.h"

#include <cmath>

#include <gtest/gtest.h>

#include "core/io/json_io.h"
#include "tests/io/temporary_folder.h"
#include "tests/values.h"

namespace poolscope {
namespace {

namespace fs = std::filesystem;
using test::contents_of;
using test::expect_error;
using test::TemporaryFolder;

const fs::path kGolden = fs::path(POOLSCOPE_SOURCE_DIR) / "tests" / "golden" / "images";

const nlohmann::json& expected_images() {
  static const nlohmann::json expected = read_json(kGolden / "expected.json").value();
  return expected;
}

Bytes bytes_of_text(const std::string& text) { return bytes_of(std::span<const char>(text)); }

bool same_pixels(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::equal(a.values().begin(), a.values().end(), b.data());
}

Tensor tensor(Shape shape, const std::vector<float>& values) {
  return Tensor::copy_of(shape, values).value();
}

/// What a tensor becomes when it is written as PNG and read again.
std::vector<float> through_png(const Tensor& values) {
  TemporaryFolder folder;
  EXPECT_TRUE(write_png(folder / "y.png", values).has_value());
  const auto image = read_image(folder / "y.png");
  EXPECT_TRUE(image.has_value());
  EXPECT_EQ(image->tensor.shape(), values.shape());
  return {image->tensor.values().begin(), image->tensor.values().end()};
}

TEST(ReadImage, GivesThePixelsOfEveryKind) {
  ASSERT_GT(expected_images().size(), 30U);
  for (const auto& [name, expected] : expected_images().items()) {
    const auto image = read_image(kGolden / name);
    ASSERT_TRUE(image.has_value()) << image.error().message;
    EXPECT_EQ(array_axes(image->tensor.shape(), image->form),
              expected["axes"].get<std::vector<std::int64_t>>())
        << name;
    EXPECT_EQ(image->description, expected["description"]) << name;
    EXPECT_EQ(image->white, expected["white"].get<float>()) << name;
    EXPECT_EQ(image->kind, InputKind::image);
    EXPECT_EQ(image->form, ArrayForm{}) << name;
    for (std::size_t i = 0; i < image->tensor.values().size(); ++i) {
      ASSERT_NEAR(image->tensor.values()[i], expected["values"][i].get<float>(),
                  expected["tolerance"].get<double>())
          << name << " " << i;
    }
  }
}

TEST(ReadImage, ReadsByContentWhateverTheName) {
  TemporaryFolder folder;
  for (const char* name : {"rgb.png", "rgb.jpg", "rgb.bmp", "rgb.tga", "rgb.psd", "packed.hdr"}) {
    fs::copy_file(kGolden / name, folder / "picture.csv", fs::copy_options::overwrite_existing);
    const auto image = read_image(folder / "picture.csv");
    ASSERT_TRUE(image.has_value()) << name << ": " << image.error().message;
    EXPECT_EQ(image->name, "picture.csv");
  }
}

/// A part of a file is an error, or (where only padding or a footer is missing) the same picture.
TEST(ReadImage, NeverShowsAPartOfAPicture) {
  for (const auto& [name, expected] : expected_images().items()) {
    const std::string whole = contents_of(kGolden / name);
    const auto image = read_image(kGolden / name);
    std::size_t refused = 0;
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const auto part = parse_input(bytes_of_text(whole).first(length), name);
      refused += !part.has_value();
      ASSERT_TRUE(!part.has_value() || same_pixels(part->tensor, image->tensor))
          << name << " cut to " << length << " of " << whole.size();
    }
    EXPECT_GE(refused + 40, whole.size()) << name;
  }
}

TEST(ReadImage, RefusesAPngWithAWrongByte) {
  const std::string whole = contents_of(kGolden / "rgb.png");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    EXPECT_FALSE(parse_input(bytes_of_text(changed), "x.png").has_value()) << i;
  }
}

std::string png_number(std::size_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 255);
  return bytes;
}

std::string png_chunk(const std::string& kind, const std::string& data) {
  std::uint32_t crc = ~0U;
  for (const char c : kind + data) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0U);
  }
  return png_number(data.size()) + kind + data + png_number(~crc);
}

/// A well-formed PNG of 8-bit grey that claims this size and holds next to nothing.
std::string png_that_claims(std::size_t width, std::size_t height) {
  using namespace std::string_literals;
  return "\x89PNG\r\n\x1a\n"s +
         png_chunk("IHDR", png_number(width) + png_number(height) + "\x08\0\0\0\0"s) +
         png_chunk("IDAT", "\x78\x9c\x63\x60\0\0\0\2\0\1"s) + png_chunk("IEND", "");
}

TEST(ReadImage, RefusesSizesThatCannotBeInTheFile) {
  using namespace std::string_literals;
  TemporaryFolder folder;
  struct Bomb {
    const char* name;
    std::string bytes, word;
  };
  const std::string bmp = "BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"s;
  const std::string rest_of_bmp = "\1\0\x18\0\0\0\0\0"s + std::string(40, '\0');
  const std::string hdr = "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y ";
  for (const Bomb& bomb : {
           Bomb{"a.png", png_that_claims(60000, 60000), "60000x60000"},
           Bomb{"b.png", png_that_claims(10000, 10000), "10000x10000"},
           Bomb{"m.png", png_that_claims(0xffffffff, 0xffffffff), "4294967295"},
           Bomb{"n.png", png_that_claims(0, 5), "0x5"},
           Bomb{"c.bmp", bmp + "\x60\xea\0\0\x60\xea\0\0"s + rest_of_bmp, "60000x60000"},
           Bomb{"d.bmp", bmp + "\x10\x27\0\0\x10\x27\0\0"s + rest_of_bmp, "truncated"},
           Bomb{"p.bmp", "BM\0\0\0\0\0\0\0\0\x0e\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0"s + rest_of_bmp,
                "inside its header"},
           Bomb{"e.bmp", bmp + "\xff\xff\xff\xff\1\0\0\0"s + rest_of_bmp, "-1x1"},
           Bomb{"f.tga", "\0\0\x02\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\x20\0"s, "65535x65535"},
           Bomb{"g.tga", "\0\0\x0a\0\0\0\0\0\0\0\0\0\0\x10\0\x10\x20\0\xff"s, "truncated"},
           Bomb{"h.hdr", hdr + "60000 +X 60000\n\2\2\0\0", "60000x60000"},
           Bomb{"i.hdr", hdr + "99999999999999999999 +X 1\n", "size line"},
           Bomb{"j.hdr", hdr + "-5 +X 8\n" + std::string(99, '\0'), "8x-5"},
           Bomb{"k.psd", "8BPS\0\1\0\0\0\0\0\0\0\3\0\0\x40\0\0\0\x40\0\0\x08\0\3"s, "truncated"},
           Bomb{"o.psd",
                "8BPS\0\1\0\0\0\0\0\0\0\3\0\0\0\1\0\xf3\0\x0d\0\x08\0\3"s + std::string(12, '\0') +
                    "\0\1\0\2\0\2\0\2\x81\1\x81\1\x81\1"s,
                "row 0 is not 15925261 long"},
           Bomb{"l.jpg",
                "\xff\xd8\xff\xc0\0\x0b\x08\xff\xff\xff\xff\1\1\x11\0\xff\xda\0\2\0\xff\xd9"s,
                "65535x65535"},
       }) {
    expect_error(read_image(folder.with(bomb.name, bomb.bytes)), {bomb.name, bomb.word});
  }
}

/// A packed HDR whose run lengths are 0 would make the decoder wait for ever.
TEST(ReadImage, RefusesAnHdrOfEmptyRuns) {
  TemporaryFolder folder;
  const std::string head = "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 8\n";
  const std::string bytes = head + std::string("\2\2\0\x08", 4) + std::string(100, '\0');
  expect_error(read_image(folder.with("x.hdr", bytes)), {"x.hdr", "HDR"});
}

TEST(ReadImage, NamesVariantsItDoesNotRead) {
  using namespace std::string_literals;
  TemporaryFolder folder;
  const std::string psd = "8BPS\0\1\0\0\0\0\0\0"s;
  const std::string zeros(64, '\0');
  expect_error(read_image(folder.with("a.psd", psd + "\0\4\0\0\0\1\0\0\0\1\0\x08\0\4"s + zeros)),
               {"colour mode 4"});
  expect_error(read_image(folder.with("b.psd", psd + "\0\3\0\0\0\1\0\0\0\1\0\x20\0\3"s + zeros)),
               {"32 bits"});
  expect_error(read_image(folder.with("c.psd", "8BPS\0\2"s + zeros)), {"PSB"});
  expect_error(read_image(folder.with("d.jpg", "\xff\xd8\xff\xc9\0\x0b\x08\0\1\0\1\1\1\x11\0"s)),
               {"SOF9"});
  std::string bmp = contents_of(kGolden / "grey.bmp");
  bmp[30] = 1;
  expect_error(read_image(folder.with("e.bmp", bmp)), {"compressed BMP"});
  expect_error(read_image(folder.with("f.hdr", "#?RADIANCE\nFORMAT=xyze\n\n-Y 1 +X 1\n"s + zeros)),
               {"FORMAT=32-bit_rle_rgbe"});
}

TEST(ReadImage, RefusesWhatIsNoImage) {
  TemporaryFolder folder;
  expect_error(read_image(folder.with("x.txt", std::string("1 2 3"))), {"x.txt", "not an image"});
}

TEST(WritePng, GivesBackPixelsOfOneToFourChannels) {
  TemporaryFolder folder;
  for (int channels = 1; channels <= 4; ++channels) {
    std::vector<std::uint8_t> pixels;
    for (int i = 0; i < 3 * 2 * channels; ++i) {
      pixels.push_back(static_cast<std::uint8_t>(i * 10 + 3));
    }
    ASSERT_TRUE(write_png(folder / "x.png", pixels, 3, 2, channels).has_value());
    const auto image = read_image(folder / "x.png");
    ASSERT_TRUE(image.has_value()) << image.error().message;
    EXPECT_EQ(image->tensor.shape(), (Shape{1, channels, 2, 3}));
    EXPECT_EQ(image->tensor.at(0, channels - 1, 1, 2), static_cast<float>(pixels.back()));
    EXPECT_EQ(image->tensor.at(0, 0, 0, 1), static_cast<float>(pixels[channels]));
  }
}

TEST(WritePng, ScalesTheFiniteRangeTo8Bits) {
  EXPECT_EQ(through_png(tensor({1, 1, 1, 4}, {-1, 0, 1, 3})),
            (std::vector<float>{0, 64, 128, 255}));
  EXPECT_EQ(through_png(tensor({1, 3, 1, 1}, {10, 20, 30})), (std::vector<float>{0, 128, 255}));
  EXPECT_EQ(through_png(tensor({1, 1, 1, 3}, {-3e38F, 0, 3e38F})),
            (std::vector<float>{0, 128, 255}));
}

TEST(WritePng, DrawsNanBlackAndInfinitiesAtTheEnds) {
  EXPECT_EQ(through_png(tensor({1, 1, 1, 5}, {NAN, kInf, -kInf, 2, 4})),
            (std::vector<float>{0, 255, 0, 0, 255}));
  EXPECT_EQ(through_png(tensor({1, 1, 1, 3}, {NAN, kInf, -kInf})), (std::vector<float>{0, 255, 0}));
}

TEST(WritePng, DrawsEqualValuesBlack) {
  EXPECT_EQ(through_png(tensor({1, 1, 1, 2}, {7, 7})), (std::vector<float>{0, 0}));
}

TEST(WritePng, KeepsAnImageThatFillsItsRange) {
  const auto image = read_image(kGolden / "rgb.bmp");
  ASSERT_TRUE(image.has_value());
  std::vector<float> values(image->tensor.values().begin(), image->tensor.values().end());
  values[0] = 0;
  values[1] = 255;
  EXPECT_EQ(through_png(tensor(image->tensor.shape(), values)), values);
}

TEST(WritePng, NamesTheShapesThatWork) {
  TemporaryFolder folder;
  for (const Shape& shape : {Shape{1, 2, 2, 2}, Shape{2, 1, 2, 2}, Shape{1, 4, 1, 1}}) {
    const std::vector<float> values(static_cast<std::size_t>(shape.elements()));
    expect_error(write_png(folder / "y.png", tensor(shape, values)),
                 {"y.png", "1x1xHxW", "1x3xHxW", ".npy"});
  }
  expect_error(write_png(folder / "y.png", tensor({0, 1, 2, 2}, {})), {"0x1x2x2"});
  EXPECT_TRUE(folder.names().empty());
}

TEST(ReadImage, TakesASmallClaimForWhatItIs) {
  TemporaryFolder folder;
  const auto image = read_image(folder.with("x.png", png_that_claims(1, 1)));
  ASSERT_TRUE(image.has_value()) << image.error().message;
  EXPECT_EQ(image->tensor.values()[0], 0.0F);
}

TEST(WritePng, NamesTheFolderThatIsMissing) {
  TemporaryFolder folder;
  expect_error(write_png(folder / "no/y.png", tensor({1, 1, 1, 1}, {1})),
               {"y.png", "does not exist"});
}

}  // namespace
}  // namespace poolscope
