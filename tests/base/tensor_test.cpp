#include "core/base/tensor.h"

#include <numeric>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace poolscope {
namespace {

using Axes = std::vector<std::int64_t>;

void expect_refused(const Shape& shape, const std::vector<std::string>& parts) {
  const auto checked = checked_shape(shape, "the input");
  ASSERT_FALSE(checked);
  for (const std::string& part : parts) {
    EXPECT_NE(checked.error().message.find(part), std::string::npos) << checked.error().message;
  }
  EXPECT_EQ(checked.error().message.find('\n'), std::string::npos);
}

TEST(CheckedShape, TakesSizesUpToTheLimits) {
  for (const Shape& shape :
       {Shape{1, 1, 1, 1}, Shape{0, 3, 4, 5}, Shape{0, 0, 0, 0}, Shape{1, 1, kMaxAxis, 128},
        Shape{kMaxAxis, 128, 1, 1}, Shape{2, 1, 32768, 32768}}) {
    const auto checked = checked_shape(shape, "the input");
    ASSERT_TRUE(checked) << checked.error().message;
    EXPECT_EQ(*checked, shape);
  }
}

TEST(CheckedShape, NamesTheAxisThatIsOutOfItsLimits) {
  expect_refused({1, 1, kMaxAxis + 1, 1},
                 {"the input: ", "16777217", "1x1x16777217x1", "at most 16777216"});
  expect_refused({1, -1, 2, 2}, {"an axis of -1", "1x-1x2x2"});
  constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
  expect_refused({kLowest, 1, 1, 1}, {"-9223372036854775808"});
}

TEST(CheckedShape, TellsTheSizeOfWhatIsTooLarge) {
  expect_refused({1, 1, kMaxAxis, 129}, {"1x1x16777216x129", "8.1 GiB", "at most 8 GiB"});
  expect_refused({2, 2, 32768, 32768}, {"16.0 GiB"});
}

TEST(CheckedShape, NeverOverflows) {
  expect_refused({kMaxAxis, kMaxAxis, kMaxAxis, kMaxAxis}, {"at most 8 GiB"});
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  expect_refused({kMost, kMost, kMost, kMost}, {"at most 16777216"});
}

TEST(CheckedShape, RefusesHugeAxesBesideAnEmptyOne) {
  expect_refused({kMaxAxis, kMaxAxis, kMaxAxis, 0}, {"16777216x16777216x16777216x0"});
  expect_refused({0, kMaxAxis, kMaxAxis, 1}, {"at most 8 GiB"});
}

TEST(Shape, HasNoElementsWhereOneAxisIsEmptyHoweverLongTheOthers) {
  EXPECT_EQ((Shape{kMaxAxis, kMaxAxis, kMaxAxis, 0}.elements()), 0);
  EXPECT_EQ((Shape{kMaxAxis, kMaxAxis, 0, kMaxAxis}.elements()), 0);
  EXPECT_EQ((Shape{0, kMaxAxis, kMaxAxis, 1}.elements()), 0);
}

TEST(ArrayAxes, FollowRankAndFormat) {
  using enum DataFormat;
  const Shape shape{2, 3, 5, 7};
  EXPECT_EQ(array_axes(shape, {4, channels_first}), (Axes{2, 3, 5, 7}));
  EXPECT_EQ(array_axes(shape, {4, unspecified}), (Axes{2, 3, 5, 7}));
  EXPECT_EQ(array_axes(shape, {4, channels_last}), (Axes{2, 5, 7, 3}));
  EXPECT_EQ(array_axes(shape, {3, channels_first}), (Axes{3, 5, 7}));
  EXPECT_EQ(array_axes(shape, {3, channels_last}), (Axes{5, 7, 3}));
  EXPECT_EQ(array_axes(shape, {2, channels_last}), (Axes{5, 7}));
}

TEST(ArrayAxes, OfAGlobalPoolAreSamplesAndChannelsOnly) {
  const Shape shape{2, 3, 1, 1};
  for (const DataFormat format : {DataFormat::channels_first, DataFormat::channels_last}) {
    EXPECT_EQ(array_axes(shape, {4, format, 0}), (Axes{2, 3}));
    EXPECT_EQ(array_axes(shape, {3, format, 0}), (Axes{3}));
    EXPECT_EQ(array_axes({1, 1, 1, 1}, {2, format, 0}), (Axes{1}));
  }
}

TEST(ShapeOfAxes, PutsEachAxisInItsPlace) {
  using enum DataFormat;
  EXPECT_EQ(*shape_of_axes(Axes{2, 3, 5, 7}, unspecified, "x"), (Shape{2, 3, 5, 7}));
  EXPECT_EQ(*shape_of_axes(Axes{2, 5, 7, 3}, channels_last, "x"), (Shape{2, 3, 5, 7}));
  EXPECT_EQ(*shape_of_axes(Axes{5, 7, 3}, channels_last, "x"), (Shape{1, 3, 5, 7}));
  EXPECT_EQ(*shape_of_axes(Axes{3, 5, 7}, channels_first, "x"), (Shape{1, 3, 5, 7}));
  EXPECT_EQ(*shape_of_axes(Axes{5, 7}, channels_last, "x"), (Shape{1, 1, 5, 7}));
}

TEST(ShapeOfAxes, RefusesOtherNumbersOfAxesAndSizesOutOfTheirLimits) {
  for (const Axes& axes : {Axes{}, Axes{4}, Axes{1, 1, 1, 1, 1}}) {
    const auto shape = shape_of_axes(axes, DataFormat::unspecified, "y.npy");
    ASSERT_FALSE(shape);
    EXPECT_TRUE(shape.error().message.starts_with("y.npy: " + std::to_string(axes.size())))
        << shape.error().message;
  }
  EXPECT_FALSE(shape_of_axes(Axes{1, -1}, DataFormat::unspecified, "x"));
  EXPECT_FALSE(shape_of_axes(Axes{1, kMaxAxis + 1}, DataFormat::unspecified, "x"));
}

/// The axis lengths and the form of an array of 2 to 4 axes.
struct AnyArray {
  Shape shape;
  ArrayForm form;
};

AnyArray arbitrary_array() {
  using enum DataFormat;
  AnyArray array;
  array.form.rank = *rc::gen::inRange(2, 5);
  array.form.format = *rc::gen::element(unspecified, channels_first, channels_last);
  const auto axis = rc::gen::inRange<std::int64_t>(1, 6);
  array.shape = {array.form.rank == 4 ? *rc::gen::inRange<std::int64_t>(0, 4) : 1,
                 array.form.rank >= 3 ? *axis : 1, *axis, *axis};
  return array;
}

TEST(ShapeOfAxes, GivesBackTheShapeOfArrayAxes) {
  EXPECT_TRUE(rc::check([] {
    const AnyArray array = arbitrary_array();
    const auto again =
        shape_of_axes(array_axes(array.shape, array.form), array.form.format, "array");
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == array.shape);
  }));
}

