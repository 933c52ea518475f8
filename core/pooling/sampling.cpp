#include <initializer_list>

#include "core/pooling/lowered_pool.h"

namespace poolscope {

double hashed_number(std::initializer_list<std::uint64_t> words) {
  std::uint64_t hash = 0;
  for (const std::uint64_t word : words) {
    hash += word + 0x9E3779B97F4A7C15U;
    hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9U;
    hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBU;
    hash ^= hash >> 31;
  }
  return static_cast<double>(hash >> 40) * 0x1p-24;
}

double sampled_number(const LoweredPool& pool, std::int64_t plane, const AxisWindow& row,
                      const AxisWindow& col) {
  return hashed_number({pool.seed, static_cast<std::uint64_t>(plane + pool.origin.plane),
                        static_cast<std::uint64_t>(row.begin + pool.origin.row),
                        static_cast<std::uint64_t>(col.begin + pool.origin.col)});
}

}  // namespace poolscope
