#include "core/analysis/proof.h"

#include <cmath>

#include <gtest/gtest.h>

#include "core/engines/engine_list.h"
#include "core/engines/reference_engine.h"
#include "core/models/model.h"
#include "core/pooling/layer_text.h"
#include "tests/parity/parity.h"

namespace poolscope {
namespace {

/// A run of layers by an engine.
struct ShownRun {
  Pipeline pipeline;
  Trace trace;

  ShownRun(std::initializer_list<const char*> layers, const Tensor& input,
           const char* engine = "cpu") {
    for (const char* text : layers) pipeline.push_back({*parse_layer(text), true});
    trace = run_pipeline(**find_engine(engine), pipeline, input, {}, {});
  }
  /// Changes one value of a stage, as if an engine had got it wrong.
  void spoil(std::size_t stage, std::size_t cell, float value) {
    const Tensor& tensor = trace.stages[stage].values;
    std::vector<float> values(tensor.values().begin(), tensor.values().end());
    values[cell] = value;
    trace.stages[stage].values = *Tensor::copy_of(tensor.shape(), values);
  }
  Proof prove(const TorchRoom* room = nullptr) const {
    auto proof = poolscope::prove(pipeline, trace, room, {});
    EXPECT_TRUE(proof) << proof.error().message;
    return *proof;
  }
};

Tensor picture() { return filled({1, 2, 12, 14}, Fill::random, 9); }

/// A LibTorch that has every pool, and gives one cell `off` more than the reference.
class OtherRoom final : public TorchRoom {
 public:
  explicit OtherRoom(float off) : off_(off) {}

  std::string version() const override { return "1.13.1"; }
  const Engine& engine() const override { return engine_; }
  bool has_layer(const Layer& layer) const override {
    return layer.kind->framework == Framework::pytorch;
  }
  Result<PoolOutput> witness(const Layer& layer, const Tensor& input,
                             const Indices*) const override {
    auto output = engine_.run(input, *lower(layer, input.shape()), {});
    std::vector<float> values(output->values.values().begin(), output->values.values().end());
    values[3] += off_;
    output->values = *Tensor::copy_of(output->values.shape(), values);
    return output;
  }
  Result<Tensor> witness_gradient(const Layer&, const Tensor& input, const Tensor&) const override {
    return input;
  }
  std::vector<std::string> devices() const override { return {}; }
  Result<std::shared_ptr<const Model>> open_model(const std::filesystem::path&,
                                                  const std::string&) const override {
    return failure("no models here");
  }
  Result<ModelMap> read_tensor(const std::filesystem::path&) const override {
    return failure("no tensors here");
  }

 private:
  ReferenceEngine engine_;
  float off_;
};

TEST(Proof, EveryKindOfPoolHoldsOnTheEngineThatTheCpuIs) {
  for (const char* layer :
       {"MaxPool2d(3, stride=2, padding=1)", "AvgPool2d(3)", "LPPool2d(2, 2)", "GeMPool2d(2)",
        "SoftPool2d(2)", "MedianPool2d(3)", "StochasticPool2d(2, training=True)",
        "MaxBlurPool2d(3, stride=2)", "SpatialPyramidPool2d()",
        "FractionalMaxPool2d(2, output_size=5)", "RoiAlign(output_height=3, output_width=3)"}) {
    const Proof proof = ShownRun({layer}, picture()).prove();
    EXPECT_TRUE(proof.holds()) << layer << ": " << proof_text(proof);
  }
}

TEST(Proof, WrongCellsOfAMaximumAreFoundAndCounted) {
  ShownRun run({"MaxPool2d(2)", "AvgPool2d(2)"}, picture());
  const float before = run.trace.stages[1].values.values()[7];
  const float spoilt = before + 3.0F;
  run.spoil(1, 7, spoilt);
  const Proof proof = run.prove();
  EXPECT_FALSE(proof.holds());
  EXPECT_EQ(proof.layers[0].reference.places, (std::vector<std::int64_t>{7}));
  EXPECT_EQ(proof.layers[0].reference.largest, double{spoilt} - double{before});
  EXPECT_EQ(proof_text(proof), "MaxPool2d: 1 of 84 cells differ, by up to 3 from the reference");
}

TEST(Proof, AMeanMayBeOffByItsBoundAndNoFurther) {
  ShownRun run({"AvgPool2d(2)"}, filled({1, 1, 4, 4}, Fill::equal, 1), "reference");
  EXPECT_EQ(proof_text(run.prove()),
            "agrees bit for bit with the reference; LibTorch is not there");
  run.spoil(1, 0, std::nextafter(run.trace.stages[1].values.values()[0], 1.0F));
  EXPECT_EQ(
      proof_text(run.prove()),
      "agrees with the reference to 1.0e-06 of the sum of |x| / divisor; LibTorch is not there");
  run.spoil(1, 0, run.trace.stages[1].values.values()[0] * 1.001F);
  EXPECT_FALSE(run.prove().holds());
}

TEST(Proof, LibTorchIsAskedForTheLayersThatItHas) {
  const ShownRun own({"MaxPool2d(2)"}, picture());
  const OtherRoom room(0.0F), wrong_room(2.0F);
  EXPECT_EQ(proof_text(own.prove(&room)), "agrees bit for bit with LibTorch 1.13");
  const Proof other = own.prove(&wrong_room);
  EXPECT_EQ(other.layers[0].witness->places, (std::vector<std::int64_t>{3}));
  EXPECT_EQ(proof_text(other), "MaxPool2d: 1 of 84 cells differ, by up to 2 from LibTorch 1.13");
  const ShownRun keras({"MaxPooling2D(2)"}, picture());
  const Proof proof = keras.prove(&room);
  EXPECT_EQ(proof_text(proof),
            "agrees bit for bit with the reference; LibTorch has no MaxPooling2D");
  EXPECT_EQ(proof.layers[0].no_witness, "LibTorch has no MaxPooling2D");
}

TEST(Proof, LayersThatAreOffAreLeftOut) {
  ShownRun run({"MaxPool2d(2)"}, picture());
  run.pipeline[0].enabled = false;
  run.trace = run_pipeline(**find_engine("cpu"), run.pipeline, picture(), {}, {});
  EXPECT_TRUE(run.prove().layers.empty());
}

TEST(Proof, AWatcherSeesTheEndOfItAndMayEndIt) {
  const ShownRun run({"MaxPool2d(2)", "AvgPool2d(2)"}, picture());
  std::atomic<float> progress = 0.0F;
  EXPECT_TRUE(prove(run.pipeline, run.trace, nullptr, {nullptr, &progress}));
  EXPECT_EQ(progress, 1.0F);
  const std::atomic<bool> cancelled = true;
  const auto given_up = prove(run.pipeline, run.trace, nullptr, {&cancelled, nullptr});
  ASSERT_FALSE(given_up);
  EXPECT_EQ(given_up.error().message, "cancelled");
}

}  // namespace
}  // namespace poolscope
