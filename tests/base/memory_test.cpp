#include "core/base/memory.h"

#include <cstdint>
#include <limits>
#include <optional>

#include <gtest/gtest.h>

#include "core/base/keep_memory.h"

namespace poolscope {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

TEST(Memory, IsAlignedAndLargeEnough) {
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{65}, 5 * kMebibyte}) {
    const MemoryBlock block = take_memory(bytes);
    ASSERT_NE(block.data, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block.data) % 64, 0U);
    EXPECT_GE(block.bytes, bytes);
    give_back(block);
  }
}

TEST(Memory, ALargeBlockIsUsedAgain) {
  const MemoryBlock first = take_memory(6 * kMebibyte);
  give_back(first);
  const MemoryBlock second = take_memory(6 * kMebibyte - 100);
  EXPECT_EQ(second.data, first.data);
  give_back(second);
}

TEST(Memory, KeepsNoMoreThanItsLimit) {
  for (std::size_t size = 2; size < 30; ++size) {
    const MemoryBlock block = take_memory(size * kMebibyte);
    give_back(block);
    EXPECT_LE(kept_bytes(), kMaxKeptBytes);
  }
  const MemoryBlock large = take_memory(kMaxKeptBytes + 1);
  give_back(large);
  EXPECT_LE(kept_bytes(), kMaxKeptBytes);
}

TEST(Memory, KeepsMoreWhileAskedTo) {
  std::optional<KeepMemory> keep(std::in_place, 2 * kMaxKeptBytes);
  const MemoryBlock first = take_memory(kMaxKeptBytes + kMebibyte);
  give_back(first);
  const MemoryBlock second = take_memory(kMaxKeptBytes + kMebibyte);
  EXPECT_EQ(second.data, first.data);
  give_back(second);
  EXPECT_GT(kept_bytes(), kMaxKeptBytes);
  keep.reset();
  EXPECT_LE(kept_bytes(), kMaxKeptBytes);
}

TEST(Memory, MoreThanThereIsGivesNone) {
  EXPECT_EQ(take_memory(std::numeric_limits<std::size_t>::max()).data, nullptr);
  EXPECT_EQ(take_memory(std::numeric_limits<std::size_t>::max() / 2).data, nullptr);
}

TEST(Memory, AWriteBehindABlockStopsTheProgramWhereSentinelsLive) {
  const Sentinels sentinels;
  for (const std::size_t bytes : {std::size_t{4}, std::size_t{64}, 3 * kMebibyte}) {
    MemoryBlock block = take_memory(bytes);
    auto* const end = static_cast<unsigned char*>(block.data) + bytes;
    end[-1] = 0;
    EXPECT_DEATH((end[0] = 0, give_back(block)), "");
    EXPECT_DEATH((end[kSentinelBytes - 1] = 0, give_back(block)), "");
    give_back(block);
  }
}

}  // namespace
}  // namespace poolscope