Tensor counting_tensor(const Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(shape.elements()));
  std::iota(values.begin(), values.end(), 0.0F);
  return *Tensor::copy_of(shape, values);
}

TEST(ArrayOrder, KeepsChannelsTogetherForChannelsLast) {
  EXPECT_TRUE(rc::check([] {
    const AnyArray array = arbitrary_array();
    const Shape& s = array.shape;
    const Tensor tensor = counting_tensor(s);
    const auto stored = to_array_order(tensor, array.form);
    RC_ASSERT(stored.has_value());
    const bool last = array.form.format == DataFormat::channels_last && array.form.rank >= 3;
    std::size_t at = 0;
    for (std::int64_t n = 0; n < s.n; ++n) {
      for (std::int64_t i = 0; i < s.c * s.plane_size(); ++i, ++at) {
        const std::int64_t c = last ? i % s.c : i / s.plane_size();
        const std::int64_t cell = last ? i / s.c : i % s.plane_size();
        RC_ASSERT(stored->values()[at] == tensor.at(n, c, cell / s.w, cell % s.w));
      }
    }
  }));
}

TEST(ArrayOrder, ComesBackAsItWent) {
  EXPECT_TRUE(rc::check([] {
    const AnyArray array = arbitrary_array();
    const Tensor tensor = counting_tensor(array.shape);
    const auto stored = to_array_order(tensor, array.form);
    RC_ASSERT(stored.has_value());
    const auto again = from_array_order(*stored, array.shape, array.form);
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->shape() == array.shape);
    RC_ASSERT(std::ranges::equal(again->values(), tensor.values()));
  }));
}

TEST(ArrayOrder, CopiesNothingUnlessChannelsMove) {
  const Tensor tensor = counting_tensor({2, 3, 4, 5});
  EXPECT_TRUE(to_array_order(tensor, {4, DataFormat::channels_first})->same_buffer(tensor));
  EXPECT_TRUE(to_array_order(tensor, {4, DataFormat::channels_last, 0})->same_buffer(tensor));
  EXPECT_FALSE(to_array_order(tensor, {4, DataFormat::channels_last})->same_buffer(tensor));
}

TEST(Buffer, IsAlignedForVectors) {
  for (const std::int64_t count : {0, 1, 15, 16, 17, 1000}) {
    const auto buffer = Buffer<float>::allocate(count);
    ASSERT_TRUE(buffer);
    EXPECT_EQ(buffer->size(), count);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer->data()) % 64, 0U);
  }
}

TEST(Buffer, TellsHowMuchMemoryItCouldNotHave) {
  const auto floats = Buffer<float>::allocate(std::int64_t{1} << 50);
  ASSERT_FALSE(floats);
  EXPECT_EQ(floats.error().message, "out of memory: 4294967296.0 MiB asked for");
  EXPECT_EQ(floats.error().kind, ErrorKind::failure);
  // As bytes this is 0 in 64 bits.
  EXPECT_FALSE(Buffer<std::int64_t>::allocate(std::int64_t{1} << 61));
}

TEST(AxesText, JoinsAxesByItsSeparator) {
  EXPECT_EQ(axes_text(Axes{1, 3, 384, 512}), "1x3x384x512");
  EXPECT_EQ(axes_text(Axes{2, 3}, "×"), "2×3");
  EXPECT_EQ(axes_text(Axes{}), "");
}

}  // namespace
}  // namespace poolscope
