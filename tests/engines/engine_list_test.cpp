#include "core/engines/engine_list.h"

#include <gtest/gtest.h>

#include "core/engines/cpu_engine.h"

namespace poolscope {
namespace {

TEST(EngineList, FindsEachOfItsNames) {
  for (const std::string& name : engine_names()) EXPECT_TRUE(find_engine(name)) << name;
  EXPECT_EQ((*find_engine("reference"))->name(), "reference");
  EXPECT_EQ((*find_engine("cpu"))->name(), "cpu");
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
