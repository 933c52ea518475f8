#include "core/base/resources.h"

#include <gtest/gtest.h>

namespace poolscope {
namespace {

TEST(ResourcePath, FindsWhatComesWithTheProgramFromAnyWorkingDirectory) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path("/");
  const auto path = resource_path("shaders/heatmap.frag");
  std::filesystem::current_path(before);
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_TRUE(path->is_absolute());
  EXPECT_TRUE(std::filesystem::is_regular_file(*path));
}

TEST(ResourcePath, ListsWhereItLooked) {
  const auto path = resource_path("shaders/no_such.frag");
  ASSERT_FALSE(path);
  const std::string folder = std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  EXPECT_NE(path.error().message.find("shaders/no_such.frag: not found"), std::string::npos);
  EXPECT_NE(path.error().message.find(folder + ", "), std::string::npos) << path.error().message;
  EXPECT_NE(path.error().message.find("share/poolscope"), std::string::npos);
}

}  // namespace
}  // namespace poolscope
