#include "core/io/npy.h"

#include <cmath>
#include <cstdlib>
#include <numeric>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "core/io/json_io.h"
#include "tests/io/temporary_folder.h"

namespace poolscope {
namespace {

using test::contents_of;
using test::expect_error;
using test::TemporaryFolder;

const std::filesystem::path kGolden =
    std::filesystem::path(POOLSCOPE_SOURCE_DIR) / "tests" / "golden" / "npy";

/// An npy file of version 1 with this header text and `data_bytes` zeros after it.
std::string file_with(const std::string& header, std::size_t data_bytes) {
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(header.size() & 255);
  file += static_cast<char>(header.size() >> 8);
  return file + header + std::string(data_bytes, '\0');
}

Result<LoadedArray> parse(const std::string& file) {
  return parse_npy({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()});
}

Result<LoadedArray> parse_header(const std::string& header, std::size_t data_bytes = 24) {
  return parse(file_with(header, data_bytes));
}

TEST(Npy, ReadsWhatNumpyWrote) {
  const auto golden = read_json(kGolden / "expected.json");
  ASSERT_TRUE(golden.has_value());
  ASSERT_GT(golden->at("read").size(), 40U);
  for (const auto& [name, expected] : golden->at("read").items()) {
    const auto array = read_npy(kGolden / (name + ".npy"));
    ASSERT_TRUE(array.has_value()) << array.error().message;
    const auto axes = expected["axes"].get<std::vector<std::int64_t>>();
    EXPECT_EQ(array_axes(array->tensor.shape(), array->form), axes) << name;
    EXPECT_EQ(array->form.format, DataFormat::channels_first);
    EXPECT_EQ(array->kind, InputKind::npy);
    EXPECT_EQ(array->name, name + ".npy");
    EXPECT_EQ(array->notes.empty() ? "" : array->notes[0], expected["note"]) << name;
    std::size_t i = 0;
    for (const float value : array->tensor.values()) {
      EXPECT_EQ(json_number(value), expected["values"][i]) << name << " " << i;
      if (value == 0.0F) {
        EXPECT_EQ(std::signbit(value), std::signbit(expected["values"][i].get<double>()))
            << name << " " << i;
      }
      ++i;
    }
    EXPECT_EQ(i, expected["values"].size()) << name;
  }
}

TEST(Npy, RefusesByNameWhatItDoesNotRead) {
  const auto golden = read_json(kGolden / "expected.json");
  ASSERT_TRUE(golden.has_value());
  for (const auto& [name, word] : golden->at("refused").items()) {
    expect_error(read_npy(kGolden / (name + ".npy")), {name + ".npy: ", word.get<std::string>()});
  }
}

TEST(Npy, ReadsEverySpellingOfTheHeader) {
  for (const char* header :
       {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
        "{\"shape\":(2,3,),\"descr\":\"<f4\",\"fortran_order\":True}",
        "  { 'fortran_order' : False , 'shape' : ( 2 , 3 ) , 'descr' : '=f4' }  \n",
        "{'descr': 'f4', 'fortran_order': False, 'shape': (2L, 3L)}\n"}) {
    const auto array = parse_header(header);
    ASSERT_TRUE(array.has_value()) << header << ": " << array.error().message;
    EXPECT_EQ(array->tensor.shape(), (Shape{1, 1, 2, 3})) << header;
  }
}

TEST(Npy, RefusesEveryOtherHeader) {
  for (const char* header :
       {"", "{}", "{'descr': '<f4'}", "('<f4', False, (2, 3))",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': [2, 3]}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} x",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)",
        "{'descr': '<f4, 'fortran_order': False, 'shape': (2, 3)}",
        "{'descr': '<f4' 'fortran_order': False, 'shape': (2, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (6)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2.0, 3)}",
        "{'descr': '<f3', 'fortran_order': False, 'shape': (2, 3)}",
        "{'descr': '', 'fortran_order': False, 'shape': (2, 3)}"}) {
    const auto array = parse_header(header);
    ASSERT_FALSE(array.has_value()) << header;
    EXPECT_EQ(array.error().message.find('\n'), std::string::npos);
  }
}

TEST(Npy, ChecksTheShapeBeforeItAllocates) {
  const auto with_shape = [](const std::string& shape) {
    return parse_header("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + "}");
  };
  expect_error(with_shape("(-1, 3)"), {"-1"});
  expect_error(with_shape("(9223372036854775807, 2)"), {"9223372036854775807"});
  expect_error(with_shape("(9223372036854775808, 2)"), {"integer below 2^63"});
  expect_error(with_shape("(65536, 65536)"), {"16.0 GiB", "at most 8"});
  expect_error(with_shape("(16777216, 16777216, 16777216, 16777216)"), {"at most"});
  expect_error(with_shape("(20000, 20000)"), {"truncated", "1600000000 bytes"});
  expect_error(with_shape("(0, 9223372036854775807)"), {"9223372036854775807"});
}

TEST(Npy, RefusesDataOfAnotherSize) {
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}";
  EXPECT_TRUE(parse_header(header, 24).has_value());
  expect_error(parse_header(header, 23), {"truncated", "24 bytes", "has 23"});
  expect_error(parse_header(header, 0), {"truncated"});
  expect_error(parse_header(header, 25), {"too long", "24 bytes", "has 25"});
}

TEST(Npy, RefusesEveryPartOfAFile) {
  const std::string whole = contents_of(kGolden / "axes_3.npy");
  ASSERT_TRUE(parse(whole).has_value());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parse(whole.substr(0, length)).has_value()) << length;
  }
}

