#include "core/engines/engine_list.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "core/engines/cpu_engine.h"

namespace poolscope {
namespace {

/// Whether a library of that name is in this process.
bool is_open(std::string_view library) {
  std::ifstream maps("/proc/self/maps");
  const std::string text(std::istreambuf_iterator<char>(maps), {});
  return text.find(library) != std::string::npos;
}

TEST(EngineList, FindsEachOfItsNames) {
  for (const std::string& name : engine_names()) {
    if (name == "torch") continue;  // It may be absent.
    EXPECT_TRUE(find_engine(name)) << name;
  }
  EXPECT_EQ((*find_engine("reference"))->name(), "reference");
  EXPECT_EQ((*find_engine("cpu"))->name(), "cpu");
}

TEST(EngineList, OpensNothingToListItsNames) {
  const std::vector<std::string> names = engine_names();
  EXPECT_NE(std::ranges::find(names, "torch"), names.end());
  EXPECT_FALSE(is_open("libtorch"));
  EXPECT_FALSE(is_open("libpoolscope_torch"));
}

TEST(EngineList, NamesThePackageThatBringsAnEngineThatIsNotThere) {
  const auto engine = find_engine("torch");
  if (engine) GTEST_SKIP() << "LibTorch is here";
  EXPECT_NE(engine.error().message.find("libtorch-dev"), std::string::npos);
}

TEST(EngineList, AutoIsNotTheReference) { EXPECT_NE((*find_engine("auto"))->name(), "reference"); }

TEST(EngineList, AnUnknownNameBringsTheNearestAndAllOthers) {
  const auto engine = find_engine("referense");
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().kind, ErrorKind::failure);
  EXPECT_NE(engine.error().message.find("did you mean 'reference'?"), std::string::npos);
  for (const std::string& name : engine_names()) {
    EXPECT_NE(engine.error().message.find(name), std::string::npos) << name;
  }
}

TEST(CpuEngine, TitleCountsItsThreads) {
  EXPECT_EQ(CpuEngine(2).title(), "CPU, 2 threads");
  EXPECT_EQ(CpuEngine(1).title(), "CPU, 1 thread");
}

}  // namespace
}  // namespace poolscope
