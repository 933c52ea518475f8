#include <gtest/gtest.h>

#include "app/actions.h"
#include "app/session.h"
#include "tests/app/documents.h"

namespace poolscope {
namespace {

Document with_model() {
  Document document = starting_document(counting_grid(6, 6));
  document = after(document, action::OpenModel{"/models/a.pt"});
  return after(document, action::SwapModelLayer{"pool1", layer_of("AvgPool2d(2)")});
}

TEST(SetWorkspace, IsNoStepOfItsOwnInUndo) {
  const Document document = starting_document(counting_grid(6, 6));
  EXPECT_EQ(document.workspace, "explore");
  const Document next = after(document, action::SetWorkspace{"feature-maps"});
  EXPECT_EQ(next.workspace, "feature-maps");
  EXPECT_FALSE(is_undoable({action::SetWorkspace{"feature-maps"}}));
}

TEST(OpenModel, ForgetsWhatWasChangedInAnotherOne) {
  const Document document = with_model();
  ASSERT_EQ(document.model.swaps.size(), 1U);
  EXPECT_EQ(after(document, action::OpenModel{"/models/a.pt"}).model, document.model);
  Document other = document;
  other.model.preprocessing.crop = 32;
  other.model_view.channel = 5;
  other = after(other, action::OpenModel{"/models/b.pt"});
  EXPECT_TRUE(other.model.swaps.empty());
  EXPECT_EQ(other.model.preprocessing.crop, 32);
  EXPECT_EQ(other.model_view, ModelView{});
}

TEST(SetModelInput, LeavesTheModelAndItsSwaps) {
  Document document = with_model();
  document.model_view.sample = 2;
  ModelSetup setup;
  setup.input = "/pictures/lake.png";
  setup.preprocessing.crop = 32;
  setup.device = "cuda";
  const Document next = after(document, action::SetModelInput{setup});
  EXPECT_EQ(next.model.model, document.model.model);
  EXPECT_EQ(next.model.swaps, document.model.swaps);
  EXPECT_EQ(next.model.input, setup.input);
  EXPECT_EQ(next.model.preprocessing, setup.preprocessing);
  EXPECT_EQ(next.model.device, "cuda");
  EXPECT_EQ(next.model_view.sample, 0) << "another file has samples of its own";
  Document same = next;
  same.model_view.sample = 2;
  setup.preprocessing.crop = 64;
  EXPECT_EQ(after(same, action::SetModelInput{setup}).model_view.sample, 2);
}

TEST(OpenModel, ClosesWithoutAPath) {
  Document document = with_model();
  document.model.input = "/pictures/lake.png";
  const Document closed = after(document, action::OpenModel{});
  EXPECT_TRUE(closed.model.model.empty());
  EXPECT_TRUE(closed.model.swaps.empty());
  EXPECT_EQ(closed.model.input, "/pictures/lake.png");
}

TEST(SwapModelLayer, HoldsOnePoolALayer) {
  Document document = with_model();
  document = after(document, action::SwapModelLayer{"pool1", layer_of("MaxPool2d(3, 2)")});
  document = after(document, action::SwapModelLayer{"pool2", layer_of("AvgPool2d(2)")});
  ASSERT_EQ(document.model.swaps.size(), 2U);
  EXPECT_EQ(*document.model.replacement("pool1"), layer_of("MaxPool2d(3, 2)"));
  EXPECT_EQ(document.model.replacement("pool3"), nullptr);
  document = after(document, action::SwapModelLayer{"pool1", {}});
  EXPECT_EQ(document.model.replacement("pool1"), nullptr);
  EXPECT_NE(document.model.replacement("pool2"), nullptr);
  EXPECT_FALSE(apply(document, {action::SwapModelLayer{"", layer_of("AvgPool2d(2)")}}));
}

TEST(SwapModelLayer, ShowsTheMapsWithTheChange) {
  Document document = with_model();
  document.model_view.original = true;
  document = after(document, action::SwapModelLayer{"pool1", {}});
  EXPECT_FALSE(document.model_view.original);
}

TEST(SetModelView, AnotherLayerBeginsInItsMiddleWithoutPins) {
  Document document = with_model();
  ModelView view = document.model_view;
  view.layer = "pool1";
  view.order = ChannelOrder::dead;
  document = after(document, action::SetModelView{view});
  view = document.model_view;
  view.channel = 7;
  view.row = 3;
  view.pinned = {7};
  view.zoom = 0.25;
  document = after(document, action::SetModelView{view});
  EXPECT_EQ(document.model_view.channel, 7);
  EXPECT_EQ(document.model_view.zoom, 1.0);
  view.layer = "pool2";
  document = after(document, action::SetModelView{view});
  ModelView expected;
  expected.layer = "pool2";
  expected.order = ChannelOrder::dead;
  EXPECT_EQ(document.model_view, expected);
}

TEST(ModelSession, ComesBackFromASession) {
  Document document = with_model();
  document.workspace = "feature-maps";
  document.model.input = "/pictures/lake.png";
  document.model.labels = "/models/classes.txt";
  document.model.preprocessing = {true, 64, 32, false, {0.5}, {0.25}};
  document.model.member = "maps";
  document.model.data_format = DataFormat::channels_last;
  document.model.device = "cuda";
  document.model_view = {
      "pool1", 2,    3,   1,    4,   5, true, ChannelOrder::variance, ChannelScale::shared,
      {2, 9},  true, 3.5, 0.25, 0.75};
  const auto text = session_text(document, {});
  ASSERT_TRUE(text) << text.error().message;
  const auto opened = parse_session(*text, {});
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(same_document(opened->document, document));
}

TEST(ModelSession, LookingAroundIsNoWork) {
  Document document = with_model();
  const std::string work = work_text(document);
  document.workspace = "feature-maps";
  document.model_view.channel = 4;
  EXPECT_EQ(work_text(document), work);
  document.model.swaps.clear();
  EXPECT_NE(work_text(document), work);
}

}  // namespace
}  // namespace poolscope
