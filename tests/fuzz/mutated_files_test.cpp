#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>

#include <gtest/gtest.h>

#include "core/io/input.h"
#include "core/io/json_io.h"
#include "tests/io/temporary_folder.h"

/// Files with random faults, the same on every run: each must give an array or one line of error.
/// tests/fuzz/libfuzzer/ looks for new ones.
namespace poolscope {
namespace {

namespace fs = std::filesystem;
const fs::path kRoot = POOLSCOPE_SOURCE_DIR;

using Random = std::mt19937;

std::size_t below(std::size_t bound, Random& random) { return bound == 0 ? 0 : random() % bound; }

/// One fault: a changed bit, a telling byte, a cut, a part twice, a part gone.
void mutate(std::string& bytes, Random& random) {
  constexpr unsigned char telling[] = {0, 1, 0x7f, 0x80, 0xff, '9', '-', ',', '[', ')', '\n'};
  const std::size_t at = below(bytes.size(), random);
  const std::size_t length = 1 + below(8, random);
  switch (random() % 6) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ 1 << random() % 8);
      break;
    case 1:
      bytes[at] = static_cast<char>(telling[random() % std::size(telling)]);
      break;
    case 2:
      bytes[at] = static_cast<char>(random());
      break;
    case 3:
      bytes.resize(at + 1);
      break;
    case 4:
      bytes.insert(at, bytes.substr(below(bytes.size(), random), length));
      break;
    default:
      bytes.erase(at, std::min(length, bytes.size() - 1));
      break;
  }
}

/// Right checksums for a PNG's chunks, so that the faults reach the decoder.
void repair_png(std::string& bytes) {
  for (std::size_t at = 8; at + 12 <= bytes.size();) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i)
      length = length << 8 | static_cast<unsigned char>(bytes[at + i]);
    if (length > bytes.size() - at - 12) return;
    std::uint32_t crc = ~0U;
    for (std::size_t i = 0; i < length + 4; ++i) {
      crc ^= static_cast<unsigned char>(bytes[at + 4 + i]);
      for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      bytes[at + 8 + length + i] = static_cast<char>(~crc >> (24 - 8 * i) & 255);
    }
    at += 12 + length;
  }
}

/// Counts what came of it, so that a test can tell whether both outcomes are reached.
struct Outcomes {
  int arrays = 0, errors = 0;
};

void read_one(const std::string& bytes, const fs::path& name, Outcomes& outcomes) {
  const auto array =
      parse_input({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, name);
  if (!array) {
    ++outcomes.errors;
    ASSERT_FALSE(array.error().message.empty());
    ASSERT_EQ(array.error().message.find('\n'), std::string::npos);
    return;
  }
  ++outcomes.arrays;
  const Shape& shape = array->tensor.shape();
  ASSERT_EQ(static_cast<std::int64_t>(array->tensor.values().size()), shape.elements());
  ASSERT_FALSE(array->description.empty());
  // Reads every value: memory that was never written would show here under the sanitizers.
  const auto finite = std::count_if(array->tensor.values().begin(), array->tensor.values().end(),
                                    [](float value) { return std::isfinite(value); });
  ASSERT_LE(finite, shape.elements());
}

void read_mutants(const fs::path& seed, int count, Outcomes& outcomes) {
  const std::string whole = test::contents_of(seed);
  ASSERT_FALSE(whole.empty()) << seed;
  Random random(static_cast<unsigned>(whole.size()));
  for (int i = 0; i < count; ++i) {
    std::string bytes = whole;
    const std::size_t faults = 1 + below(4, random);
    for (std::size_t fault = 0; fault < faults; ++fault) mutate(bytes, random);
    if (seed.extension() == ".png") repair_png(bytes);
    read_one(bytes, seed.filename(), outcomes);
    if (testing::Test::HasFatalFailure()) return;
  }
}

void read_mutants_of_folder(const fs::path& folder, int count) {
  Outcomes outcomes;
  std::vector<fs::path> seeds;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (extension != ".json" && extension != ".py") seeds.push_back(entry.path());
  }
  std::sort(seeds.begin(), seeds.end());
  for (const fs::path& seed : seeds) read_mutants(seed, count, outcomes);
  EXPECT_GT(outcomes.arrays, 0);
  EXPECT_GT(outcomes.errors, 0);
}

TEST(MutatedFiles, OfNpyNeverBreakTheReader) {
  read_mutants_of_folder(kRoot / "tests" / "golden" / "npy", 500);
}

TEST(MutatedFiles, OfNpzNeverBreakTheReader) {
  read_mutants_of_folder(kRoot / "tests" / "golden" / "npz", 500);
}

TEST(MutatedFiles, OfImagesNeverBreakTheReader) {
  read_mutants_of_folder(kRoot / "tests" / "golden" / "images", 1000);
}

TEST(MutatedFiles, OfGridsNeverBreakTheReader) {
  read_mutants_of_folder(kRoot / "assets" / "grids", 1000);
}

TEST(MutatedFiles, OfJsonNeverBreakTheReader) {
  const std::string whole =
      R"j({"input": "x.npy", "layer": ["MaxPool2d(2)", null], "n": [1e3, -2]})j";
  Random random(1);
  for (int i = 0; i < 5000; ++i) {
    std::string bytes = whole;
    mutate(bytes, random);
    mutate(bytes, random);
    const auto value = parse_json(bytes);
    if (value) {
      EXPECT_FALSE(json_text(*value).empty());
    } else {
      EXPECT_EQ(value.error().message.find('\n'), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace poolscope
