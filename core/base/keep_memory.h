#pragma once

#include <cstddef>

namespace poolscope {

/// While one lives, more of the memory that is given back is kept for later than kMaxKeptBytes: for
/// work that makes the same large results again and again. What is too much when the last one goes
/// is freed. Thread: any.
class KeepMemory {
 public:
  explicit KeepMemory(std::size_t bytes);
  ~KeepMemory();
  KeepMemory(const KeepMemory&) = delete;
  KeepMemory& operator=(const KeepMemory&) = delete;

 private:
  std::size_t bytes_;
};

}  // namespace poolscope
