#include <gtest/gtest.h>

#include "core/analysis/proof.h"
#include "core/engines/engine_list.h"
#include "core/pooling/layer_text.h"
#include "tests/parity/parity.h"

namespace poolscope {
namespace {

/// What the proof of one layer says on the CPU engine's result.
std::string proof_of(std::string_view text, Fill fill) {
  const Pipeline pipeline{{*parse_layer(text), true}};
  const Trace trace =
      run_pipeline(**find_engine("cpu"), pipeline, filled({2, 3, 33, 40}, fill, 21), {}, {});
  const auto proof = prove(pipeline, trace, *torch_room(), {});
  return proof ? proof_text(*proof) : proof.error().message;
}

TEST(LibTorchProof, MaximaAgreeBitForBit) {
  for (const Fill fill : {Fill::random, Fill::special, Fill::zeros}) {
    EXPECT_EQ(proof_of("MaxPool2d(3, stride=2, padding=1, ceil_mode=True)", fill),
              "agrees bit for bit with LibTorch 1.13");
  }
}

TEST(LibTorchProof, SumsAgreeToTheBoundThatIsNamed) {
  for (const char* layer :
       {"AvgPool2d(7, stride=3, padding=2)", "AdaptiveAvgPool2d((5, 7))", "LPPool2d(2, 5)"}) {
    EXPECT_EQ(proof_of(layer, Fill::random).rfind("agrees ", 0), 0U)
        << proof_of(layer, Fill::random);
  }
}

TEST(LibTorchProof, ALayerThatLibTorchReckonsOtherwiseIsLeftToTheReference) {
  const std::string text = proof_of("LPPool2d(float('inf'), 2)", Fill::random);
  EXPECT_EQ(text.rfind("agrees bit for bit with the reference; LibTorch 1.13", 0), 0U) << text;
}

}  // namespace
}  // namespace poolscope
