#include <gtest/gtest.h>

#include "app/history.h"
#include "tests/app/documents.h"

namespace poolscope {
namespace {

using Cells = std::vector<OutputGradient::Cell>;

Document grid_document() { return starting_document(counting_grid(4, 4)); }

TEST(SetGradientCell, PutsTypedNumbersOnTheOutput) {
  Document document = after(grid_document(), action::SetGradientCell{{0, 1, 1, 2.0F}});
  document = after(document, action::SetGradientCell{{0, 0, 1, -1.0F}});
  document = after(document, action::SetGradientCell{{0, 1, 1, 3.0F}});
  EXPECT_EQ(document.lens.seed, GradientSeed::typed);
  EXPECT_EQ(document.lens.typed, (Cells{{0, 1, 1, 3.0F}, {0, 0, 1, -1.0F}}));
  EXPECT_FALSE(apply(document, {action::SetGradientCell{{0, -1, 0, 1.0F}}}));
}

TEST(SetGradientCell, IsAStepOfUndoWhileTheLensItselfIsNone) {
  History history(grid_document());
  Lens lens;
  lens.on = true;
  ASSERT_TRUE(history.apply({action::SetLens{lens}}));
  EXPECT_FALSE(history.can_undo());
  ASSERT_TRUE(history.apply({action::SetGradientCell{{0, 0, 0, 1.0F}}}));
  history.undo();
  EXPECT_TRUE(history.document().lens.on);
  EXPECT_TRUE(history.document().lens.typed.empty());
}

TEST(Lens, KeepsTypedNumbersWhileTheirLayerStaysSelected) {
  Document document = after(grid_document(), action::SetGradientCell{{0, 0, 0, 1.0F}});
  EXPECT_EQ(after(document, action::SetCell{0, 0, 9.0F}).lens, document.lens);
  EXPECT_EQ(after(document, action::SetLayer{0, layer_of("AvgPool2d(2)")}).lens, document.lens);
  document.lens.on = true;
  document = after(document, action::AddLayer{layer_of("MaxPool2d(2)")});
  EXPECT_TRUE(document.lens.typed.empty());
  EXPECT_TRUE(document.lens.on);
}

}  // namespace
}  // namespace poolscope
