#include "app/number_text.h"

#include <bit>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/values.h"

namespace poolscope {
namespace {

/// Any float but the infinities and NaN, large and small ones as likely as others.
double arbitrary_float() {
  const auto bits = *rc::gen::arbitrary<std::uint32_t>();
  const auto value = std::bit_cast<float>(bits);
  if (!std::isfinite(value)) return static_cast<double>(bits);
  const auto plain = static_cast<double>(*rc::gen::inRange(-99999999, 99999999)) / 1000.0;
  return *rc::gen::element(static_cast<double>(value), plain);
}

double read(const std::string& text) { return std::stod(text); }

TEST(NumberText, HasUpToThreeDecimalPlaces) {
  EXPECT_EQ(number_text(1.0), "1");
  EXPECT_EQ(number_text(-2.5), "-2.5");
  EXPECT_EQ(number_text(3.14159), "3.142");
  EXPECT_EQ(number_text(1234.5678), "1234.568");
  EXPECT_EQ(number_text(65535.0), "65535");
}

TEST(NumberText, CutsTrailingZerosAfterThePointOnly) {
  EXPECT_EQ(number_text(0.25), "0.25");
  EXPECT_EQ(number_text(100.0), "100");
  EXPECT_EQ(number_text(1.2004), "1.2");
  EXPECT_EQ(number_text(999.9996), "1000");
  EXPECT_EQ(number_text(0.99999), "1");
}

TEST(NumberText, HasThreeSignificantDigitsBelowOne) {
  EXPECT_EQ(number_text(0.123456), "0.123");
  EXPECT_EQ(number_text(-0.0123456), "-0.0123");
  EXPECT_EQ(number_text(0.00123456), "0.00123");
  EXPECT_EQ(number_text(0.0000123456), "0.0000123");
  EXPECT_EQ(number_text(0.001), "0.001");
}

TEST(NumberText, WritesSpecialValuesByTheirSigns) {
  EXPECT_EQ(number_text(kNan), "NaN");
  EXPECT_EQ(number_text(-kNan), "NaN");
  EXPECT_EQ(number_text(kInf), "∞");
  EXPECT_EQ(number_text(-kInf), "-∞");
  EXPECT_EQ(number_text(0.0), "0");
  EXPECT_EQ(number_text(-0.0), "-0");
}

TEST(NumberText, WritesHugeAndTinyNumbersByTheirExponent) {
  EXPECT_EQ(number_text(1e7), "1e+07");
  EXPECT_EQ(number_text(9999999.0), "9999999");
  EXPECT_EQ(number_text(-3.4028235e38), "-3.403e+38");
  EXPECT_EQ(number_text(1.4e-45), "1.4e-45");
  EXPECT_EQ(number_text(-1.23456e-7), "-1.23e-07");
}

TEST(NumberText, IsAsNearAsItsDigitsSay) {
  EXPECT_TRUE(rc::check([] {
    const double value = arbitrary_float();
    const double off = std::abs(read(number_text(value)) - value);
    const double size = std::abs(value);
    const double allowed = size < 1.0 ? size * 0.00501 : size < 1e7 ? 0.000501 : size * 0.000501;
    RC_ASSERT(off <= allowed);
  }));
}

TEST(ShortNumberText, IsTheWholeTextWhereThatFits) {
  EXPECT_TRUE(rc::check([] {
    const double value = arbitrary_float();
    const std::string text = number_text(value);
    RC_ASSERT(short_number_text(value, static_cast<int>(text.size())) == text);
  }));
}

TEST(ShortNumberText, FitsIntoFiveCharactersWhateverTheFloat) {
  EXPECT_TRUE(rc::check([] {
    const double value = arbitrary_float();
    const int digits = *rc::gen::inRange(5, 12);
    const std::string text = short_number_text(value, digits);
    RC_ASSERT(text.size() <= static_cast<std::size_t>(digits));
    RC_ASSERT(std::abs(read(text) - value) <= std::max(0.5, std::abs(value) * 0.5));
  }));
}

TEST(ShortNumberText, IsNeverLongerThanAskedWhereTheWholePartFits) {
  EXPECT_TRUE(rc::check([] {
    const double value = *rc::gen::inRange(-1200000, 1200000) / 1000.0;
    const int whole = static_cast<int>(std::to_string(std::lround(value)).size());
    const int digits = *rc::gen::inRange(whole, 9);
    RC_ASSERT(short_number_text(value, digits).size() <= static_cast<std::size_t>(digits));
  }));
}

TEST(ShortNumberText, DropsDecimalPlacesFirst) {
  EXPECT_EQ(short_number_text(123.456, 6), "123.46");
  EXPECT_EQ(short_number_text(123.456, 5), "123.5");
  EXPECT_EQ(short_number_text(123.456, 4), "123");
  EXPECT_EQ(short_number_text(0.0123, 5), "0.012");
  EXPECT_EQ(short_number_text(2.996, 4), "3");
}

TEST(ShortNumberText, WritesAnExponentWhereNoDigitWouldBeLeft) {
  EXPECT_EQ(short_number_text(0.0049, 5), "0.005");
  EXPECT_EQ(short_number_text(0.0049, 4), "5e-3");
  EXPECT_EQ(short_number_text(1234567.0, 6), "1.23e6");
  EXPECT_EQ(short_number_text(-1234567.0, 5), "-1e6");
  EXPECT_EQ(short_number_text(3.4e38, 4), "3e38");
}

TEST(ShortNumberText, RoundsToAPlainZeroWhereNothingElseFits) {
  EXPECT_EQ(short_number_text(0.0049, 3), "0");
  EXPECT_EQ(short_number_text(-0.0049, 3), "0");
  EXPECT_EQ(short_number_text(-0.0, 3), "-0");
}

TEST(ShortNumberText, NeverCutsSpecialValues) {
  EXPECT_EQ(short_number_text(kNan, 1), "NaN");
  EXPECT_EQ(short_number_text(kInf, 1), "∞");
  EXPECT_EQ(short_number_text(-kInf, 2), "-∞");
}

TEST(CharacterCount, CountsSignsNotBytes) {
  EXPECT_EQ(character_count(""), 0U);
  EXPECT_EQ(character_count("-∞"), 2U);
  EXPECT_EQ(character_count("2×3 · é"), 7U);
}

TEST(CountText, SetsThousandsApart) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1 000");
  EXPECT_EQ(count_text(49152), "49 152");
  EXPECT_EQ(count_text(1234567890), "1 234 567 890");
  EXPECT_EQ(count_text(-999), "-999");
  EXPECT_EQ(count_text(-1000), "-1 000");
  EXPECT_EQ(count_text(std::numeric_limits<std::int64_t>::min()), "-9 223 372 036 854 775 808");
}

TEST(ReadsAs, TakesEveryWayInWhichTheInterfacePrintsAValue) {
  EXPECT_TRUE(reads_as(3.75, 3.75));
  EXPECT_TRUE(reads_as(3.333, 10.0 / 3.0));
  EXPECT_TRUE(reads_as(3.33, 10.0 / 3.0));
  EXPECT_TRUE(reads_as(0.11, 1.0 / 9.0));
  EXPECT_TRUE(reads_as(12346, 12345.678));
  EXPECT_TRUE(reads_as(-0.0, 0.0));
  EXPECT_TRUE(reads_as(std::numeric_limits<double>::quiet_NaN(),
                       -std::numeric_limits<double>::quiet_NaN()));
}

TEST(ReadsAs, TellsOtherNumbersApart) {
  EXPECT_FALSE(reads_as(3.3, 10.0 / 3.0));
  EXPECT_FALSE(reads_as(3.34, 10.0 / 3.0));
  EXPECT_FALSE(reads_as(3.8, 3.75));
  EXPECT_FALSE(reads_as(-6, 6));
  EXPECT_FALSE(reads_as(10000, 12345.678));
  EXPECT_FALSE(reads_as(0, 1e-5));
  EXPECT_FALSE(reads_as(0, std::numeric_limits<double>::infinity()));
}

TEST(DurationText, HasTwoDigitsAndItsUnit) {
  EXPECT_EQ(duration_text(0.0004), "0.4 ms");
  EXPECT_EQ(duration_text(0.0000321), "0.03 ms");
  EXPECT_EQ(duration_text(0.012), "12 ms");
  EXPECT_EQ(duration_text(0.0034), "3.4 ms");
  EXPECT_EQ(duration_text(0.25), "250 ms");
  EXPECT_EQ(duration_text(1.34), "1.3 s");
  EXPECT_EQ(duration_text(75.0), "75.0 s");
}

TEST(DurationText, NeverCallsARunTimeless) {
  EXPECT_EQ(duration_text(1e-6), "< 0.01 ms");
  EXPECT_EQ(duration_text(4.9e-6), "< 0.01 ms");
}

TEST(DurationText, ChangesUnitsWhereRoundingDoes) {
  EXPECT_EQ(duration_text(0.0000998), "0.1 ms");
  EXPECT_EQ(duration_text(0.00998), "10 ms");
  EXPECT_EQ(duration_text(0.9996), "1.0 s");
}

}  // namespace
}  // namespace poolscope
