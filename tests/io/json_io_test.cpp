#include "core/io/json_io.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/io/temporary_folder.h"

namespace poolscope {
namespace {

using test::expect_error;
using test::TemporaryFolder;

TEST(Json, NamesTheLineAndColumnOfAFault) {
  expect_error(parse_json("{\n  \"a\": 1,\n  b: 2\n}"), {"line 3, column 3"});
  expect_error(parse_json("[1, 2"), {"line 1, column 6"});
  expect_error(parse_json(""), {"line 1, column 1"});
  expect_error(parse_json("[1] x"), {"line 1, column 5"});
  expect_error(parse_json("[\"\xff\"]"), {"line 1"});
}

TEST(Json, NamesTheFile) {
  TemporaryFolder folder;
  expect_error(read_json(folder / "missing.json"), {"missing.json", "No such file"});
  expect_error(read_json(folder.with("bad.json", std::string("[1,\n]"))),
               {"bad.json: line 2, column 1"});
  EXPECT_EQ(read_json(folder.with("good.json", std::string("[1]")))->at(0), 1);
}

TEST(Json, RefusesBottomlessNesting) {
  expect_error(parse_json(std::string(1000000, '[')), {"nested deeper than 200"});
  const std::string deep(kMaxJsonDepth + 1, '[');
  expect_error(parse_json(deep + std::string(deep.size(), ']')), {"nested deeper than 200"});
  const std::string allowed(kMaxJsonDepth, '[');
  EXPECT_TRUE(parse_json(allowed + std::string(allowed.size(), ']')).has_value());
}

TEST(Json, RefusesNumbersBeyondDouble) { EXPECT_FALSE(parse_json("[1e999]").has_value()); }

TEST(Json, WritesFloatsExactlyAndNonNumbersByName) {
  EXPECT_EQ(json_number(0.1F).get<double>(), static_cast<double>(0.1F));
  EXPECT_EQ(json_text(json_number(3.75F)), "3.75");
  EXPECT_EQ(json_text(json_number(NAN)), "\"nan\"");
  EXPECT_EQ(json_text(json_number(-std::numeric_limits<float>::quiet_NaN())), "\"nan\"");
  EXPECT_EQ(json_text(json_number(INFINITY)), "\"inf\"");
  EXPECT_EQ(json_text(json_number(-INFINITY)), "\"-inf\"");
}

TEST(Json, GivesEveryFloatBack) {
  EXPECT_TRUE(rc::check([](std::uint32_t bits) {
    const auto value = std::bit_cast<float>(bits);
    const auto text = json_text(json_number(value));
    const auto again = float_of_json(*parse_json(text));
    RC_ASSERT(again.has_value());
    RC_ASSERT((std::isnan(value) && std::isnan(*again)) ||
              std::bit_cast<std::uint32_t>(*again) == bits);
  }));
}

TEST(Json, RefusesWhatIsNoFloat) {
  expect_error(float_of_json("seven"), {"\"seven\" is not a number"});
  expect_error(float_of_json(1e39), {"float32"});
  expect_error(float_of_json(nullptr), {"null is not a number"});
}

TEST(Json, ReplacesTextThatIsNotUtf8) {
  EXPECT_EQ(json_text(nlohmann::json("a\xff")), "\"a\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace poolscope
