#include "core/analysis/receptive_field.h"

#include <gtest/gtest.h>

#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

constexpr std::size_t kIn = kModelInput;

ModelLayer window(std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                  std::vector<std::size_t> inputs) {
  const LayerReach reach{.kind = LayerReach::Kind::window,
                         .kernel_size = {kernel, kernel},
                         .stride = {stride, stride},
                         .padding = {padding, padding}};
  return {.name = "conv", .kind = "Conv2d", .reach = reach, .inputs = std::move(inputs)};
}

ModelLayer cell(std::vector<std::size_t> inputs) {
  return {.name = "relu",
          .kind = "relu",
          .reach = {.kind = LayerReach::Kind::cell},
          .inputs = std::move(inputs)};
}

ModelRun run_of(std::vector<std::vector<std::int64_t>> axes) {
  ModelRun run;
  for (auto& map : axes) run.maps.push_back({.values = {}, .axes = std::move(map), .ran = true});
  return run;
}

CellRange field(const std::vector<ModelLayer>& layers, const ModelRun& run, const MapCell& at) {
  return receptive_field(layers, run, {1, 3, 224, 224}, at).value();
}

TEST(ReceptiveField, OfResNetsStemSticksOutByItsPadding) {
  const std::vector<ModelLayer> layers{window(7, 2, 3, {kIn}), cell({0}), window(3, 2, 1, {1})};
  const ModelRun run = run_of({{1, 64, 112, 112}, {1, 64, 112, 112}, {1, 64, 56, 56}});
  // The pool's window begins in its own padding, which no cell of the input fills.
  EXPECT_EQ(field(layers, run, {2, 0, 0}), (CellRange{-3, 6, -3, 6}));
  EXPECT_EQ(field(layers, run, {2, 1, 2}), (CellRange{-1, 10, 3, 14}));
}

TEST(ReceptiveField, OfBranchesThatMeetLiesAroundBoth) {
  const std::vector<ModelLayer> layers{window(1, 2, 0, {kIn}), window(5, 2, 2, {kIn}),
                                       cell({0, 1})};
  const ModelRun run = run_of({{1, 8, 112, 112}, {1, 8, 112, 112}, {1, 8, 112, 112}});
  EXPECT_EQ(field(layers, run, {2, 10, 10}), (CellRange{18, 23, 18, 23}));
  EXPECT_EQ(field(layers, run, {0, 10, 10}), (CellRange{20, 21, 20, 21}));
}

TEST(ReceptiveField, OfALinearLayerAndOfAnUnknownOneIsTheWholeInput) {
  const std::vector<ModelLayer> layers{window(3, 1, 1, {kIn}),
                                       {.name = "fc", .kind = "Linear", .inputs = {0}}};
  const ModelRun run = run_of({{1, 8, 224, 224}, {1, 10}});
  EXPECT_EQ(field(layers, run, {1, 0, 0}), (CellRange{-1, 225, -1, 225}));
}

TEST(ReceptiveField, OfALayerOfOursFollowsItsWindows) {
  std::vector<ModelLayer> layers{window(3, 2, 1, {kIn})};
  layers[0].layer = parse_layer("AdaptiveAvgPool2d((7, 5))").value();
  const ModelRun run = run_of({{1, 3, 7, 5}});
  EXPECT_EQ(field(layers, run, {0, 1, 1}), (CellRange{32, 64, 44, 90}));
}

TEST(ReceptiveField, OfAContainerIsThatOfTheLayerThatGivesItsMap) {
  ModelLayer block = cell({1});
  block.is_container = true;
  const std::vector<ModelLayer> layers{block, window(3, 1, 1, {kIn})};
  const ModelRun run = run_of({{1, 8, 224, 224}, {1, 8, 224, 224}});
  EXPECT_EQ(field(layers, run, {0, 5, 6}), field(layers, run, {1, 5, 6}));
}

TEST(ReceptiveField, NeedsACellThatIsThere) {
  const std::vector<ModelLayer> layers{window(3, 1, 1, {kIn}), cell({})};
  const ModelRun run = run_of({{1, 8, 4, 4}, {1, 8, 4, 4}});
  EXPECT_FALSE(receptive_field(layers, run, {1, 3, 4, 4}, {0, 4, 0}));
  EXPECT_EQ(receptive_field(layers, run, {1, 3, 4, 4}, {1, 0, 0}).error().message,
            "relu does not depend on the input");
}

}  // namespace
}  // namespace poolscope
