#include "core/io/input.h"

#include <gtest/gtest.h>

#include "tests/io/temporary_folder.h"

namespace poolscope {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::TemporaryFolder;

const fs::path kRoot = POOLSCOPE_SOURCE_DIR;

TEST(ReadInput, ReadsEverySampleThatShips) {
  int images = 0, grids = 0;
  for (const auto& entry : fs::directory_iterator(kRoot / "assets" / "samples")) {
    const auto array = read_input(entry.path());
    ASSERT_TRUE(array.has_value()) << array.error().message;
    EXPECT_EQ(array->kind, InputKind::image);
    EXPECT_TRUE(array->notes.empty());
    ++images;
  }
  for (const auto& entry : fs::directory_iterator(kRoot / "assets" / "grids")) {
    const auto array = read_input(entry.path());
    ASSERT_TRUE(array.has_value()) << array.error().message;
    EXPECT_EQ(array->kind, InputKind::grid);
    ++grids;
  }
  EXPECT_GE(images, 5);
  EXPECT_GE(grids, 10);
}

TEST(ReadInput, ReadsTheColourMaps) {
  const auto maps = read_input(kRoot / "assets" / "colormaps.png");
  ASSERT_TRUE(maps.has_value());
  ASSERT_EQ(maps->tensor.shape(), (Shape{1, 3, 5, 256}));
  for (std::int64_t channel = 0; channel < 3; ++channel) {
    for (std::int64_t x = 0; x < 256; ++x) {
      EXPECT_EQ(maps->tensor.at(0, channel, 3, x), static_cast<float>(x)) << "grey";
    }
    EXPECT_EQ(maps->tensor.at(0, channel, 4, 127), maps->tensor.at(0, channel, 4, 128));
  }
}

TEST(ReadInput, ReadsGridTextByItsExtensionInAnyCase) {
  TemporaryFolder folder;
  for (const char* name : {"a.txt", "b.CSV", "c.Txt"}) {
    const auto grid = read_input(folder.with(name, std::string("1,2\n3,4\n")));
    ASSERT_TRUE(grid.has_value()) << grid.error().message;
    EXPECT_EQ(grid->tensor.shape(), (Shape{1, 1, 2, 2}));
    EXPECT_EQ(grid->name, name);
  }
}

TEST(ReadInput, ReadsAnNpyWhateverItsName) {
  TemporaryFolder folder;
  fs::copy_file(kRoot / "tests/golden/npy/axes_2.npy", folder / "x.png");
  const auto array = read_input(folder / "x.png");
  ASSERT_TRUE(array.has_value()) << array.error().message;
  EXPECT_EQ(array->kind, InputKind::npy);
}

TEST(ReadInput, SaysWhatWorksWhenTheTypeIsUnknown) {
  TemporaryFolder folder;
  for (const char* name : {"x.xyz", "x", ".png"}) {
    expect_error(read_input(folder.with(name, std::string("1 2 3"))),
                 {name, "unknown type", "PNG", "JPEG", "npy", ".txt, .csv"});
  }
}

TEST(ReadInput, SaysThatAFileIsNotWhatItsNameClaims) {
  TemporaryFolder folder;
  expect_error(read_input(folder.with("x.png", std::string("\x01\xfe garbage"))),
               {"x.png: not a PNG", "01 fe 20 67"});
  expect_error(read_input(folder.with("x.npy", std::string("1 2 3"))),
               {"x.npy: not an npy: it begins with 31 20 32 20"});
  expect_error(read_input(folder.with("x.tga", std::string(100, '\x7f'))), {"x.tga: not a TGA"});
}

TEST(ReadInput, RefusesMissingEmptyAndUnfitFiles) {
  TemporaryFolder folder;
  expect_error(read_input(folder / "missing.png"), {"missing.png", "No such file"});
  for (const char* name : {"a.png", "b.npy", "c.txt", "d"}) {
    expect_error(read_input(folder.with(name, std::string())), {name, "empty"});
  }
  expect_error(read_input(folder.path()), {"folder"});
}

TEST(ReadInput, NamesTheFileBeforeTheFaultInAGrid) {
  TemporaryFolder folder;
  const auto ragged = read_input(folder.with("ragged.txt", std::string("1 2\n3\n")));
  expect_error(ragged, {"ragged.txt: row 1 has 1 numbers, row 0 has 2"});
  expect_error(read_input(folder.with("words.csv", std::string("a,b\n1,2\n"))),
               {"words.csv: row 0, column 0: \"a\" is not a number"});
  expect_error(read_input(folder.with("bytes.txt", std::string("\x01\x02\n", 3))),
               {"bytes.txt: row 0, column 0: \"\\x01\\x02\""});
}

TEST(ReadInput, ListsItsExtensions) {
  const auto extensions = input_extensions();
  for (const char* wanted :
       {".png", ".jpg", ".jpeg", ".bmp", ".tga", ".psd", ".hdr", ".npy", ".npz", ".txt", ".csv"}) {
    EXPECT_NE(std::find(extensions.begin(), extensions.end(), wanted), extensions.end()) << wanted;
  }
}

}  // namespace
}  // namespace poolscope
