#include <atomic>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "core/engines/cpu_engine.h"
#include "core/pooling/layer_text.h"

// The sanitizers have an operator new of their own.
#ifndef __SANITIZE_ADDRESS__

namespace {
std::atomic<int> allocations{0};

void* counted(std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(bytes == 0 ? 1 : bytes);
}
}  // namespace

void* operator new(std::size_t bytes) {
  void* const memory = counted(bytes);
  if (!memory) throw std::bad_alloc();
  return memory;
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return counted(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace poolscope {
namespace {

struct SteadyCase {
  const char* layer;
  Shape shape;
};

/// One case for each way in which the engine pools.
constexpr SteadyCase kSteadyCases[] = {
    {"MaxPool2d(2)", {1, 1, 6, 6}},
    {"MaxPool2d(3, 2, 1)", {1, 8, 112, 112}},
    {"MaxPool2d(31, 1)", {1, 1, 300, 900}},
    {"MaxPool2d(3, 1, dilation=2)", {1, 3, 200, 200}},
    {"AvgPool2d(31, 1)", {1, 1, 300, 900}},
    {"AvgPool2d(3, 1, 1)", {1, 40, 35, 35}},
    {"AvgPool2d(7)", {1, 3, 224, 224}},
    {"AdaptiveMaxPool2d(7)", {1, 64, 13, 13}},
    {"AdaptiveAvgPool2d(30)", {1, 1, 400, 500}},
    {"AdaptiveAvgPool2d(1)", {1, 3, 400, 500}},
    {"LPPool2d(2, 3)", {1, 3, 200, 200}},
};

TEST(SteadyState, ARunAllocatesNothingButTheOwnerOfItsResult) {
  const CpuEngine engine(2);
  for (const SteadyCase& steady : kSteadyCases) {
    const Tensor input =
        *Tensor::copy_of(steady.shape, std::vector<float>(steady.shape.elements(), 1.0F));
    const auto pool = lower(*parse_layer(steady.layer), steady.shape);
    ASSERT_TRUE(pool);
    constexpr int kRuns = 20;
    // The threads' tables and scratch grow in the first runs, whichever thread gets which tile.
    for (int run = 0; run < 5 * kRuns; ++run) ASSERT_TRUE(engine.run(input, *pool, {}));
    const int before = allocations;
    for (int run = 0; run < kRuns; ++run) ASSERT_TRUE(engine.run(input, *pool, {}));
    // std::shared_ptr's block of counts, and what a thread that sleeps late may still grow.
    EXPECT_LE(allocations - before, kRuns + kRuns / 2) << steady.layer;
  }
}

}  // namespace
}  // namespace poolscope

#endif
