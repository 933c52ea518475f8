#include "core/io/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/io/temporary_folder.h"

namespace poolscope {
namespace {

namespace fs = std::filesystem;
using test::contents_of;
using test::expect_error;
using test::TemporaryFolder;

TEST(ReadFile, GivesTheBytesAsTheyAre) {
  TemporaryFolder folder;
  const std::string bytes("a\0b\xff\n", 5);
  const auto read = read_file(folder.with("x", bytes));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(std::string(read->begin(), read->end()), bytes);
  EXPECT_TRUE(read_file(folder.with("empty", std::string())).value().empty());
}

TEST(ReadFile, SaysWhyItCannot) {
  TemporaryFolder folder;
  expect_error(read_file(folder / "missing.png"), {"missing.png", "No such file"});
  expect_error(read_file(folder.path()), {folder.path().string(), "folder"});
  expect_error(read_file("/dev/null"), {"/dev/null", "device"});
  expect_error(read_file(folder.with("x", std::string("1")) / "y"), {"Not a directory"});
}

TEST(ReadFile, RefusesASparseGiant) {
  TemporaryFolder folder;
  const auto path = folder.with("giant.npy", std::string("x"));
  fs::resize_file(path, std::uintmax_t{9} << 30);
  expect_error(read_file(path), {"giant.npy", "9 GiB", "at most 8"});
}

TEST(WriteFile, ReplacesTheOlderFileAndLeavesNothingBeside) {
  TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "x", "older and longer").has_value());
  ASSERT_TRUE(write_file(folder / "x", "new").has_value());
  EXPECT_EQ(contents_of(folder / "x"), "new");
  EXPECT_EQ(folder.names().size(), 1U);
}

TEST(WriteFile, KeepsThePermissionsOfTheOlderFile) {
  TemporaryFolder folder;
  const auto path = folder.with("x", std::string("old"));
  fs::permissions(path, fs::perms(0640));
  ASSERT_TRUE(write_file(path, "new").has_value());
  EXPECT_EQ(fs::status(path).permissions(), fs::perms(0640));
}

TEST(WriteFile, WritesThroughALink) {
  TemporaryFolder folder;
  const auto target = folder.with("target", std::string("old"));
  fs::create_symlink(target, folder / "link");
  ASSERT_TRUE(write_file(folder / "link", "new").has_value());
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(contents_of(target), "new");
}

TEST(WriteFile, NamesTheFolderThatIsMissing) {
  TemporaryFolder folder;
  expect_error(write_file(folder / "no/such/y.npy", "x"), {"y.npy", "no/such does not exist"});
  EXPECT_TRUE(folder.names().empty());
}

TEST(WriteFile, RefusesAFolderAsItsTarget) {
  TemporaryFolder folder;
  expect_error(write_file(folder.path(), "x"), {"is a folder"});
  EXPECT_TRUE(folder.names().empty());
}

TEST(WriteFile, RefusesAFolderItMayNotWriteTo) {
  TemporaryFolder folder;
  // A file is no folder for any user; permissions would not stop root.
  const auto file = folder.with("file", std::string("old"));
  expect_error(write_file(file / "y.npy", "x"), {"y.npy", "Not a directory"});
  EXPECT_EQ(contents_of(file), "old");
  if (::geteuid() == 0) return;
  fs::permissions(folder.path(), fs::perms(0555));
  expect_error(write_file(folder / "y.npy", "x"), {"y.npy", "Permission denied"});
  fs::permissions(folder.path(), fs::perms(0755));
}

TEST(WriteFile, ReportsAFullDiskAndLeavesTheDeviceAsItWas) {
  expect_error(write_file("/dev/full", "x"), {"/dev/full", "No space left"});
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
  ASSERT_TRUE(write_file("/dev/null", "x").has_value());
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(WriteFile, CleansUpAfterAFailedRename) {
  TemporaryFolder folder;
  const std::string too_long(300, 'n');
  expect_error(write_file(folder / too_long, "x"), {"name too long"});
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace poolscope
