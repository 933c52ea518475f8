#include <gtest/gtest.h>

#include "app/actions.h"
#include "app/history.h"
#include "app/play_speed.h"
#include "app/runner.h"
#include "app/workspaces/explore/guess_check.h"
#include "tests/app/documents.h"

namespace poolscope {
namespace {

using Ranges = std::vector<IndexRange>;

/// The worked 4x4 grid with 2x2 windows, all outputs hidden.
Document hidden_document(const std::string& layer = "MaxPool2d(2)") {
  Document document =
      starting_document(grid_source(4, 4, {1, 3, 2, 4, 5, 6, 1, 2, 7, 2, 8, 3, 1, 4, 5, 9}));
  document.pipeline = {{layer_of(layer), true}};
  document.engine = "reference";
  return after(document, action::HideOutputs{true});
}

const Answers& answers_of(const Document& document) {
  return document.prediction.answers(document.selected_layer);
}

/// What the canvases show of a document's only layer.
struct Shown {
  Evaluation evaluation;
  StageView view;

  explicit Shown(const Document& document)
      : evaluation(
            evaluate({document.source, document.pipeline, document.engine}, nullptr, nullptr)) {
    view.evaluation = &evaluation;
    view.layer = &evaluation.request.pipeline[0].layer;
    view.output = &evaluation.trace.stages.at(1);
    view.input = view.output->input;
    view.pool = view.output->plan.pool();
    view.out_rows = view.output->values.shape().h;
    view.out_cols = view.output->values.shape().w;
    view.selection = document.selection;
    view.answers = &answers_of(document);
  }
};

std::string sentence_of(const Document& document, Guess guess) {
  return guess_sentence(Shown(document).view, guess);
}

TEST(HideOutputs, HidesAllAgain) {
  Document document = hidden_document();
  EXPECT_TRUE(document.prediction.hidden);
  document = after(document, action::RevealOutputs{{0, 1}});
  document = after(document, action::GuessOutput{{0, 0, 1, 4.0F}});
  document = after(document, action::HideOutputs{true});
  EXPECT_TRUE(document.prediction.hidden);
  EXPECT_EQ(answers_of(document), Answers{});
  EXPECT_FALSE(after(document, action::HideOutputs{false}).prediction.hidden);
}

TEST(RevealOutputs, RevealsOneOrAll) {
  Document document = after(hidden_document(), action::RevealOutputs{{2, 3}});
  EXPECT_EQ(answers_of(document).revealed.ranges(), (Ranges{{2, 3}}));
  Shown shown(document);
  EXPECT_TRUE(shown.view.hides(0, 1));
  EXPECT_FALSE(shown.view.hides(1, 0));
  EXPECT_TRUE(shown.view.hides_any());
  document = after(document, action::RevealOutputs{{0, 4}});
  EXPECT_FALSE(Shown(document).view.hides_any());
}

TEST(RevealOutputs, RefusesWhatIsShownAnywayAndNoWindows) {
  const Document shown = after(hidden_document(), action::HideOutputs{false});
  EXPECT_FALSE(apply(shown, {action::RevealOutputs{{0, 1}}}));
  EXPECT_FALSE(apply(shown, {action::GuessOutput{{0, 0, 0, 1.0F}}}));
  EXPECT_FALSE(apply(hidden_document(), {action::RevealOutputs{{3, 3}}}));
  EXPECT_FALSE(apply(hidden_document(), {action::RevealOutputs{{-1, 3}}}));
  EXPECT_FALSE(apply(hidden_document(), {action::GuessOutput{{0, -1, 0, 1.0F}}}));
}

TEST(Prediction, IsForgottenWhereTheOutputsChange) {
  Document document = after(hidden_document(), action::RevealOutputs{{0, 2}});
  document = after(document, action::GuessOutput{{0, 1, 1, 9.0F}});
  document.playback.playing = true;
  EXPECT_EQ(after(document, action::SetCamera{{2.0, 0.5, 0.5}}).prediction, document.prediction);
  EXPECT_EQ(after(document, action::SelectLayer{0}).prediction, document.prediction);
  for (const Document& changed :
       {after(document, action::SetCell{0, 0, 7.0F}),
        after(document, action::SetLayer{0, layer_of("AvgPool2d(2)")}),
        after(document, action::AddLayer{layer_of("MaxPool2d(2)")}),
        after(document, action::EnableLayer{0, false}),
        after(document, action::OpenSource{counting_grid(4, 4).array, {}})}) {
    EXPECT_TRUE(changed.prediction.hidden);
    EXPECT_TRUE(changed.prediction.layers.empty());
    EXPECT_FALSE(changed.playback.playing);
  }
}

TEST(Prediction, IsKeptForEachLayer) {
  Document document = hidden_document();
  document.pipeline.push_back({layer_of("AvgPool2d(2)"), true});
  document = after(document, action::RevealOutputs{{0, 2}});
  document = after(document, action::SelectLayer{1});
  EXPECT_TRUE(answers_of(document).revealed.empty());
  document = after(document, action::SelectLayer{0});
  EXPECT_EQ(answers_of(document).revealed.count(), 2);
}

TEST(GuessOutput, TakesTheLastOfSeveralGuessesAtACell) {
  Document document = hidden_document();
  for (const float value : {5.0F, 3.75F, 6.0F})
    document = after(document, action::GuessOutput{{0, 0, 0, value}});
  document = after(document, action::GuessOutput{{0, 1, 0, 2.0F}});
  EXPECT_EQ(answers_of(document).guesses, (std::vector<Guess>{{0, 0, 0, 6.0F}, {0, 1, 0, 2.0F}}));
  EXPECT_EQ(guess_tally(Shown(document).view), "1 of 2 right");
}

TEST(GuessCheck, TellsTheLikelyCauseOfAWrongGuess) {
  const Document max = hidden_document();
  EXPECT_EQ(sentence_of(max, {0, 0, 0, 6.0F}), "Right: 6.");
  EXPECT_EQ(sentence_of(max, {0, 0, 0, 3.75F}),
            "3.75 is wrong: that is the average of the window; MaxPool2d takes the largest cell.");
  EXPECT_EQ(sentence_of(max, {0, 0, 0, 1.0F}),
            "1 is wrong: that is the smallest cell of the window; MaxPool2d takes the largest "
            "cell.");
  EXPECT_EQ(sentence_of(max, {0, 0, 1, 7.0F}),
            "7 is wrong: that is the result of window (1, 0): row and column are swapped.");
  const Document padded = hidden_document("AvgPool2d(2, padding=1)");
  EXPECT_EQ(sentence_of(padded, {0, 0, 0, 0.25F}), "Right: 0.25.");
  EXPECT_EQ(sentence_of(padded, {0, 0, 0, 1.0F}),
            "1 is wrong: that is the sum divided by the cells inside the input, without the "
            "padding.");
  const Document inside = hidden_document("AvgPool2d(2, padding=1, count_include_pad=False)");
  EXPECT_EQ(sentence_of(inside, {0, 0, 1, 1.25F}),
            "1.25 is wrong: that is the sum divided by all cells of the window, also those "
            "outside the input.");
}

TEST(GuessCheck, NamesTheCellsWhereNoSlipGivesTheGuess) {
  EXPECT_EQ(sentence_of(hidden_document(), {0, 0, 0, 50.0F}),
            "50 is wrong: MaxPool2d takes the largest cell, and the cells of this window go from "
            "1 to 6.");
}

TEST(PlayTo, MovesOnAndRevealsWhatItPasses) {
  Document document = hidden_document();
  document.playback.playing = true;
  document = after(document, action::PlayTo{1, 2, 2});
  EXPECT_EQ(document.selection, (Selection{1, 0, true}));
  EXPECT_EQ(answers_of(document).revealed.ranges(), (Ranges{{1, 3}}));
  EXPECT_TRUE(document.playback.playing);
  const Document shown = after(document, action::HideOutputs{false});
  EXPECT_TRUE(after(shown, action::PlayTo{2, 3, 2}).prediction.layers.empty());
  EXPECT_FALSE(apply(document, {action::PlayTo{3, 1, 2}}));
  EXPECT_FALSE(apply(document, {action::PlayTo{0, 1, 0}}));
}

TEST(Playback, StopsWhenSomeoneTurnsToAWindow) {
  Document document = hidden_document();
  document = after(document, action::SetPlayback{{true, PlaySpeed::fourfold}});
  EXPECT_TRUE(document.playback.playing);
  const Document clicked = after(document, action::SetSelection{{1, 1, true}});
  EXPECT_EQ(clicked.playback, (Playback{false, PlaySpeed::fourfold}));
}

TEST(Playback, IsNoStepOfUndo) {
  History history(hidden_document());
  for (const Action& action :
       {Action{action::SetPlayback{{true, PlaySpeed::row}}}, Action{action::PlayTo{0, 1, 2}},
        Action{action::RevealOutputs{{0, 1}}}, Action{action::GuessOutput{{0, 0, 0, 1.0F}}},
        Action{action::HideOutputs{true}}}) {
    ASSERT_TRUE(history.apply(action));
    EXPECT_FALSE(history.can_undo());
  }
}

TEST(Pace, IsByRowsWhereThereAreManyWindows) {
  EXPECT_FALSE(pace_of(PlaySpeed::automatic, 9).by_rows);
  EXPECT_EQ(pace_of(PlaySpeed::automatic, 9).rate, 1.0);
  EXPECT_TRUE(pace_of(PlaySpeed::automatic, 49152).by_rows);
  EXPECT_EQ(pace_of(PlaySpeed::twice, 49152).rate, 2.0);
  EXPECT_EQ(play_speed_name(PlaySpeed::automatic), "automatic");
  for (const Pace& pace : paces()) {
    EXPECT_EQ(play_speed_name(pace.speed), pace.name);
    EXPECT_EQ(pace_of(pace.speed, 1).name, pace.name);
  }
}

}  // namespace
}  // namespace poolscope
