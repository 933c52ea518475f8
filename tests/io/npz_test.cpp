#include "core/io/npz.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "core/io/file.h"

/// The files are numpy's own: tests/golden/npz/make.py wrote them.
namespace poolscope {
namespace {

const std::filesystem::path kFiles =
    std::filesystem::path(POOLSCOPE_SOURCE_DIR) / "tests" / "golden" / "npz";

Result<LoadedArray> parsed(const char* name) { return parse_npz(*read_file(kFiles / name)); }

TEST(Npz, ReadsAnArrayWhetherItIsCompressedOrNot) {
  for (const char* name : {"one.npz", "compressed.npz"}) {
    const auto array = parsed(name);
    ASSERT_TRUE(array) << array.error().message;
    EXPECT_EQ(array->tensor.shape(), (Shape{1, 1, 40, 30}));
    EXPECT_EQ(array->tensor.values()[41], 41.0F);
    EXPECT_EQ(array->description, "maps: float32, 2 axes");
    EXPECT_TRUE(array->notes.empty());
  }
}

TEST(Npz, TakesTheFirstArrayThatCanBeReadAndNamesTheOthers) {
  const auto array = parsed("several.npz");
  ASSERT_TRUE(array) << array.error().message;
  EXPECT_EQ(array->tensor.shape(), (Shape{1, 2, 3, 4}));
  ASSERT_FALSE(array->notes.empty());
  EXPECT_EQ(array->notes.back(), "features is read; not labels, mean, other");
}

TEST(Npz, TakesTheArrayThatIsAskedFor) {
  const auto bytes = read_file(kFiles / "several.npz");
  ASSERT_TRUE(bytes);
  const auto array = parse_npz(*bytes, "features");
  ASSERT_TRUE(array) << array.error().message;
  EXPECT_EQ(array->member, "features");
  EXPECT_EQ(array->members, (std::vector<std::string>{"labels", "mean", "features", "other"}));
  EXPECT_TRUE(array->notes.empty());
  EXPECT_EQ(parse_npz(*bytes, "maps").error().message,
            "no array maps; there are labels, mean, features, other");
}

TEST(Npz, OtherFilesHoldOneArray) {
  const auto array =
      read_input(kFiles.parent_path().parent_path().parent_path() / "README.md", "maps");
  ASSERT_FALSE(array);
  EXPECT_NE(array.error().message.find("no array maps; only .npz files hold several"),
            std::string::npos);
}

TEST(Npz, SaysWhyNoneIsRead) {
  const auto message_of = [](const char* name) {
    const auto array = parsed(name);
    return array ? std::string("an array") : array.error().message;
  };
  EXPECT_EQ(message_of("nothing.npz"), "the zip archive holds no .npy array");
  EXPECT_EQ(message_of("text.npz").rfind("names: ", 0), 0U) << message_of("text.npz");
  EXPECT_NE(message_of("cut.npz").find("truncated or damaged"), std::string::npos);
}

}  // namespace
}  // namespace poolscope
