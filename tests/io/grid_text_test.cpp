#include "core/io/grid_text.h"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/io/temporary_folder.h"
#include "tests/values.h"

namespace poolscope {
namespace {

using test::expect_error;

/// Reads `text` and expects `axes` and `values`; NaN equals NaN.
void expect_grid(std::string_view text, std::vector<std::int64_t> axes, std::vector<float> values) {
  const auto grid = parse_grid(text);
  ASSERT_TRUE(grid.has_value()) << text << ": " << grid.error().message;
  EXPECT_EQ(array_axes(grid->tensor.shape(), grid->form), axes) << text;
  const auto found = grid->tensor.values();
  ASSERT_EQ(found.size(), values.size()) << text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool both_nan = std::isnan(found[i]) && std::isnan(values[i]);
    EXPECT_TRUE(both_nan || found[i] == values[i]) << text << ": " << i << ": " << found[i];
  }
}

TEST(GridText, ReadsRowsSetApartBySpacesCommasSemicolonsAndTabs) {
  expect_grid("1 2 3\n4 5 6\n", {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_grid("1,2,3\n4,5,6", {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_grid("1;2;3\r\n4;5;6\r\n", {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_grid(" 1, 2 ;\t3 \n\n\n4\t5  6", {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_grid("1 3 2 / 5 6 7", {2, 3}, {1, 3, 2, 5, 6, 7});
  expect_grid("7", {1, 1}, {7});
}

TEST(GridText, LeavesOutCommentsAndTheByteOrderMark) {
  expect_grid("\xef\xbb\xbf# title\n1 2 # the first row\n# [\n3 4", {2, 2}, {1, 2, 3, 4});
}

TEST(GridText, ReadsEveryWayToWriteANumber) {
  expect_grid("1e-3 .5 1. +3 -2 1E2 -0.25e+1", {1, 7}, {1e-3F, .5F, 1, 3, -2, 100, -2.5F});
  expect_grid("nan NaN inf -inf Infinity -INFINITY +inf", {1, 7},
              {NAN, NAN, kInf, -kInf, kInf, -kInf, kInf});
}

TEST(GridText, TellsOnlyTheSignOfNumbersCloserToZeroThanFloat32) {
  const auto grid = parse_grid("1e-60 -1e-400 0.0000000000000000000000000000000000000000000000001");
  ASSERT_TRUE(grid.has_value());
  EXPECT_EQ(grid->tensor.values()[0], 0.0F);
  EXPECT_TRUE(std::signbit(grid->tensor.values()[1]));
  EXPECT_EQ(grid->tensor.values()[2], 0.0F);
}

TEST(GridText, RefusesNumbersBeyondFloat32) {
  expect_error(parse_grid("1 2\n3 1e39"), {"row 1, column 1", "\"1e39\"", "float32"});
  expect_error(parse_grid("-1e400"), {"row 0, column 0", "float32"});
}

TEST(GridText, NotesIntegersThatFloat32Rounds) {
  const auto grid = parse_grid("16777217 16777216 1e30 inf +33554433");
  ASSERT_TRUE(grid.has_value());
  ASSERT_EQ(grid->notes.size(), 1U);
  EXPECT_NE(grid->notes[0].find("2 integers beyond 2^24"), std::string::npos) << grid->notes[0];
}

TEST(GridText, ReadsPythonListsOfAnyDepth) {
  expect_grid("[[1, 2], [3, 4],]", {2, 2}, {1, 2, 3, 4});
  expect_grid("[1, 2, 3]", {1, 3}, {1, 2, 3});
  expect_grid("[[[1], [2]], [[3], [4]]]", {2, 2, 1}, {1, 2, 3, 4});
  expect_grid("[[[[1, 2]]]]", {1, 1, 1, 2}, {1, 2});
  expect_grid("((1, 2), (3, 4))", {2, 2}, {1, 2, 3, 4});
}

TEST(GridText, ReadsWhatNumpyAndTorchPrint) {
  expect_grid("[[1 2 3]\n [4 5 6]]", {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_grid("array([[1., 2.],\n       [3., nan]], dtype=float32)", {2, 2}, {1, 2, 3, NAN});
  expect_grid("tensor([[-1.5000, inf]], device='cuda:0', grad_fn=<AddBackward0>)\n", {1, 2},
              {-1.5F, kInf});
  expect_grid("np.array([[1,2],[3,4]])", {2, 2}, {1, 2, 3, 4});
  expect_grid("[1, 2]\n[3, 4]", {2, 2}, {1, 2, 3, 4});
}

TEST(GridText, NamesTheRaggedRow) {
  expect_error(parse_grid("1 2 3 4\n1 2 3 4\n1 2 3"), {"row 2 has 3 numbers, row 0 has 4"});
  expect_error(parse_grid("[[1, 2], [3]]"), {"row 1 has 1 numbers, row 0 has 2"});
  expect_error(parse_grid("[[[1], [2]], [[3]]]"), {"plane 1 has 1 rows, plane 0 has 2"});
}

TEST(GridText, NamesTheCellThatIsNoNumberAndItsPosition) {
  const auto grid = parse_grid("# title\n1 2 3\n4 5 abc");
  expect_error(grid, {"row 1, column 2: \"abc\" is not a number"});
  EXPECT_EQ(grid.error().position, 18U);
  for (const char* text :
       {"1 2,x", "1 0x10", "1 1_0", "1 --1", "1 +-1", "1 nan(1)", "1 1e", "1 é"}) {
    expect_error(parse_grid(text), {"row 0, column"});
  }
  expect_error(parse_grid("[[1, 2], [3, x]]"), {"row 1, column 1: \"x\" is not a number"});
}

TEST(GridText, RefusesEmptyCells) {
  expect_error(parse_grid("1,2,\n3,4,\n"), {"row 0, column 2", "empty"});
  expect_error(parse_grid("1,2\n3,,4"), {"row 1, column 1", "empty"});
  expect_error(parse_grid(",1"), {"row 0, column 0", "empty"});
  expect_error(parse_grid("[1,,2]"), {"comma"});
}

TEST(GridText, RefusesTextWithoutNumbers) {
  for (const char* text :
       {"", " \n\t\r\n", "# only a comment", "//", "[]", "[[], []]", "array()"}) {
    EXPECT_FALSE(parse_grid(text).has_value()) << text;
  }
}

TEST(GridText, RefusesBracketsThatDoNotMatch) {
  for (const char* text : {"[1, 2", "1, 2]", "[1, 2)", "[[1], [2]]]", "array([1, 2]", "[1] 2",
                           "[1, [2]]", "[[1], 2]", "[[[[[1]]]]]", "array([1]) x", "[[1 2; 3 4]]"}) {
    EXPECT_FALSE(parse_grid(text).has_value()) << text;
  }
  expect_error(parse_grid("[[1, ..., 3]]"), {"left out"});
  EXPECT_FALSE(parse_grid(std::string(100000, '[')).has_value());
}

TEST(GridText, RefusesMoreTextThanItsLimit) {
  expect_error(parse_grid(std::string(kMaxGridText + 1, ' ')), {"256", ".npy"});
}

TEST(GridText, GivesBackWhatItPrints) {
  EXPECT_TRUE(rc::check([] {
    const Shape shape{*rc::gen::inRange(1, 4), *rc::gen::inRange(1, 4), *rc::gen::inRange(1, 5),
                      *rc::gen::inRange(1, 5)};
    const auto bits = *rc::gen::container<std::vector<std::uint32_t>>(
        static_cast<std::size_t>(shape.elements()), rc::gen::arbitrary<std::uint32_t>());
    std::vector<float> values;
    for (const std::uint32_t word : bits) values.push_back(std::bit_cast<float>(word));
    const auto tensor = Tensor::copy_of(shape, values);
    const std::string separator = *rc::gen::element<std::string>(" ", ",", ", ", ";");
    const auto again = parse_grid(grid_text(*tensor, separator));
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->tensor.shape() == shape);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float found = again->tensor.values()[i];
      RC_ASSERT((std::isnan(found) && std::isnan(values[i])) ||
                std::bit_cast<std::uint32_t>(found) == bits[i]);
    }
  }));
}

TEST(GridText, WritesTheFewestDigitsOneRowALine) {
  const std::vector<float> values{0.1F, 1, 1e30F, -0.0F};
  const auto tensor = Tensor::copy_of({1, 1, 2, 2}, values);
  EXPECT_EQ(grid_text(*tensor), "0.1 1\n1e+30 -0\n");
  EXPECT_EQ(grid_text(*tensor, ","), "0.1,1\n1e+30,-0\n");
}

}  // namespace
}  // namespace poolscope
