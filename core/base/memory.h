#pragma once

#include <cstddef>

namespace poolscope {

/// A piece of memory as take_memory() gives it.
struct MemoryBlock {
  void* data = nullptr;
  std::size_t bytes = 0;  ///< At least as many as were asked for.
  /// Where a sentinel of kSentinelBytes begins; 0 where there is none.
  std::size_t sentinel = 0;
};

/// No more memory than this is kept for later after it was given back.
inline constexpr std::size_t kMaxKeptBytes = std::size_t{64} << 20;

/// Uninitialised memory, aligned to 64 bytes; no data where there is none left. Large blocks lie on
/// huge pages, and the last ones given back are used again: a fresh block costs a page fault every
/// 4 KiB, which takes longer than most layers do. Thread: any.
MemoryBlock take_memory(std::size_t bytes);

/// Ends the use of a block. Thread: any.
void give_back(MemoryBlock block) noexcept;

/// How much memory is kept at present.
std::size_t kept_bytes();

inline constexpr std::size_t kSentinelBytes = 64;

/// For tests: while one lives, each block that is taken ends in a sentinel, and giving it back with
/// another one there (something was written past its end) stops the program. Thread: any.
class Sentinels {
 public:
  Sentinels();
  ~Sentinels();
  Sentinels(const Sentinels&) = delete;
  Sentinels& operator=(const Sentinels&) = delete;
};

}  // namespace poolscope
