#include "core/engines/auto_engine.h"

#include <gtest/gtest.h>

#include "core/engines/reference_engine.h"
#include "tests/engines/windows.h"
#include "tests/parity/parity.h"

namespace poolscope {
namespace {

/// Stands for a GPU: gives what the reference gives, under its own name, or fails.
class FakeGpu final : public Engine {
 public:
  std::string name() const override { return "gpu"; }
  std::string title() const override { return "GPU"; }
  Result<PoolOutput> run(const Tensor& input, const LoweredPool& pool,
                         const RunOptions& options) const override {
    ++runs;
    if (fails) return failure("lost");
    auto output = ReferenceEngine().run(input, pool, options);
    output->engine = name();
    return output;
  }
  std::optional<std::string> refuses(const Shape&, const LoweredPool& pool,
                                     const RunOptions&) const override {
    if (pool.reduction == Reduction::median) return "the median";
    return {};
  }
  mutable int runs = 0;
  bool fails = false;
};

class AutoEngineTest : public testing::Test {
 protected:
  AutoEngine engine() {
    return AutoEngine(cpu_, {&gpu_,
                             [this] {
                               ++asked_;
                               return hardware_;
                             },
                             [this](const Tensor&) { return resident_; }});
  }
  std::string ran(const Tensor& input, const LoweredPool& pool) {
    const auto output = engine().run(input, pool, {});
    EXPECT_TRUE(output);
    notes_ = output->notes;
    return output->engine;
  }

  ReferenceEngine cpu_;
  FakeGpu gpu_;
  bool hardware_ = true, resident_ = true;
  int asked_ = 0;
  std::vector<std::string> notes_;
  Shape large_{1, 1, 600, 600}, small_{1, 1, 40, 40};
  Tensor photo_ = filled(large_, Fill::random, 1), grid_ = filled(small_, Fill::random, 1);
};

TEST_F(AutoEngineTest, TakesTheGpuForHeavyRunsOnly) {
  EXPECT_EQ(ran(photo_, pool_of(large_, {5, 1}, Reduction::softmax)), "gpu");
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(ran(photo_, pool_of(large_, {5, 1}, Reduction::max)), "reference");
  EXPECT_EQ(ran(grid_, pool_of(small_, {5, 1}, Reduction::softmax)), "reference");
  EXPECT_EQ(asked_, 1) << "small runs wake no driver";
}

TEST_F(AutoEngineTest, NeverTakesASoftwareRenderer) {
  hardware_ = false;
  EXPECT_EQ(ran(photo_, pool_of(large_, {5, 1}, Reduction::softmax)), "reference");
  EXPECT_EQ(gpu_.runs, 0);
  EXPECT_TRUE(notes_.empty());
}

TEST_F(AutoEngineTest, LeavesWhatTheGpuRefusesToTheCpuWithoutANote) {
  EXPECT_EQ(ran(photo_, pool_of(large_, {5, 1}, Reduction::median)), "reference");
  EXPECT_TRUE(notes_.empty());
}

TEST_F(AutoEngineTest, RunsOnTheCpuWithANoteWhereTheGpuFails) {
  gpu_.fails = true;
  EXPECT_EQ(ran(photo_, pool_of(large_, {5, 1}, Reduction::softmax)), "reference");
  EXPECT_EQ(notes_, std::vector<std::string>{"gpu failed (lost); reference runs instead"});
}

TEST(GpuPays, CountsTheWayThereOnlyWhereTheInputIsNotThere) {
  Workload work{.cells_in = 64e6, .cells_out = 1e6, .taps = 64e6, .cpu_seconds = 0.05};
  EXPECT_FALSE(gpu_pays(work));
  work.on_gpu = true;
  EXPECT_TRUE(gpu_pays(work));
}

TEST(GpuPays, NotForWhatIsDoneAtOnce) {
  EXPECT_FALSE(gpu_pays(
      {.cells_in = 1e4, .cells_out = 1e3, .taps = 1e5, .cpu_seconds = 1e-3, .on_gpu = true}));
}

}  // namespace
}  // namespace poolscope
