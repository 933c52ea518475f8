#include "app/samples.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/io/temporary_folder.h"

namespace poolscope {
namespace {

std::vector<std::string> names_of(bool grids) {
  std::vector<std::string> names;
  for (const Sample& sample : samples()) {
    if (sample.is_grid == grids) names.push_back(sample.name);
  }
  return names;
}

TEST(Samples, OpenAllOfThem) {
  EXPECT_FALSE(samples().empty());
  for (const Sample& sample : samples()) {
    const auto source = read_source(sample.path);
    ASSERT_TRUE(source) << source.error().message;
    EXPECT_EQ(source->path, sample.path);
    EXPECT_EQ(source->array.kind, sample.is_grid ? InputKind::grid : InputKind::image);
    EXPECT_FALSE(source->luma);
  }
}

TEST(Samples, AreNamedForPeople) {
  for (const Sample& sample : samples()) {
    EXPECT_EQ(sample.name, sample.path.filename());
    ASSERT_FALSE(sample.title.empty()) << sample.name;
    EXPECT_NE(sample.title.front(), '#') << sample.name;
    EXPECT_FALSE(std::islower(static_cast<unsigned char>(sample.title.front()))) << sample.name;
    EXPECT_EQ(sample.about.empty(), !sample.is_grid) << sample.name;
  }
}

TEST(Samples, ListPicturesFirstThenTheWorkedGrid) {
  const auto& all = samples();
  EXPECT_TRUE(std::ranges::is_partitioned(all, [](const Sample& s) { return !s.is_grid; }));
  const auto pictures = names_of(false);
  EXPECT_TRUE(std::ranges::is_sorted(pictures));
  const auto grids = names_of(true);
  ASSERT_GT(grids.size(), 1U);
  EXPECT_EQ(grids.front(), "g6.txt");
  EXPECT_TRUE(std::is_sorted(grids.begin() + 1, grids.end()));
}

TEST(DefaultSource, IsAColourPicture) {
  const auto source = default_source();
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ(source->array.kind, InputKind::image);
  EXPECT_EQ(source->array.tensor.shape().c, 3);
  EXPECT_FALSE(source->is_grid());
}

TEST(ReadSource, NamesTheFileThatCannotBeRead) {
  const test::TemporaryFolder folder;
  const auto missing = read_source(folder / "missing.png");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("missing.png"), std::string::npos);
  const auto wrong = read_source(folder.with("words.txt", std::string("these are words")));
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("words.txt"), std::string::npos);
}

TEST(ReadSource, TakesAGridOfOneChannelAsOneToEdit) {
  const test::TemporaryFolder folder;
  const auto flat = read_source(folder.with("flat.txt", std::string("1 2\n3 4\n")));
  ASSERT_TRUE(flat) << flat.error().message;
  EXPECT_TRUE(flat->is_grid());
  const auto deep = read_source(folder.with("deep.txt", std::string("[[[1, 2]], [[3, 4]]]")));
  ASSERT_TRUE(deep) << deep.error().message;
  EXPECT_FALSE(deep->is_grid());
}

}  // namespace
}  // namespace poolscope
