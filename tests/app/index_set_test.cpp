#include "app/index_set.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace poolscope {
namespace {

constexpr std::int64_t kSize = 24;

TEST(IndexSet, JoinsRangesThatTouch) {
  IndexSet set;
  set.add({4, 6});
  set.add({0, 2});
  set.add({9, 9});
  EXPECT_EQ(set.ranges(), (std::vector<IndexRange>{{0, 2}, {4, 6}}));
  set.add({2, 4});
  EXPECT_EQ(set.ranges(), (std::vector<IndexRange>{{0, 6}}));
}

TEST(IndexSet, HoldsWhatWasAddedAndNothingElse) {
  rc::check([] {
    IndexSet set;
    std::vector<bool> expected(kSize, false);
    for (int i = *rc::gen::inRange(0, 12); i > 0; --i) {
      const auto begin = *rc::gen::inRange<std::int64_t>(0, kSize);
      const auto end = *rc::gen::inRange<std::int64_t>(0, kSize + 1);
      set.add({begin, end});
      for (auto k = begin; k < end; ++k) expected[static_cast<std::size_t>(k)] = true;
    }
    std::vector<bool> gap(kSize, false);
    for (const IndexRange& range : set.gaps({3, kSize - 3})) {
      RC_ASSERT(range.begin < range.end);
      for (auto k = range.begin; k < range.end; ++k) gap[static_cast<std::size_t>(k)] = true;
    }
    std::int64_t count = 0;
    for (std::int64_t k = 0; k < kSize; ++k) {
      const bool held = expected[static_cast<std::size_t>(k)];
      RC_ASSERT(set.contains(k) == held);
      const bool within = k >= 3 && k < kSize - 3;
      RC_ASSERT(gap[static_cast<std::size_t>(k)] == (within && !held));
      count += held ? 1 : 0;
    }
    RC_ASSERT(set.count() == count);
    RC_ASSERT(!set.contains(-1));
    RC_ASSERT(set.empty() == (count == 0));
  });
}

}  // namespace
}  // namespace poolscope
