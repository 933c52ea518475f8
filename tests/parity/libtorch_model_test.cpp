#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <memory>

#include <ATen/ops/arange.h>
#include <ATen/ops/sin.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>
#include <unistd.h>

#include "core/analysis/receptive_field.h"
#include "core/engines/torch_room.h"
#include "core/models/model.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

/// A network written in TorchScript, saved and opened as a user's file is; the file is gone then.
std::shared_ptr<const Model> opened(const torch::jit::Module& module) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("poolscope-model-" + std::to_string(getpid()) + ".pt");
  module.save(path.string());
  auto model = torch_room().value()->open_model(path);
  std::filesystem::remove(path);
  EXPECT_TRUE(model) << (model ? "" : model.error().message);
  return *model;
}

torch::jit::Module defined(const std::string& source) {
  torch::jit::Module module("Net");
  module.register_parameter("weight", at::sin(at::arange(2 * 1 * 3 * 3)).view({2, 1, 3, 3}), false);
  module.define(source);
  return module;
}

/// Works in place on what came before, pools, and branches.
const char* const kBranching = R"(
def forward(self, x):
    x = torch.conv2d(x, self.weight, None, [1, 1], [1, 1])
    y = torch.relu_(x)
    y = torch.max_pool2d(y, [3, 3], [2, 2], [1, 1])
    z = torch.avg_pool2d(x, [2, 2], [2, 2])
    y += z
    return torch.flatten(y, 1)
)";

ModelRequest request(std::int64_t size = 8) {
  std::vector<float> values(static_cast<std::size_t>(size * size));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::cos(static_cast<float>(i));
  return {Tensor::copy_of({1, 1, size, size}, values).value(), {1, 1, size, size}};
}

std::size_t place(const Model& model, std::string_view name) {
  return find_layer(model.layers(), name).value();
}

TEST(LibTorchModel, ACapturedPassHasTheBitsOfThePlainOne) {
  const auto model = opened(defined(kBranching));
  const auto run = model->run(request()).value();
  EXPECT_TRUE(same_bits(run.output, model->plain(request()).value()));
  EXPECT_EQ(run.output.axes, (std::vector<std::int64_t>{1, 32}));
}

TEST(LibTorchModel, OperatorsInPlaceLeaveTheMapsBeforeThemAsTheyWere) {
  const auto model = opened(defined(kBranching));
  const auto run = model->run(request()).value();
  const auto before = run.maps[place(*model, "conv2d_1")].values.values();
  const auto after = run.maps[place(*model, "relu_1")].values.values();
  const auto rectified = [](float a, float b) { return std::max(a, 0.0F) == b; };
  EXPECT_TRUE(std::ranges::equal(before, after, rectified));
  EXPECT_LT(std::ranges::min(before), 0.0F);
  EXPECT_FALSE(
      same_bits(run.maps[place(*model, "max_pool2d_1")], run.maps[place(*model, "add_1")]));
}

TEST(LibTorchModel, OnlyWhatIsWantedAndFitsTheBudgetIsKept) {
  const auto model = opened(defined(kBranching));
  ModelRequest asked = request();
  const std::size_t pool = place(*model, "max_pool2d_1");
  asked.wanted = {pool};
  auto run = model->run(asked).value();
  for (std::size_t i = 0; i < run.maps.size(); ++i) {
    EXPECT_TRUE(run.maps[i].ran);
    EXPECT_EQ(run.maps[i].values.empty(), i != pool);
  }
  asked.budget = 2 * 4 * 4 * 4 - 1;
  run = model->run(asked).value();
  EXPECT_TRUE(run.maps[pool].values.empty());
  EXPECT_EQ(run.maps[pool].axes, (std::vector<std::int64_t>{1, 2, 4, 4}));
  EXPECT_FALSE(run.output.values.empty());
}

TEST(LibTorchModel, ARunStopsWhenItIsCancelled) {
  const auto model = opened(defined(kBranching));
  const std::atomic<bool> cancelled = true;
  ModelRequest asked = request();
  asked.cancelled = &cancelled;
  EXPECT_EQ(model->run(asked).error().message, "cancelled");
}

TEST(LibTorchModel, ASwappedPoolFeedsTheLayersAfterIt) {
  const auto model = opened(defined(kBranching));
  const std::size_t pool = place(*model, "max_pool2d_1");
  ModelRequest asked = request();
  asked.swaps = {{pool, parse_layer("AvgPool2d(2)").value()}};
  const auto run = model->run(asked).value();
  // Both branches are the same pool now, so their sum is twice one.
  const auto average = run.maps[place(*model, "avg_pool2d_1")].values.values();
  const auto doubled = [](float a, float b) { return 2.0F * a == b; };
  EXPECT_TRUE(std::ranges::equal(average, run.output.values.values(), doubled));
  EXPECT_FALSE(same_bits(run.output, model->plain(asked).value()));
}

TEST(LibTorchModel, ThroughALoopTheLastPassIsKept) {
  const auto model = opened(defined(R"(
def forward(self, x, times: int = 3):
    for i in range(times):
        x = torch.max_pool2d(x, [2, 2], [1, 1])
    return x
)"));
  const auto run = model->run(request()).value();
  const auto& map = run.maps[place(*model, "max_pool2d_1")];
  EXPECT_EQ(map.axes, (std::vector<std::int64_t>{1, 1, 5, 5}));
  EXPECT_TRUE(same_bits(map, run.output));
}

/// Cells of the input that change a cell of the output, found by changing them one by one.
TEST(LibTorchModel, CellsOutsideTheReceptiveFieldDoNotMatter) {
  const auto model = opened(defined(R"(
def forward(self, x):
    a = torch.conv2d(x, self.weight, None, [2, 2], [1, 1])
    b = torch.avg_pool2d(torch.conv2d(x, self.weight, None, [1, 1], [2, 2], [2, 2]), [2, 2])
    return torch.adaptive_avg_pool2d(a + b, [3, 3])
)"));
  const ModelRequest base = request(12);
  const auto run = model->run(base).value();
  const std::size_t last = place(*model, "adaptive_avg_pool2d_1");
  const CellRange field = receptive_field(model->layers(), run, base.axes, {last, 1, 1}).value();
  CellRange seen{12, 0, 12, 0};
  for (std::int64_t i = 0; i < 144; ++i) {
    std::vector<float> values(base.input.values().begin(), base.input.values().end());
    values[static_cast<std::size_t>(i)] += 1000.0F;
    const ModelRequest changed{Tensor::copy_of({1, 1, 12, 12}, values).value(), base.axes};
    const auto moved = model->plain(changed).value();
    if (moved.values.at(0, 0, 1, 1) == run.output.values.at(0, 0, 1, 1)) continue;
    seen = {std::min(seen.row_begin, i / 12), std::max(seen.row_end, i / 12 + 1),
            std::min(seen.col_begin, i % 12), std::max(seen.col_end, i % 12 + 1)};
  }
  EXPECT_EQ(field, seen);
}

TEST(LibTorchModel, OnlyDevicesThatAreThereAreTaken) {
  EXPECT_EQ(torch_room().value()->devices().front(), "cpu");
  const auto model = torch_room().value()->open_model("none.pt", "abacus");
  EXPECT_NE(model.error().message.find("no device abacus here"), std::string::npos);
}

}  // namespace
}  // namespace poolscope