TEST(Npy, RefusesHugeHeadersAndOtherVersions) {
  expect_error(parse(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff{}", 14)),
               {"truncated", "4294967295"});
  expect_error(parse(std::string("\x93NUMPY\x04\x00\x02\x00{}", 12)), {"version 4.0", "1 to 3"});
  expect_error(parse("PK\x03\x04"), {"not an npy file", "50 4b 03 04"});
}

TEST(Npy, NamesTheFileInItsErrors) {
  TemporaryFolder folder;
  expect_error(read_npy(folder / "missing.npy"), {"missing.npy", "No such file"});
  expect_error(read_npy(folder.with("empty.npy", std::string())), {"empty.npy", "empty"});
}

TEST(WriteNpy, WritesTheBytesThatNumpyWrites) {
  TemporaryFolder folder;
  std::vector<float> ramp(120);
  std::iota(ramp.begin(), ramp.end(), 0.0F);
  const std::vector<std::int64_t> axes{6, 4, 5};
  ASSERT_TRUE(write_npy(folder / "y.npy", ramp, axes).has_value());
  EXPECT_EQ(contents_of(folder / "y.npy"), contents_of(kGolden / "axes_3.npy"));
}

TEST(WriteNpy, GivesBackEveryBitOfAnyShape) {
  TemporaryFolder folder;
  EXPECT_TRUE(rc::check([&] {
    const auto axes =
        *rc::gen::resize(6, rc::gen::suchThat<std::vector<std::uint8_t>>(
                                [](const auto& v) { return v.size() >= 2 && v.size() <= 4; }));
    const std::vector<std::int64_t> wide(axes.begin(), axes.end());
    std::int64_t count = 1;
    for (const std::int64_t axis : wide) count *= axis;
    const auto bits = *rc::gen::container<std::vector<std::uint32_t>>(
        static_cast<std::size_t>(count), rc::gen::arbitrary<std::uint32_t>());
    std::vector<float> values;
    for (const std::uint32_t word : bits) values.push_back(std::bit_cast<float>(word));
    RC_ASSERT(write_npy(folder / "y.npy", values, wide).has_value());
    const auto again = read_npy(folder / "y.npy");
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->notes.empty());
    RC_ASSERT(array_axes(again->tensor.shape(), again->form) == wide);
    for (std::size_t i = 0; i < values.size(); ++i) {
      RC_ASSERT(std::bit_cast<std::uint32_t>(again->tensor.values()[i]) == bits[i]);
    }
  }));
}

TEST(WriteNpy, BeginsTheValuesAtAMultipleOf64) {
  TemporaryFolder folder;
  for (const std::vector<std::int64_t>& axes :
       {std::vector<std::int64_t>{}, {1}, {1, 1}, {1, 1, 1, 1, 1, 1, 1, 1}}) {
    const std::vector<std::int64_t> values{-1};
    ASSERT_TRUE(write_npy(folder / "i.npy", values, axes).has_value());
    const std::string file = contents_of(folder / "i.npy");
    EXPECT_EQ((file.size() - 8) % 64, 0U);
    EXPECT_EQ(file[file.size() - 9], '\n');
    EXPECT_EQ(file.substr(file.size() - 8), std::string(8, '\xff'));
  }
}

TEST(WriteNpy, IsReadByNumpyItself) {
  TemporaryFolder folder;
  const std::vector<std::int64_t> winners{0, -1, 9007199254740993, 3};
  const std::vector<std::int64_t> axes{4}, matrix{2, 2};
  ASSERT_TRUE(write_npy(folder / "axes_1.npy", winners, axes).has_value());
  ASSERT_TRUE(write_npy(folder / "axes_2.npy", winners, matrix).has_value());
  const std::string program =
      "import numpy as n, sys; a = n.load(sys.argv[1] + \"/axes_1.npy\"); "
      "b = n.load(sys.argv[1] + \"/axes_2.npy\"); "
      "assert a.dtype == n.int64 and a.tolist() == [0, -1, 9007199254740993, 3]; "
      "assert b.tolist() == [[0, -1], [9007199254740993, 3]]";
  const std::string command =
      fmt::format("/usr/bin/python3 -c '{}' {}", program, folder.path().string());
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace poolscope
