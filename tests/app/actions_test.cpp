#include "app/actions.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/app/arbitrary_action.h"
#include "tests/app/documents.h"
#include "tests/values.h"

namespace poolscope {
namespace {

Document grid_document(std::int64_t height = 2, std::int64_t width = 3) {
  return starting_document(counting_grid(height, width));
}

Document picture_document(std::int64_t channels = 3) {
  return starting_document(picture_source(channels, 16, 24));
}

/// A document with one layer for each kernel size, the one at `selected` selected.
Document document_of(const std::vector<std::int64_t>& kernels, std::size_t selected) {
  Document document = grid_document(8, 8);
  document.pipeline.clear();
  for (const std::int64_t kernel : kernels) {
    document.pipeline.push_back({layer_of("MaxPool2d(" + std::to_string(kernel) + ")"), true});
  }
  document.selected_layer = selected;
  return document;
}

std::vector<std::int64_t> kernels_of(const Document& document) {
  std::vector<std::int64_t> kernels;
  for (const PipelineLayer& entry : document.pipeline) {
    kernels.push_back(entry.layer.kernel_size.h);
  }
  return kernels;
}

template <class Change>
std::string error_of(const Document& document, Change change) {
  const auto next = apply(document, {change});
  EXPECT_FALSE(next);
  return next ? "" : next.error().message;
}

TEST(StartingDocument, PoolsAGridByTwoAndAPictureByThree) {
  EXPECT_EQ(grid_document().pipeline.at(0).layer, layer_of("MaxPool2d(2)"));
  EXPECT_EQ(picture_document().pipeline.at(0).layer, layer_of("MaxPool2d(3, stride=2, padding=1)"));
}

TEST(StartingDocument, DrawsAColourPictureAsOne) {
  EXPECT_TRUE(picture_document(3).view.composite);
  EXPECT_TRUE(picture_document(4).view.composite);
  EXPECT_FALSE(picture_document(1).view.composite);
  EXPECT_FALSE(grid_document().view.composite);
}

TEST(SetCell, ChangesThatCellOfANewTensor) {
  const Document before = grid_document();
  const Document next = after(before, action::SetCell{1, 2, -0.5F});
  EXPECT_EQ(values_of(next.source.array.tensor), (Values{1, 2, 3, 4, 5, -0.5F}));
  EXPECT_EQ(values_of(before.source.array.tensor), (Values{1, 2, 3, 4, 5, 6}));
}

TEST(SetCell, RefusesCellsOutsideTheGrid) {
  const Document document = grid_document();
  EXPECT_EQ(error_of(document, action::SetCell{2, 0, 1.0F}),
            "row 2, column 0 lies outside the 2x3 grid");
  for (const auto& [row, col] : {std::pair{-1, 0}, {0, -1}, {0, 3}, {2, 3}}) {
    error_of(document, action::SetCell{row, col, 1.0F});
  }
}

TEST(SetCell, MakesALoadedGridATypedOne) {
  Document document = grid_document();
  document.source.path = "/grids/ramp.txt";
  document.source.array.name = "ramp.txt";
  const Document next = after(document, action::SetCell{0, 0, 9.0F});
  EXPECT_TRUE(next.source.path.empty());
  EXPECT_TRUE(next.source.array.name.empty());
  EXPECT_EQ(next.source.array.description, "2x3 grid");
}

TEST(GridActions, RefusePictures) {
  const Document document = picture_document();
  const std::string told = "only a typed grid can be edited; choose Grid in Source first";
  EXPECT_EQ(error_of(document, action::SetCell{0, 0, 1.0F}), told);
  EXPECT_EQ(error_of(document, action::ResizeGrid{4, 4}), told);
  EXPECT_EQ(error_of(document, action::FillGrid{FillPattern::ones}), told);
  EXPECT_EQ(error_of(document, action::SetEditCell{{true, 0, 0}}), told);
  EXPECT_FALSE(after(document, action::SetEditCell{}).edit.active);
}

TEST(ResizeGrid, KeepsTheCellsThatBothSizesHave) {
  const Document document = grid_document();
  const Document larger = after(document, action::ResizeGrid{3, 4});
  EXPECT_EQ(larger.source.array.tensor.shape(), (Shape{1, 1, 3, 4}));
  EXPECT_EQ(values_of(larger.source.array.tensor), (Values{1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0, 0}));
  EXPECT_EQ(larger.source.array.description, "3x4 grid");
  const Document smaller = after(larger, action::ResizeGrid{2, 1});
  EXPECT_EQ(values_of(smaller.source.array.tensor), (Values{1, 4}));
}

TEST(ResizeGrid, GoesFrom1To64) {
  const Document document = grid_document();
  after(document, action::ResizeGrid{1, 64});
  after(document, action::ResizeGrid{64, 1});
  for (const auto& [rows, cols] : {std::pair{0, 5}, {5, 0}, {65, 5}, {5, 65}, {-1, 1}}) {
    EXPECT_NE(error_of(document, action::ResizeGrid{rows, cols}).find("from 1 to 64"),
              std::string::npos);
  }
}

TEST(ResizeGrid, KeepsTheEditedCellInside) {
  Document document = after(grid_document(), action::SetEditCell{{true, 1, 2}});
  document = after(document, action::ResizeGrid{1, 2});
  EXPECT_EQ(document.edit, (EditCell{true, 0, 1}));
}

TEST(FillGrid, DrawsItsPatterns) {
  const auto filled = [](FillPattern pattern) {
    return values_of(after(grid_document(3, 3), action::FillGrid{pattern}).source.array.tensor);
  };
  EXPECT_EQ(filled(FillPattern::zeros), Values(9, 0.0F));
  EXPECT_EQ(filled(FillPattern::ones), Values(9, 1.0F));
  EXPECT_EQ(filled(FillPattern::ramp), (Values{0, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(filled(FillPattern::checkerboard), (Values{0, 1, 0, 1, 0, 1, 0, 1, 0}));
  EXPECT_EQ(filled(FillPattern::spike), (Values{0, 0, 0, 0, 9, 0, 0, 0, 0}));
  EXPECT_EQ(filled(FillPattern::gradient), (Values{0, 1, 2, 1, 2, 3, 2, 3, 4}));
}

TEST(FillGrid, AtRandomDependsOnTheSeedAlone) {
  const auto filled = [](std::uint32_t seed) {
    const action::FillGrid fill{FillPattern::random, seed};
    return values_of(after(grid_document(16, 16), fill).source.array.tensor);
  };
  EXPECT_EQ(filled(1), filled(1));
  EXPECT_NE(filled(1), filled(2));
  const Values values = filled(3);
  EXPECT_EQ(std::set<float>(values.begin(), values.end()).size(), 13U);
  EXPECT_EQ(*std::ranges::min_element(values), 0.0F);
  EXPECT_EQ(*std::ranges::max_element(values), 12.0F);
}

TEST(FillPatterns, HaveANameEach) {
  const auto names = fill_pattern_names();
  EXPECT_EQ(names.size(), static_cast<std::size_t>(FillPattern::random) + 1);
  EXPECT_EQ(names.at(static_cast<std::size_t>(FillPattern::spike)), "One spike");
}

TEST(SetLuma, NeedsThreeChannels) {
  EXPECT_EQ(error_of(picture_document(1), action::SetLuma{true}),
            "luma needs 3 channels; picture.png has 1");
  EXPECT_EQ(error_of(picture_document(2), action::SetLuma{true}),
            "luma needs 3 channels; picture.png has 2");
  EXPECT_EQ(error_of(grid_document(), action::SetLuma{true}), "luma needs 3 channels; this has 1");
  EXPECT_FALSE(after(grid_document(), action::SetLuma{false}).source.luma);
  EXPECT_TRUE(after(picture_document(4), action::SetLuma{true}).source.luma);
}

TEST(SetLuma, ShowsTheOneChannelThereIs) {
  Document document = picture_document();
  document.view.channel = 2;
  EXPECT_EQ(after(document, action::SetLuma{true}).view.channel, 0);
}

TEST(PipelineInput, OfLumaWeighsTheChannelsAsBt601) {
  const Values red{255, 0, 0, 255, 10}, green{0, 255, 0, 255, 20}, blue{0, 0, 255, 255, 30};
  Values values(red);
  values.insert(values.end(), green.begin(), green.end());
  values.insert(values.end(), blue.begin(), blue.end());
  Source source = picture_source(3, 1, 5);
  source.array.tensor = *Tensor::copy_of({1, 3, 1, 5}, values);
  EXPECT_TRUE(pipeline_input(source)->same_buffer(source.array.tensor));
  source.luma = true;
  const auto luma = pipeline_input(source);
  ASSERT_TRUE(luma);
  EXPECT_EQ(luma->shape(), (Shape{1, 1, 1, 5}));
  const double expected[] = {76.245, 149.685, 29.07, 255.0, 18.15};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(static_cast<double>(luma->values()[i]), expected[i], 1e-4);
  }
}

TEST(PipelineInput, OfLumaConvertsEachSampleAndDropsAlpha) {
  Source source = picture_source(4, 1, 1);
  source.array.tensor = *Tensor::copy_of({2, 4, 1, 1}, Values{100, 100, 100, 7, 0, 0, 200, 255});
  source.luma = true;
  const auto luma = pipeline_input(source);
  ASSERT_TRUE(luma);
  EXPECT_EQ(luma->shape(), (Shape{2, 1, 1, 1}));
  EXPECT_NEAR(luma->values()[0], 100.0F, 1e-4F);
  EXPECT_NEAR(luma->values()[1], 22.8F, 1e-4F);
}

TEST(OpenSource, StartsAtItsFirstSampleAndChannelWithoutLuma) {
  Document document = after(picture_document(), action::SetLuma{true});
  document.view.channel = 2;
  document.view.sample = 1;
  document.camera = {4.0, 0.3, 0.3};
  document.edit = {true, 1, 1};
  const Source grid = counting_grid(4, 4);
  document = after(document, action::OpenSource{grid.array, "/grids/four.txt"});
  EXPECT_FALSE(document.source.luma);
  EXPECT_EQ(document.source.path, "/grids/four.txt");
  EXPECT_EQ(document.view.channel, 0);
  EXPECT_EQ(document.view.sample, 0);
  EXPECT_FALSE(document.view.composite);
  EXPECT_EQ(document.camera, Camera{});
  EXPECT_EQ(document.edit, EditCell{});
  EXPECT_EQ(document.selection, Selection{});
}

TEST(AddLayer, PutsItLastAndSelectsIt) {
  const Document document =
      after(document_of({1, 2}, 0), action::AddLayer{layer_of("MaxPool2d(3)")});
  EXPECT_EQ(kernels_of(document), (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(document.selected_layer, 2U);
  EXPECT_TRUE(document.pipeline.back().enabled);
}

TEST(RemoveLayer, LeavesTheOtherSelectedLayerSelected) {
  for (std::size_t selected = 0; selected < 4; ++selected) {
    for (std::size_t removed = 0; removed < 4; ++removed) {
      const Document document = document_of({1, 2, 3, 4}, selected);
      const auto kernel = kernels_of(document).at(selected);
      const Document next = after(document, action::RemoveLayer{removed});
      ASSERT_EQ(next.pipeline.size(), 3U);
      const auto now = kernels_of(next).at(next.selected_layer);
      if (selected != removed) {
        EXPECT_EQ(now, kernel) << selected << " selected, " << removed << " removed";
      } else {
        EXPECT_EQ(now, removed == 0 ? 2 : kernel - 1) << "the one before, or the new first one";
      }
    }
  }
}

TEST(RemoveLayer, MayLeaveNone) {
  const Document document = after(document_of({2}, 0), action::RemoveLayer{0});
  EXPECT_TRUE(document.pipeline.empty());
  EXPECT_EQ(document.selected_layer, 0U);
  EXPECT_EQ(error_of(document, action::RemoveLayer{0}), "there is no layer 1; the pipeline has 0");
}

TEST(DuplicateLayer, PutsTheCopyBehindAndSelectsIt) {
  Document document = document_of({1, 2, 3}, 2);
  document.pipeline[1].enabled = false;
  document = after(document, action::DuplicateLayer{1});
  EXPECT_EQ(kernels_of(document), (std::vector<std::int64_t>{1, 2, 2, 3}));
  EXPECT_EQ(document.selected_layer, 2U);
  EXPECT_FALSE(document.pipeline[2].enabled);
}

TEST(SelectLayer, ShowsItsOwnStagesOnTheCanvases) {
  Document document = document_of({1, 2, 3}, 2);
  View view = document.view;
  view.input_stage = 0;
  view.output_stage = 1;
  document = after(document, action::SetView{view});
  EXPECT_EQ(document.view.input_stage, 0U);
  document = after(document, action::SelectLayer{1});
  EXPECT_EQ(document.view.input_stage, std::nullopt);
  EXPECT_EQ(document.view.output_stage, std::nullopt);
}

TEST(MoveLayer, PutsItInThatPlace) {
  const Document document = document_of({1, 2, 3, 4}, 0);
  EXPECT_EQ(kernels_of(after(document, action::MoveLayer{0, 3})),
            (std::vector<std::int64_t>{2, 3, 4, 1}));
  EXPECT_EQ(kernels_of(after(document, action::MoveLayer{3, 1})),
            (std::vector<std::int64_t>{1, 4, 2, 3}));
  EXPECT_EQ(kernels_of(after(document, action::MoveLayer{2, 2})),
            (std::vector<std::int64_t>{1, 2, 3, 4}));
}

TEST(MoveLayer, LeavesTheSelectedLayerSelected) {
  for (std::size_t selected = 0; selected < 4; ++selected) {
    for (std::size_t from = 0; from < 4; ++from) {
      for (std::size_t to = 0; to < 4; ++to) {
        const Document document = document_of({1, 2, 3, 4}, selected);
        const Document next = after(document, action::MoveLayer{from, to});
        EXPECT_EQ(kernels_of(next).at(next.selected_layer), kernels_of(document).at(selected))
            << selected << " selected, " << from << " to " << to;
      }
    }
  }
}

TEST(LayerActions, RefuseLayersThatAreNotThere) {
  const Document document = document_of({1, 2}, 1);
  const std::string told = "there is no layer 3; the pipeline has 2";
  EXPECT_EQ(error_of(document, action::RemoveLayer{2}), told);
  EXPECT_EQ(error_of(document, action::DuplicateLayer{2}), told);
  EXPECT_EQ(error_of(document, action::MoveLayer{2, 0}), told);
  EXPECT_EQ(error_of(document, action::MoveLayer{0, 2}), told);
  EXPECT_EQ(error_of(document, action::EnableLayer{2, false}), told);
  EXPECT_EQ(error_of(document, action::SelectLayer{2}), told);
  EXPECT_EQ(error_of(document, action::SetLayer{2, layer_of("MaxPool2d(2)")}), told);
}

TEST(EnableLayer, LeavesTheSelectionWhereItIs) {
  Document document = document_of({1, 2}, 0);
  document.selection = {2, 1, true};
  const Document next = after(document, action::EnableLayer{1, false});
  EXPECT_FALSE(next.pipeline[1].enabled);
  EXPECT_TRUE(next.pipeline[0].enabled);
  EXPECT_EQ(next.selected_layer, 0U);
  EXPECT_EQ(next.selection, document.selection);
}

TEST(SelectLayer, StartsAtItsFirstWindow) {
  Document document = document_of({1, 2}, 0);
  document.selection = {7, 7, true};
  document.camera = {3.0, 0.5, 0.5};
  document = after(document, action::SelectLayer{1});
  EXPECT_EQ(document.selected_layer, 1U);
  EXPECT_EQ(document.selection, Selection{});
  EXPECT_EQ(document.camera, Camera{});
}

TEST(SetLayer, TakesImpossibleParametersToo) {
  Layer layer = layer_of("MaxPool2d(2)");
  layer.kernel_size = {-4, 0};
  const Document document = after(document_of({1}, 0), action::SetLayer{0, layer});
  EXPECT_EQ(document.pipeline[0].layer, layer);
}

TEST(SetView, KeepsTheScaleInItsLimits) {
  View view;
  view.scale = 9.0F;
  EXPECT_EQ(after(grid_document(), action::SetView{view}).view.scale, 2.5F);
  view.scale = 0.1F;
  EXPECT_EQ(after(grid_document(), action::SetView{view}).view.scale, 1.0F);
}

TEST(SetCamera, NeverLooksBeyondTheEdges) {
  const auto camera = [](const Camera& wanted) {
    return after(grid_document(), action::SetCamera{wanted}).camera;
  };
  EXPECT_EQ(camera({0.2, 0.1, 0.9}), (Camera{1.0, 0.5, 0.5}));
  EXPECT_EQ(camera({2.0, 0.0, 1.0}), (Camera{2.0, 0.25, 0.75}));
  EXPECT_EQ(camera({4.0, 0.4, 0.6}), (Camera{4.0, 0.4, 0.6}));
}

TEST(Apply, KeepsSelectionsValidWhateverIsDone) {
  EXPECT_TRUE(rc::check([] {
    Document document = grid_document(6, 6);
    for (int step = *rc::gen::inRange(0, 40); step > 0; --step) {
      const auto next = apply(document, ArbitraryAction()());
      if (!next) {
        RC_ASSERT(!next.error().message.empty());
        continue;
      }
      document = *next;
      RC_ASSERT(document.selected_layer < std::max<std::size_t>(1, document.pipeline.size()));
      const Camera& camera = document.camera;
      const double half = 0.5 / camera.zoom;
      RC_ASSERT(camera.zoom >= 1.0);
      RC_ASSERT(camera.center_y - half >= -1e-12 && camera.center_y + half <= 1.0 + 1e-12);
      RC_ASSERT(camera.center_x - half >= -1e-12 && camera.center_x + half <= 1.0 + 1e-12);
      RC_ASSERT(document.view.scale >= 1.0F && document.view.scale <= 2.5F);
      RC_ASSERT(!document.source.luma || document.source.array.tensor.shape().c >= 3);
      RC_ASSERT(!document.source.is_grid() || document.source.array.tensor.shape().h <= 64);
    }
  }));
}

TEST(SwapPipelines, ExchangesBothAndGoesBackToTheFirstLayer) {
  const Document document = document_of({2, 3}, 1);
  const Pipeline b{{layer_of("AvgPool2d(2)"), true}};
  const Document swapped = after(after(document, action::SetPipelineB{b}), action::SwapPipelines{});
  EXPECT_EQ(swapped.pipeline, b);
  EXPECT_EQ(swapped.pipeline_b, document.pipeline);
  EXPECT_EQ(swapped.selected_layer, 0U);
  EXPECT_EQ(after(swapped, action::SwapPipelines{}).pipeline, document.pipeline);
}

TEST(SwapPipelines, NeedsASecondPipeline) {
  const Document document = after(document_of({2}, 0), action::SetPipelineB{});
  EXPECT_EQ(error_of(document, action::SwapPipelines{}),
            "there is no pipeline B; copy one to B first");
}

}  // namespace
}  // namespace poolscope
