#include "core/io/base64.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/io/temporary_folder.h"

namespace poolscope {
namespace {

std::string text_for(std::string_view bytes) {
  return base64_text({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

TEST(Base64, WritesTheExamplesOfItsStandard) {
  EXPECT_EQ(text_for(""), "");
  EXPECT_EQ(text_for("f"), "Zg==");
  EXPECT_EQ(text_for("fo"), "Zm8=");
  EXPECT_EQ(text_for("foo"), "Zm9v");
  EXPECT_EQ(text_for("foobar"), "Zm9vYmFy");
  EXPECT_EQ(text_for("\xfb\xff"), "+/8=");
}

TEST(Base64, ComesBackWhole) {
  EXPECT_TRUE(rc::check([](const std::vector<std::uint8_t>& bytes) {
    RC_ASSERT(parse_base64(base64_text(bytes)) == bytes);
  }));
}

TEST(Base64, RefusesWhatItWouldNotWrite) {
  test::expect_error(parse_base64("Zg="), {"3 characters", "multiple of 4"});
  test::expect_error(parse_base64("Z!=="), {"\"!\"", "character 1"});
  test::expect_error(parse_base64("Zg==Zg=="), {"\"=\"", "character 2"});
  test::expect_error(parse_base64("===="), {"\"=\"", "character 0"});
  test::expect_error(parse_base64("Zh=="), {"last bits"});
  test::expect_error(parse_base64("Z==="), {"\"=\""});
}

}  // namespace
}  // namespace poolscope
