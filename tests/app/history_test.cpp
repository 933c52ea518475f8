#include "app/history.h"

#include <gtest/gtest.h>

#include "tests/app/arbitrary_action.h"

namespace poolscope {
namespace {

History new_history() { return History(starting_document(counting_grid(4, 4))); }

action::SetCell first_cell(float value) { return {0, 0, value}; }

float first_value(const History& history) {
  return history.document().source.array.tensor.values()[0];
}

/// Undoes everything; how many steps that took.
int undo_all(History& history) {
  int steps = 0;
  for (; history.can_undo(); ++steps) history.undo();
  return steps;
}

TEST(History, UndoesAndRedoesStepByStep) {
  History history = new_history();
  EXPECT_FALSE(history.can_undo());
  EXPECT_FALSE(history.can_redo());
  ASSERT_TRUE(history.apply({first_cell(7)}));
  ASSERT_TRUE(history.apply({first_cell(8)}));
  history.undo();
  EXPECT_EQ(first_value(history), 7.0F);
  EXPECT_TRUE(history.can_redo());
  history.undo();
  EXPECT_EQ(first_value(history), 1.0F);
  EXPECT_FALSE(history.can_undo());
  history.redo();
  history.redo();
  EXPECT_EQ(first_value(history), 8.0F);
  EXPECT_FALSE(history.can_redo());
}

TEST(History, DoesNothingAtItsEnds) {
  History history = new_history();
  const Document before = history.document();
  history.undo();
  history.redo();
  EXPECT_TRUE(same_document(history.document(), before));
}

TEST(History, ForgetsWhatWasUndoneWhenSomethingElseIsDone) {
  History history = new_history();
  ASSERT_TRUE(history.apply({first_cell(7)}));
  history.undo();
  ASSERT_TRUE(history.apply({first_cell(9)}));
  EXPECT_FALSE(history.can_redo());
  history.undo();
  EXPECT_EQ(first_value(history), 1.0F);
}

TEST(History, StaysAsItIsOnAnError) {
  History history = new_history();
  ASSERT_TRUE(history.apply({first_cell(7), 3}));
  history.undo();
  const Document before = history.document();
  const auto applied = history.apply({action::RemoveLayer{12}, 3});
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message, "there is no layer 13; the pipeline has 1");
  EXPECT_TRUE(same_document(history.document(), before));
  EXPECT_FALSE(history.can_undo());
  EXPECT_TRUE(history.can_redo());
}

TEST(History, JoinsAGestureToOneStep) {
  History history = new_history();
  for (const float value : {10.0F, 11.0F, 12.0F}) {
    ASSERT_TRUE(history.apply({first_cell(value), 5}));
  }
  ASSERT_TRUE(history.apply({first_cell(20), 6}));
  history.undo();
  EXPECT_EQ(first_value(history), 12.0F);
  history.undo();
  EXPECT_EQ(first_value(history), 1.0F);
  EXPECT_FALSE(history.can_undo());
}

TEST(History, TakesActionsWithoutAGestureOneByOne) {
  History history = new_history();
  for (const float value : {10.0F, 11.0F, 12.0F}) ASSERT_TRUE(history.apply({first_cell(value)}));
  EXPECT_EQ(undo_all(history), 3);
}

TEST(History, StartsANewStepForAGestureThatGoesOnAfterUndo) {
  History history = new_history();
  ASSERT_TRUE(history.apply({first_cell(10), 5}));
  ASSERT_TRUE(history.apply({first_cell(11), 5}));
  history.undo();
  ASSERT_TRUE(history.apply({first_cell(12), 5}));
  history.undo();
  EXPECT_EQ(first_value(history), 1.0F);
  history.redo();
  EXPECT_EQ(first_value(history), 12.0F);
}

TEST(History, KeepsLookingAroundOutOfUndo) {
  History history = new_history();
  ASSERT_TRUE(history.apply({action::AddLayer{layer_of("AvgPool2d(1)")}}));
  ASSERT_TRUE(history.apply({action::SetSelection{{1, 1, true}}}));
  ASSERT_TRUE(history.apply({action::SetCamera{{2.0, 0.5, 0.5}}}));
  ASSERT_TRUE(history.apply({action::SetEditCell{{true, 1, 1}}}));
  ASSERT_TRUE(history.apply({action::SelectLayer{0}}));
  EXPECT_EQ(undo_all(history), 1);
}

TEST(History, KeepsRedoWhileTheUserLooksAround) {
  History history = new_history();
  ASSERT_TRUE(history.apply({first_cell(7)}));
  history.undo();
  ASSERT_TRUE(history.apply({action::SetSelection{{1, 1, true}}}));
  ASSERT_TRUE(history.can_redo());
  history.redo();
  EXPECT_EQ(first_value(history), 7.0F);
}

TEST(History, RemembersFiveHundredSteps) {
  History history = new_history();
  for (int i = 0; i < 510; ++i) ASSERT_TRUE(history.apply({first_cell(static_cast<float>(i))}));
  EXPECT_EQ(undo_all(history), 500);
  EXPECT_EQ(first_value(history), 9.0F);
}

TEST(History, ComesBackToTheSameDocumentsBothWays) {
  EXPECT_TRUE(rc::check([] {
    History history = new_history();
    for (int step = *rc::gen::inRange(0, 30); step > 0; --step) {
      const Document before = history.document();
      if (!history.apply(ArbitraryAction()())) {
        RC_ASSERT(same_document(history.document(), before));
      }
    }
    std::vector<Document> undone{history.document()};
    while (history.can_undo()) {
      history.undo();
      undone.push_back(history.document());
    }
    for (; history.can_redo(); undone.pop_back()) {
      RC_ASSERT(same_document(history.document(), undone.back()));
      history.redo();
    }
    RC_ASSERT(undone.size() == 1U);
    RC_ASSERT(same_document(history.document(), undone.front()));
  }));
}

}  // namespace
}  // namespace poolscope
