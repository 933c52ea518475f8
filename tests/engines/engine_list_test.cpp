#include "core/engines/engine_list.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "core/engines/cpu_engine.h"
#include "core/engines/torch_room.h"

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
  const std::vector<EngineInfo> infos = engine_infos();
  ASSERT_EQ(infos.size(), names.size());
  for (std::size_t i = 0; i < infos.size(); ++i) {
    EXPECT_EQ(infos[i].name, names[i]);
    EXPECT_NE(infos[i].about, "");
  }
  EXPECT_NE(std::ranges::find(names, "torch"), names.end());
  EXPECT_FALSE(is_open("libtorch"));
  EXPECT_FALSE(is_open("libpoolscope_torch"));
}

TEST(EngineList, SaysWhetherLibTorchIsHere) {
  const EngineInfo info = engine_infos().back();
  ASSERT_EQ(info.name, "torch");
  EXPECT_EQ(info.is_here, has_torch_library());
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
