#pragma once

#include <memory>
#include <optional>

#include "app/prover.h"
#include "app/user_command.h"
#include "tests/app/documents.h"
#include "tests/gpu/gl_test.h"

namespace poolscope {

/// A test that runs commands on a document as the program does, without a window.
class CommandTest : public GlTest {
 protected:
  void SetUp() override {
    GlTest::SetUp();
    if (IsSkipped()) return;
    auto heatmaps = HeatmapRenderer::create();
    ASSERT_TRUE(heatmaps) << heatmaps.error().message;
    heatmaps_.emplace(std::move(*heatmaps));
  }
  void TearDown() override {
    heatmaps_.reset();
    GlTest::TearDown();
  }

  /// What the program shows of `document`, `actions` taking what is done.
  Ui ui_of(const Document& document) {
    plan_ = plan_pipeline(document.pipeline, document.source.array.tensor.shape(),
                          document.source.array.form);
    actions_.clear();
    return {document, nullptr,  false,   plan_,  theme_of(document.view.theme), fonts_, *heatmaps_,
            keys_,    actions_, memory_, prover_};
  }

  std::optional<HeatmapRenderer> heatmaps_;
  Fonts fonts_;
  Keys keys_;
  PipelinePlan plan_;
  std::vector<Action> actions_;
  UiMemory memory_;
  Prover prover_;
};

}  // namespace poolscope
