#include "core/models/model.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "core/models/pool_script.h"
#include "core/models/script_archive.h"
#include "core/models/top_k.h"
#include "core/pooling/layer_text.h"

namespace poolscope {
namespace {

ModelMap scores(std::vector<float> values, std::vector<std::int64_t> axes) {
  const Shape shape{1, 1, 1, static_cast<std::int64_t>(values.size())};
  return {.values = Tensor::copy_of(shape, values).value(), .axes = std::move(axes), .ran = true};
}

TEST(ModelText, ParametersReadAsPythonWritesThem) {
  EXPECT_EQ(parameters_text({{"kernel_size", std::vector<std::int64_t>{3, 2}},
                             {"eps", 1e-05},
                             {"ceil_mode", true},
                             {"start_dim", std::int64_t{1}},
                             {"output_size", std::vector<std::int64_t>{7}}}),
            "kernel_size=(3, 2), eps=1e-05, ceil_mode=True, start_dim=1, output_size=(7,)");
}

TEST(MapShape, KeepsTheOrderOfTheNumbersForAnyRank) {
  EXPECT_EQ(map_shape({}).value(), (Shape{1, 1, 1, 1}));
  EXPECT_EQ(map_shape({5}).value(), (Shape{1, 5, 1, 1}));
  EXPECT_EQ(map_shape({2, 5}).value(), (Shape{2, 5, 1, 1}));
  EXPECT_EQ(map_shape({2, 5, 7}).value(), (Shape{2, 5, 1, 7}));
  EXPECT_EQ(map_shape({2, 5, 3, 4}).value(), (Shape{2, 5, 3, 4}));
  EXPECT_EQ(map_shape({2, 5, 3, 4, 6}).value(), (Shape{2, 5, 12, 6}));
  EXPECT_FALSE(map_shape({2, 2, kMaxElements, kMaxElements, 2}));
}

TEST(FindLayer, TellsTheNearestNameAndThePools) {
  const std::vector<ModelLayer> layers{{.name = "conv1", .kind = "Conv2d"},
                                       {.name = "pool", .kind = "MaxPool2d", .is_pooling = true}};
  EXPECT_EQ(find_layer(layers, "pool").value(), 1U);
  EXPECT_EQ(find_layer(layers, "conv2").error().message, "no layer conv2; did you mean conv1?");
  EXPECT_EQ(find_pooling_layer(layers, "conv1").error().message,
            "conv1 is a Conv2d, no pooling layer; those are pool");
}

TEST(TopClasses, ComeLargestFirstAndSharesAddUp) {
  const auto top = top_classes(scores({1, 3, 3, -2, 0, 0, 9, 0}, {2, 4}), 3, 0).value();
  ASSERT_EQ(top.size(), 3U);
  EXPECT_EQ(top[0].index, 1U);
  EXPECT_EQ(top[1].index, 2U);
  EXPECT_EQ(top[2].index, 0U);
  EXPECT_NEAR(top[0].share, std::exp(3) / (2 * std::exp(3) + std::exp(1) + std::exp(-2)), 1e-12);
  EXPECT_EQ(top_classes(scores({1, 3, 3, -2, 0, 0, 9, 0}, {2, 4}), 1, 1).value()[0].index, 2U);
}

TEST(TopClasses, PutNanLastAndRefuseWhatIsNoAnswer) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(top_classes(scores({nan, 1, 2}, {3}), 3).value()[2].index, 0U);
  EXPECT_FALSE(top_classes(scores({1, 2}, {1, 1, 2}), 1));
  EXPECT_FALSE(top_classes(scores({1, 2}, {1, 2}), 1, 1));
}

TEST(PoolScript, SaysPyTorchsPoolsInItsOwnOperators) {
  EXPECT_EQ(pool_script(parse_layer("MaxPool2d(3, 2, 1, ceil_mode=True)").value()).value(),
            "torch.max_pool2d(x, [3, 3], [2, 2], [1, 1], [1, 1], True)");
  EXPECT_EQ(pool_script(parse_layer("AdaptiveAvgPool2d((7, None))").value()).value(),
            "torch.adaptive_avg_pool2d(x, [7, x.size(-1)])");
  EXPECT_FALSE(pool_script(parse_layer("MedianPool2d(2)").value()));
}

TEST(SwapRecipe, CountsIntoSequentials) {
  EXPECT_EQ(swap_recipe("layer1.0.pool", parse_layer("AvgPool2d(2)").value()),
            "model.layer1[0].pool = nn.AvgPool2d(kernel_size=2)");
}

TEST(ScriptArchive, RefusesWhatIsNoArchiveWithTheWayOut) {
  for (const std::string_view text : {"", "\x80\x02}", "hello"}) {
    const auto* const data = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto checked = check_script_archive({data, text.size()});
    ASSERT_FALSE(checked);
    EXPECT_NE(checked.error().message.find("torch.jit.script(model.eval())"), std::string::npos);
  }
}

}  // namespace
}  // namespace poolscope
