#include "core/analysis/sweep.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/analysis/labs.h"
#include "tests/values.h"

namespace poolscope {
namespace {

using Texts = std::vector<std::string>;

SweepAxis axis_named(std::string_view layer, std::string_view name) {
  const auto axes = sweep_axes(layer_of(layer));
  const auto found = std::ranges::find(axes, name, &SweepAxis::parameter);
  return found == axes.end() ? SweepAxis{} : *found;
}

std::vector<SweepCell> sweep(const Tensor& input, std::string_view current,
                             const std::vector<Layer>& layers, std::int64_t plane = 0) {
  std::vector<SweepCell> cells(layers.size());
  const SweepRequest request{&reference(), input, plane, layer_of(current), layers};
  const auto done =
      run_sweep(request, {}, [&](std::size_t i, SweepCell cell) { cells[i] = std::move(cell); });
  EXPECT_TRUE(done);
  return cells;
}

TEST(SweepAxes, OfferValuesAroundTheOneThatIsSet) {
  EXPECT_EQ(axis_named("MaxPool2d(2)", "kernel_size").values, (Texts{"1", "2", "3", "4", "5"}));
  EXPECT_EQ(axis_named("MaxPool2d(7)", "kernel_size").values, (Texts{"5", "6", "7", "8", "9"}));
  EXPECT_EQ(axis_named("MaxPool2d(2)", "ceil_mode").values, (Texts{"False", "True"}));
  EXPECT_EQ(axis_named("MaxPool(kernel_shape=[2, 2])", "kernel_shape").values.front(), "[1, 1]");
  EXPECT_EQ(axis_named("MaxPooling2D()", "padding").values, (Texts{"\"valid\"", "\"same\""}));
  EXPECT_EQ(axis_named("MixedPool2d(2)", "alpha").values, (Texts{"0", "0.25", "0.5", "0.75", "1"}));
  EXPECT_EQ(axis_named("StridedConv2d(2)", "weight").values,
            (Texts{"\"average\"", "\"binomial\"", "\"centre\""}));
}

TEST(SweepAxes, LeaveOutWhatChangesNoValue) {
  for (const char* name : {"return_indices", "data_format", "keepdims", "bins", "storage_order"}) {
    for (const LayerKind* kind : layer_kinds()) {
      for (const SweepAxis& axis : sweep_axes(starting_layer(*kind)))
        EXPECT_NE(axis.parameter, name);
    }
  }
}

TEST(SweepAxes, OfEveryKindCanBeSet) {
  for (const LayerKind* kind : layer_kinds()) {
    const Layer layer = starting_layer(*kind);
    for (const SweepAxis& axis : sweep_axes(layer)) {
      const auto layers = sweep_layers(layer, {axis});
      ASSERT_TRUE(layers) << kind->name << ' ' << axis.parameter << layers.error().message;
      for (std::size_t i = 0; i < layers->size(); ++i) {
        const Parameter& parameter = *find_parameter(*kind, axis.parameter);
        EXPECT_EQ(parameter_text((*layers)[i], parameter), axis.values[i]) << kind->name;
      }
    }
  }
}

TEST(SweepAxisText, IsARangeOrAList) {
  const Layer layer = layer_of("MaxPool2d(2)");
  EXPECT_EQ(parse_sweep_axis(layer, "kernel_size=1..3")->values, (Texts{"1", "2", "3"}));
  EXPECT_EQ(parse_sweep_axis(layer, "stride=(2, 1), 3")->values, (Texts{"(2, 1)", "3"}));
  EXPECT_EQ(parse_sweep_axis(layer_of("StridedConv2d(2)"), "weight=average,centre")->values,
            (Texts{"average", "centre"}));
}

TEST(SweepAxisText, ThatIsWrongNamesWhatIs) {
  const Layer layer = layer_of("MaxPool2d(2)");
  const auto message = [&](std::string_view text) {
    const auto axis = parse_sweep_axis(layer, text);
    EXPECT_FALSE(axis);
    if (axis) return std::string();
    EXPECT_EQ(axis.error().kind, ErrorKind::usage);
    return axis.error().message;
  };
  EXPECT_EQ(message("kernel=1..5"),
            "MaxPool2d: cannot be swept over \"kernel\"; one of kernel_size, stride, padding, "
            "dilation, ceil_mode");
  EXPECT_EQ(message("stride"), "stride: no values; stride=1..5 or stride=1,2,3");
  EXPECT_EQ(message("stride=3..1"), "stride: 3..1 gives no values; from 1 to 64");
  EXPECT_EQ(message("stride=1..1000000000"),
            "stride: 1..1000000000 gives too many values; from 1 to 64");
  EXPECT_EQ(message("ceil_mode=maybe"),
            "ceil_mode of MaxPool2d takes True or False, found `\"maybe\"` at character 1");
}

TEST(SweepLayers, TakeEachValueOfBothAxes) {
  const auto layers =
      sweep_layers(layer_of("MaxPool2d(2)"), {{"kernel_size", {"2", "3"}}, {"stride", {"1", "2"}}});
  ASSERT_EQ(layers->size(), 4U);
  EXPECT_EQ(layer_text((*layers)[1]), "MaxPool2d(kernel_size=2, stride=2)");
  EXPECT_EQ(layer_text((*layers)[2]), "MaxPool2d(kernel_size=3, stride=1)");
  EXPECT_TRUE(same_setting((*layers)[1], layer_of("MaxPool2d(2)")));
  EXPECT_FALSE(same_setting((*layers)[0], layer_of("MaxPool2d(2)")));
}

TEST(Sweep, GivesWhatSingleRunsGive) {
  const Tensor input = *Tensor::copy_of({1, 2, 9, 8}, noise(18, 8).values());
  const auto layers = *sweep_layers(layer_of("AvgPool2d(2, padding=1)"),
                                    {{"kernel_size", {"2", "3", "5"}}, {"stride", {"1", "3"}}});
  const auto cells = sweep(input, "AvgPool2d(2, padding=1)", layers, 1);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto single = reference().run(input, *lower(layers[i], input.shape()), {});
    const auto expected = single->values.plane(1);
    EXPECT_EQ(values_of(cells[i].output), Values(expected.begin(), expected.end()));
    EXPECT_EQ(cells[i].layer, layers[i]);
  }
}

TEST(Sweep, SaysWhyASettingHasNoOutput) {
  const auto cells =
      sweep(noise(4, 4), "MaxPool2d(2)", {layer_of("MaxPool2d(5)"), layer_of("MaxPool2d(2)")});
  EXPECT_TRUE(cells[0].output.empty());
  EXPECT_NE(cells[0].reason.find("kernel_size"), std::string::npos) << cells[0].reason;
  EXPECT_TRUE(std::isnan(cells[0].figure(SweepMeasure::mean)));
  EXPECT_TRUE(cells[1].reason.empty());
}

TEST(Sweep, MeasuresEachOutput) {
  const Tensor input = grid(2, 5, {1, 2, 3, 4, 9, 5, 6, 7, 8, 9});
  const auto cells = sweep(input, "AvgPool2d(2)", {layer_of("MaxPool2d(2)")});
  const std::map<SweepMeasure, double> expected{
      {SweepMeasure::output_cells, 2.0},
      {SweepMeasure::mean, 7.0},  // Of 6 and 8.
      {SweepMeasure::max, 8.0},
      {SweepMeasure::deviation, 1.0},
      {SweepMeasure::energy_kept, 100.0 / 366.0},
      {SweepMeasure::cells_read, 0.8},
      // The means are 3.5 and 5.5, two columns each and the fifth near the second: all 2.5 less.
      {SweepMeasure::difference, 2.5}};
  for (const auto& [measure, value] : expected)
    EXPECT_DOUBLE_EQ(cells[0].figure(measure), value) << sweep_measure_name(measure);
}

TEST(Sweep, OfTheCurrentSettingDoesNotDiffer) {
  const auto cells = sweep(noise(7, 7), "MaxPool2d(3, 2)", {layer_of("MaxPool2d(3, 2)")});
  EXPECT_EQ(cells[0].figure(SweepMeasure::difference), 0.0);
}

TEST(Sweep, StopsWhenItIsCancelled) {
  std::atomic<bool> cancelled = false;
  std::size_t landed = 0;
  const Layer layer = layer_of("MaxPool2d(2)");
  const SweepRequest request{&reference(), noise(4, 4), 0, layer, {layer, layer, layer}};
  const auto done = run_sweep(request, {.cancelled = &cancelled}, [&](std::size_t, SweepCell) {
    ++landed;
    cancelled = true;
  });
  EXPECT_FALSE(done);
  EXPECT_EQ(landed, 1U);
}

}  // namespace
}  // namespace poolscope
