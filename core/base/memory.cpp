#include "core/base/memory.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <vector>

#include <sys/mman.h>

#include "core/base/check.h"
#include "core/base/keep_memory.h"

namespace poolscope {
namespace {

constexpr std::size_t kCacheLine = 64;
/// More than any machine lends; some allocators stop the program at such a size.
constexpr std::size_t kMostBytes = std::size_t{1} << 39;
constexpr std::size_t kHugePage = std::size_t{2} << 20;

std::size_t rounded(std::size_t bytes) {
  const std::size_t unit = bytes >= kHugePage ? kHugePage : kCacheLine;
  return std::max(unit, (bytes + unit - 1) / unit * unit);
}

/// Large blocks given back, the oldest first.
class Kept {
 public:
  void* take(std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    const auto block = std::find_if(blocks_.rbegin(), blocks_.rend(),
                                    [&](const MemoryBlock& kept) { return kept.bytes == bytes; });
    if (block == blocks_.rend()) return nullptr;
    void* const data = block->data;
    blocks_.erase(std::next(block).base());
    return data;
  }

  void keep(MemoryBlock block) {
    const std::scoped_lock lock(mutex_);
    if (block.bytes > limit_) return std::free(block.data);
    blocks_.push_back(block);
    shrink();
  }

  /// Adds to what may be kept, or takes from it.
  void allow(std::ptrdiff_t bytes) {
    const std::scoped_lock lock(mutex_);
    limit_ += static_cast<std::size_t>(bytes);
    shrink();
  }

  std::size_t bytes() {
    const std::scoped_lock lock(mutex_);
    return sum();
  }

 private:
  void shrink() {
    while (sum() > limit_) {
      std::free(blocks_.front().data);
      blocks_.erase(blocks_.begin());
    }
  }

  std::size_t sum() const {
    std::size_t bytes = 0;
    for (const MemoryBlock& block : blocks_) bytes += block.bytes;
    return bytes;
  }

  std::mutex mutex_;
  std::size_t limit_ = kMaxKeptBytes;
  std::vector<MemoryBlock> blocks_;
};

/// Never destroyed: arrays of static life give their memory back at the very end.
Kept& kept() {
  static Kept& blocks = *new Kept;
  return blocks;
}

/// How many Sentinels live.
std::atomic<int> guards = 0;
constexpr int kSentinel = 0xA5;

MemoryBlock with_sentinel(MemoryBlock block, std::size_t at) {
  if (!block.data) return block;
  block.sentinel = at;
  std::memset(static_cast<std::byte*>(block.data) + at, kSentinel, kSentinelBytes);
  return block;
}

bool is_whole(const MemoryBlock& block) {
  const auto* const first = static_cast<const unsigned char*>(block.data) + block.sentinel;
  return std::all_of(first, first + kSentinelBytes,
                     [](unsigned char byte) { return byte == kSentinel; });
}

MemoryBlock take_block(std::size_t bytes) {
  const std::size_t whole = rounded(bytes);
  if (whole < kHugePage) return {std::aligned_alloc(kCacheLine, whole), whole};
  if (void* const data = kept().take(whole)) return {data, whole};
  void* const data = std::aligned_alloc(kHugePage, whole);
  if (data) ::madvise(data, whole, MADV_HUGEPAGE);
  return {data, whole};
}

}  // namespace

KeepMemory::KeepMemory(std::size_t bytes) : bytes_(bytes) {
  kept().allow(static_cast<std::ptrdiff_t>(bytes_));
}
KeepMemory::~KeepMemory() { kept().allow(-static_cast<std::ptrdiff_t>(bytes_)); }

Sentinels::Sentinels() { ++guards; }
Sentinels::~Sentinels() { --guards; }

MemoryBlock take_memory(std::size_t bytes) {
  if (bytes > kMostBytes) return {};
  if (guards == 0 || bytes == 0) return take_block(bytes);
  return with_sentinel(take_block(bytes + kSentinelBytes), bytes);
}

void give_back(MemoryBlock block) noexcept {
  POOLSCOPE_CHECK(block.sentinel == 0 || is_whole(block));
  block.sentinel = 0;
  if (block.bytes >= kHugePage) {
    kept().keep(block);
  } else {
    std::free(block.data);
  }
}

std::size_t kept_bytes() { return kept().bytes(); }

}  // namespace poolscope
