#include "app/workspaces/feature_maps/folder_run.h"

#include <gtest/gtest.h>

namespace poolscope {
namespace {

const std::vector<std::string> kLabels{"lake", "lake shore", "snow field", ""};

TEST(ClassOfName, IsTheLongestLabelThatTheNameBeginsWith) {
  EXPECT_EQ(class_of_name("/p/lake-216.png", kLabels), 0U);
  EXPECT_EQ(class_of_name("/p/Lake_Shore 3.png", kLabels), 1U);
  EXPECT_EQ(class_of_name("/p/the lake.png", kLabels), std::nullopt);
}

TEST(ClassOfName, IsTheFoldersWhereThatIsALabel) {
  EXPECT_EQ(class_of_name("/p/snow-field/0001.png", kLabels), 2U);
  EXPECT_EQ(class_of_name("/p/snow/0001.png", kLabels), std::nullopt);
}

}  // namespace
}  // namespace poolscope
