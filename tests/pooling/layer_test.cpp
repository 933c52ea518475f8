#include "core/pooling/layer.h"

#include <set>

#include <gtest/gtest.h>

#include "core/pooling/layer_text.h"
#include "tests/pooling/arbitrary_layer.h"
#include "tests/values.h"

namespace poolscope {
namespace {

std::string converted_text(std::string_view text, std::string_view kind) {
  return layer_text(converted(layer_of(text), *find_kind(kind)));
}

TEST(LayerKinds, AreListedByFramework) {
  std::vector<std::string_view> names;
  for (const LayerKind* kind : layer_kinds()) names.push_back(kind->name);
  EXPECT_EQ(names, (std::vector<std::string_view>{"MaxPool2d",
                                                  "AvgPool2d",
                                                  "LPPool2d",
                                                  "AdaptiveMaxPool2d",
                                                  "AdaptiveAvgPool2d",
                                                  "FractionalMaxPool2d",
                                                  "MaxUnpool2d",
                                                  "MaxPool1d",
                                                  "AvgPool1d",
                                                  "LPPool1d",
                                                  "AdaptiveMaxPool1d",
                                                  "AdaptiveAvgPool1d",
                                                  "MaxUnpool1d",
                                                  "MaxPooling2D",
                                                  "AveragePooling2D",
                                                  "GlobalMaxPooling2D",
                                                  "GlobalAveragePooling2D",
                                                  "MaxPooling1D",
                                                  "AveragePooling1D",
                                                  "GlobalMaxPooling1D",
                                                  "GlobalAveragePooling1D",
                                                  "MaxPool",
                                                  "AveragePool",
                                                  "LpPool",
                                                  "GlobalMaxPool",
                                                  "GlobalAveragePool",
                                                  "GlobalLpPool",
                                                  "MaxUnpool",
                                                  "MaxRoiPool",
                                                  "RoiAlign",
                                                  "MinPool2d",
                                                  "MedianPool2d",
                                                  "L2Pool2d",
                                                  "RMSPool2d",
                                                  "MixedPool2d",
                                                  "StochasticPool2d",
                                                  "GeMPool2d",
                                                  "SoftPool2d",
                                                  "LogSumExpPool2d",
                                                  "BlurPool2d",
                                                  "MaxBlurPool2d",
                                                  "StridedConv2d",
                                                  "SpatialPyramidPool2d",
                                                  "AttentionPool2d",
                                                  "Conv2d",
                                                  "BatchNorm2d",
                                                  "ReLU",
                                                  "ReLU6",
                                                  "LeakyReLU",
                                                  "ELU",
                                                  "GELU",
                                                  "SiLU",
                                                  "Softplus",
                                                  "Sigmoid",
                                                  "Tanh",
                                                  "Hardtanh",
                                                  "Abs",
                                                  "Square"}));
  EXPECT_EQ(find_kind("MaxPool3d"), nullptr);
}

TEST(LayerKinds, RunAsMadeOnASmallInput) {
  for (const LayerKind* kind : layer_kinds()) {
    EXPECT_TRUE(lower_layer(starting_layer(*kind), {1, 1, 4, 4})) << kind->name;
  }
}

TEST(LayerKinds, DescribeEachParameterOnce) {
  for (const LayerKind* kind : layer_kinds()) {
    std::set<std::string_view> names;
    for (const Parameter& parameter : kind->parameters) {
      EXPECT_TRUE(names.insert(parameter.name).second) << kind->name << " " << parameter.name;
      EXPECT_FALSE(parameter.help.empty()) << kind->name << " " << parameter.name;
    }
  }
}

TEST(Converted, CarriesOverWhatBothKindsHave) {
  EXPECT_EQ(converted_text("MaxPool2d(3, 2, 1, ceil_mode=True)", "AvgPool2d"),
            "AvgPool2d(kernel_size=3, stride=2, padding=1, ceil_mode=True)");
  EXPECT_EQ(converted_text("MaxPool2d(3, 2, 1)", "MaxPooling2D"),
            "MaxPooling2D(pool_size=3, strides=2)");
  EXPECT_EQ(converted_text("MaxPool2d((3, 2), padding=1)", "MaxPool"),
            "MaxPool(kernel_shape=[3, 2], strides=[3, 2], pads=[1, 1, 1, 1])");
  EXPECT_EQ(converted_text("MaxPooling2D(3, padding='same')", "MaxPool"),
            "MaxPool(kernel_shape=[3, 3], strides=[3, 3], auto_pad=\"SAME_UPPER\")");
}

TEST(Converted, LeavesWhatTheOtherFrameworkCannotWrite) {
  EXPECT_EQ(converted_text("MaxPool(kernel_shape=[2, 2], pads=[0, 0, 1, 1])", "MaxPool2d"),
            "MaxPool2d(kernel_size=2, stride=1)");
  EXPECT_EQ(converted_text("MaxPool(kernel_shape=[2, 2], auto_pad='SAME_LOWER')", "MaxPooling2D"),
            "MaxPooling2D(strides=1, padding=\"same\")");
  EXPECT_EQ(converted_text("LPPool2d(1.5, 2)", "GlobalLpPool"), "GlobalLpPool()");
  EXPECT_EQ(converted_text("LPPool2d(3, 2)", "GlobalLpPool"), "GlobalLpPool(p=3)");
}

TEST(Converted, GivesALayerThatCanBeWritten) {
  EXPECT_TRUE(rc::check([] {
    const auto kinds = layer_kinds();
    const LayerKind& kind = *kinds[*rc::gen::inRange<std::size_t>(0, kinds.size())];
    const Layer layer = arbitrary_layer(9);
    const Layer other = converted(layer, kind);
    RC_ASSERT(parse_layer(layer_text(other)).value() == other);
    RC_ASSERT(converted(layer, *layer.kind) == layer);
  }));
}

Indices indices_of(const Shape& shape, std::vector<std::int64_t> values) {
  return Indices::copy_of(shape, values).value();
}

std::vector<std::int64_t> framework_values(std::string_view layer, const Indices& winners,
                                           const Shape& input) {
  const auto indices = framework_indices(layer_of(layer), winners, input).value();
  return {indices.values().begin(), indices.values().end()};
}

TEST(FrameworkIndices, CountInsideThePlaneExceptInOnnx) {
  const Shape input{2, 2, 2, 3};
  const Indices winners = indices_of({2, 2, 1, 1}, {0, 4, -1, 5});
  using Sizes = std::vector<std::int64_t>;
  EXPECT_EQ(framework_values("MaxPool2d(2)", winners, input), (Sizes{0, 4, -1, 5}));
  EXPECT_EQ(framework_values("MaxPooling2D(2)", winners, input), (Sizes{0, 4, -1, 5}));
  EXPECT_EQ(framework_values("MaxPool(kernel_shape=[2, 2])", winners, input),
            (Sizes{0, 10, -1, 23}));
  // Index 4 is row 1, column 1: the fourth cell by columns of two.
  EXPECT_EQ(framework_values("MaxPool(kernel_shape=[2, 2], storage_order=1)", winners, input),
            (Sizes{0, 9, -1, 23}));
}

TEST(OutputForm, TakesTheLayersOrder) {
  const auto form = output_form(layer_of("MaxPooling2D(data_format='channels_last')"),
                                {4, DataFormat::unspecified, 2});
  EXPECT_EQ(form.value(), (ArrayForm{4, DataFormat::channels_last, 2}));
  EXPECT_EQ(output_form(layer_of("GlobalMaxPooling2D()"), {3, DataFormat::unspecified, 2}).value(),
            (ArrayForm{3, DataFormat::channels_first, 0}));
  EXPECT_FALSE(output_form(layer_of("MaxPool2d(2)"), {4, DataFormat::channels_first, 0}));
}

}  // namespace
}  // namespace poolscope
