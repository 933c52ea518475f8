#include "app/canvas/heatmap.h"

#include <cmath>
#include <limits>

#include "tests/app/imgui_test.h"
#include "tests/values.h"

namespace poolscope {
namespace {

std::shared_ptr<const Picture> picture_of(Shape shape, const std::vector<float>& values) {
  return make_picture(*Tensor::copy_of(shape, values));
}

/// 3 x 2 cells of 40 px with their upper left corner at (20, 10).
class GlHeatmap : public ImGuiTest {
 protected:
  static constexpr int kCell = 40;
  static constexpr CellRect kCells{0, 0, 3, 2};

  void SetUp() override {
    ImGuiTest::SetUp();
    if (IsSkipped()) return;
    auto renderer = HeatmapRenderer::create();
    ASSERT_TRUE(renderer) << renderer.error().message;
    renderer_.emplace(std::move(*renderer));
  }
  void TearDown() override {
    texture_ = {};
    renderer_.reset();
    ImGuiTest::TearDown();
  }

  /// Shows `visible` of a picture at 40 px a cell.
  void show(ImDrawList& list, const std::shared_ptr<const Picture>& picture,
            const HeatmapStyle& style, PlaneChoice planes = {}, CellRect visible = kCells) {
    const ImVec2 size(static_cast<float>(visible.width() * kCell),
                      static_cast<float>(visible.height() * kCell));
    renderer_->begin_frame();
    texture_.update(picture, planes, visible, size);
    renderer_->draw(list, texture_, {20, 10}, {20 + size.x, 10 + size.y}, visible, style);
  }

  static Color cell_center(const Screenshot& shot, int x, int y) {
    return shot.at(20 + x * kCell + kCell / 2, 10 + y * kCell + kCell / 2);
  }
  Color expected(const HeatmapStyle& style, float value) const {
    return renderer_->maps().color_of(style.map, position_in(style.range, value));
  }

  std::optional<HeatmapRenderer> renderer_;
  HeatmapTexture texture_;
};

TEST_F(GlHeatmap, CellsHaveTheColourOfTheirValue) {
  const std::vector<float> values{1, 3, 2, 4, 6, 8};
  const auto picture = picture_of({1, 1, 2, 3}, values);
  for (const ColorMap map : kColorMaps) {
    const HeatmapStyle style{.map = map, .range = {1.0F, 8.0F}};
    const auto shot = frame([&](ImDrawList& list) { show(list, picture, style); });
    for (int i = 0; i < 6; ++i) {
      const Color color = expected(style, values[static_cast<std::size_t>(i)]);
      EXPECT_LE(distance(cell_center(shot, i % 3, i / 3), color), 2) << i;
    }
    EXPECT_EQ(shot.at(19, 50), kBackground);
    EXPECT_EQ(shot.at(20 + 3 * kCell, 50), kBackground);
    EXPECT_EQ(shot.at(50, 9), kBackground);
    EXPECT_EQ(shot.at(50, 10 + 2 * kCell), kBackground);
    EXPECT_LE(distance(shot.at(20, 10), expected(style, 1)), 2) << "the corner pixel is drawn";
    EXPECT_LE(distance(shot.at(19 + 3 * kCell, 9 + 2 * kCell), expected(style, 8)), 2);
  }
}

TEST_F(GlHeatmap, AnEmptyRangeShowsTheMiddleOfTheMap) {
  const auto picture = picture_of({1, 1, 2, 3}, std::vector<float>(6, 5.0F));
  const HeatmapStyle style{.range = {5.0F, 5.0F}};
  const auto shot = frame([&](ImDrawList& list) { show(list, picture, style); });
  EXPECT_LE(distance(cell_center(shot, 1, 1), renderer_->maps().color_of(style.map, 0.5F)), 2);
}

TEST_F(GlHeatmap, TheLargestFloatsSpanARange) {
  const float max = std::numeric_limits<float>::max();
  const auto picture = picture_of({1, 1, 2, 3}, {-max, 0, max, max / 2, -max / 2, 0});
  const HeatmapStyle style{.map = ColorMap::grey, .range = {-max, max}};
  const auto shot = frame([&](ImDrawList& list) { show(list, picture, style); });
  EXPECT_LE(distance(cell_center(shot, 0, 0), {0, 0, 0}), 1);
  EXPECT_LE(distance(cell_center(shot, 1, 0), {128, 128, 128}), 1);
  EXPECT_LE(distance(cell_center(shot, 2, 0), {255, 255, 255}), 1);
}

TEST_F(GlHeatmap, GapsAreOnePixelRightOfAndBelowEachCell) {
  const auto picture = picture_of({1, 1, 2, 3}, {1, 3, 2, 4, 6, 8});
  const HeatmapStyle style{.range = {0.0F, 8.0F}, .gap = 1.0F, .gap_color = {255, 0, 255, 255}};
  const auto shot = frame([&](ImDrawList& list) { show(list, picture, style); });
  for (int edge = 1; edge <= 3; ++edge) {
    const int x = 20 + edge * kCell - 1;
    EXPECT_EQ(shot.at(x, 30), style.gap_color);
    EXPECT_NE(shot.at(x - 1, 30), style.gap_color);
    EXPECT_NE(shot.at(x + 1, 30), style.gap_color);
  }
  EXPECT_EQ(shot.at(40, 10 + kCell - 1), style.gap_color);
  EXPECT_NE(shot.at(40, 10 + kCell), style.gap_color);
}

TEST_F(GlHeatmap, AClearGapShowsWhatLiesBeneath) {
  const auto picture = picture_of({1, 1, 2, 3}, {1, 3, 2, 4, 6, 8});
  const HeatmapStyle style{.range = {0.0F, 8.0F}, .gap = 2.0F, .gap_color = {255, 0, 255, 0}};
  const auto shot = frame([&](ImDrawList& list) { show(list, picture, style); });
  EXPECT_EQ(shot.at(20 + kCell - 1, 30), kBackground);
  EXPECT_EQ(shot.at(20 + kCell - 2, 30), kBackground);
  EXPECT_NE(shot.at(20 + kCell - 3, 30), kBackground);
}

TEST_F(GlHeatmap, EveryCellOfAFractionalSizeHasItsGap) {
  std::vector<float> values(9 * 20, 1.0F);
  const auto picture = picture_of({1, 1, 9, 20}, values);
  const HeatmapStyle style{.range = {0.0F, 1.0F}, .gap = 1.0F, .gap_color = {255, 0, 255, 255}};
  const CellRect visible{0.3, 0.1, 18.3, 8.1};
  const auto shot = frame([&](ImDrawList& list) {
    texture_.update(picture, {}, visible, {200.7F, 90.2F});
    renderer_->draw(list, texture_, {10.4F, 10.2F}, {211.1F, 100.4F}, visible, style);
  });
  int gaps = 0;
  for (int x = 0; x < kWidth; ++x) gaps += shot.at(x, 25) == style.gap_color;
  EXPECT_EQ(gaps, 18);
}

TEST_F(GlHeatmap, CellsThatAreNoNumbersHaveMarksOfTheirOwn) {
  const auto picture = picture_of({1, 1, 2, 3}, {kNan, kInf, -kInf, 0, 1, 0.5F});
  const HeatmapStyle style;
  const auto shot = frame([&](ImDrawList& list) { show(list, picture, style); });
  const auto marked = [&](int cell, float x, float y) {
    return distance(shot.at(20 + cell * kCell + static_cast<int>(x * kCell),
                            10 + static_cast<int>(y * kCell)),
                    style.mark) <= 2;
  };
  for (int cell = 0; cell < 3; ++cell) {
    EXPECT_EQ(shot.at(20 + cell * kCell, 10), style.blank) << "corner of " << cell;
    EXPECT_TRUE(marked(cell, 0.5F, 0.5F)) << cell;
  }
  EXPECT_TRUE(marked(0, 0.3F, 0.3F) && marked(0, 0.7F, 0.3F)) << "a cross reaches both sides";
  EXPECT_FALSE(marked(0, 0.5F, 0.3F));
  EXPECT_TRUE(marked(1, 0.38F, 0.68F) && !marked(1, 0.38F, 0.32F)) << "points up";
  EXPECT_TRUE(marked(2, 0.38F, 0.32F) && !marked(2, 0.38F, 0.68F)) << "points down";
  EXPECT_LE(distance(cell_center(shot, 1, 1), expected(style, 1)), 2);
}

TEST_F(GlHeatmap, MarksGiveWayToTheWord) {
  const auto picture = picture_of({1, 1, 2, 3}, {kNan, kInf, -kInf, 0, 1, 2});
  const HeatmapStyle style{.marks = false};
  const auto shot = frame([&](ImDrawList& list) { show(list, picture, style); });
  for (int cell = 0; cell < 3; ++cell) EXPECT_EQ(cell_center(shot, cell, 0), style.blank);
}

TEST_F(GlHeatmap, SmallCellsThatAreNoNumbersDifferFlatly) {
  const auto picture = picture_of({1, 1, 1, 4}, {kNan, kInf, -kInf, 0});
  const HeatmapStyle style;
  const CellRect visible{0, 0, 4, 1};
  const auto shot = frame([&](ImDrawList& list) {
    texture_.update(picture, {}, visible, {16, 4});
    renderer_->draw(list, texture_, {20, 10}, {36, 14}, visible, style);
  });
  std::vector<Color> colors;
  for (int cell = 0; cell < 4; ++cell) {
    const Color color = shot.at(22 + 4 * cell, 12);
    EXPECT_EQ(color, shot.at(20 + 4 * cell, 10)) << "flat";
    for (const Color other : colors) EXPECT_GT(distance(color, other), 20);
    colors.push_back(color);
  }
}

TEST_F(GlHeatmap, ACompositeShowsAPhotoExactly) {
  std::vector<float> values;
  for (int i = 0; i < 4 * 6; ++i) values.push_back(static_cast<float>(i * 37 % 256));
  const auto picture = picture_of({1, 4, 2, 3}, values);
  const HeatmapStyle style{.range = {0.0F, 255.0F}};
  const auto shot =
      frame([&](ImDrawList& list) { show(list, picture, style, {.composite = true}); });
  for (int i = 0; i < 6; ++i) {
    const auto channel = [&](int c) {
      return static_cast<std::uint8_t>(values[static_cast<std::size_t>(6 * c + i)]);
    };
    EXPECT_EQ(cell_center(shot, i % 3, i / 3), (Color{channel(0), channel(1), channel(2), 255}));
  }
}

TEST_F(GlHeatmap, ACompositeOfFewChannelsIsGrey) {
  const auto picture = picture_of({1, 2, 2, 3}, {0, 51, 102, 153, 204, 255, 9, 9, 9, 9, 9, 9});
  const HeatmapStyle style{.range = {0.0F, 255.0F}};
  const auto shot =
      frame([&](ImDrawList& list) { show(list, picture, style, {.composite = true}); });
  EXPECT_EQ(cell_center(shot, 2, 0), (Color{102, 102, 102, 255}));
  EXPECT_EQ(cell_center(shot, 2, 1), (Color{255, 255, 255, 255}));
}

TEST_F(GlHeatmap, ANanInOneChannelMarksTheCompositeCell) {
  std::vector<float> values(18, 0.0F);
  values[6] = kNan;  // Green of the first cell.
  const auto picture = picture_of({1, 3, 2, 3}, values);
  const HeatmapStyle style;
  const auto shot =
      frame([&](ImDrawList& list) { show(list, picture, style, {.composite = true}); });
  EXPECT_EQ(shot.at(20, 10), style.blank);
  EXPECT_LE(distance(cell_center(shot, 0, 0), style.mark), 2);
  EXPECT_EQ(cell_center(shot, 1, 0), (Color{0, 0, 0, 255}));
}

TEST_F(GlHeatmap, ShowsTheChosenSampleAndChannel) {
  const auto picture = picture_of({2, 2, 1, 1}, {0.0F, 0.25F, 0.5F, 1.0F});
  const HeatmapStyle style{.map = ColorMap::grey};
  const auto shot = frame([&](ImDrawList& list) {
    show(list, picture, style, {.sample = 1, .channel = 0}, {0, 0, 1, 1});
  });
  EXPECT_LE(distance(cell_center(shot, 0, 0), {128, 128, 128}), 1);
}

TEST_F(GlHeatmap, StaysWithinTheClipRectangle) {
  const auto picture = picture_of({1, 1, 2, 3}, {1, 3, 2, 4, 6, 8});
  const HeatmapStyle style{.range = {0.0F, 8.0F}};
  const auto shot = frame([&](ImDrawList& list) {
    list.PushClipRect({50, 30}, {90, 60});
    show(list, picture, style);
    list.PopClipRect();
  });
  EXPECT_EQ(shot.at(49, 40), kBackground);
  EXPECT_NE(shot.at(50, 40), kBackground);
  EXPECT_NE(shot.at(89, 40), kBackground);
  EXPECT_EQ(shot.at(90, 40), kBackground);
  EXPECT_EQ(shot.at(70, 29), kBackground);
  EXPECT_NE(shot.at(70, 30), kBackground);
  EXPECT_EQ(shot.at(70, 60), kBackground);
}

TEST_F(GlHeatmap, LeavesTheStateOfTheListAsItWas) {
  const auto picture = picture_of({1, 1, 2, 3}, {1, 3, 2, 4, 6, 8});
  const auto shot = frame([&](ImDrawList& list) {
    list.AddRectFilled({0, 0}, {10, 10}, IM_COL32(255, 0, 0, 255));
    show(list, picture, {});
    list.AddRectFilled({200, 100}, {260, 150}, IM_COL32(0, 255, 0, 255));
    list.AddText({210, 160}, IM_COL32_WHITE, "text");
  });
  EXPECT_EQ(shot.at(5, 5), (Color{255, 0, 0, 255}));
  EXPECT_EQ(shot.at(230, 125), (Color{0, 255, 0, 255}));
  bool text = false;
  for (int x = 200; x < 260; ++x) text = text || shot.at(x, 166) == Color{255, 255, 255, 255};
  EXPECT_TRUE(text);
}

TEST_F(GlHeatmap, FollowsTheScaleOfTheFramebuffer) {
  const std::vector<float> values{1, 3, 2, 4, 6, 8};
  const auto picture = picture_of({1, 1, 2, 3}, values);
  const HeatmapStyle style{.range = {1.0F, 8.0F}, .gap = 1.0F, .gap_color = {255, 0, 255, 255}};
  const auto shot = frame([&](ImDrawList& list) { show(list, picture, style); }, 2);
  for (int i = 0; i < 6; ++i) {
    const Color color = shot.at(2 * (40 + i % 3 * kCell), 2 * (30 + i / 3 * kCell));
    EXPECT_LE(distance(color, expected(style, values[static_cast<std::size_t>(i)])), 2);
  }
  EXPECT_EQ(shot.at(2 * (20 + kCell) - 1, 60), style.gap_color);
  EXPECT_EQ(shot.at(2 * (20 + kCell) - 2, 60), style.gap_color);
  EXPECT_NE(shot.at(2 * (20 + kCell) - 3, 60), style.gap_color);
}

TEST_F(GlHeatmap, DrawsNothingWhereThereAreNoCells) {
  const auto picture = picture_of({1, 1, 2, 3}, {1, 3, 2, 4, 6, 8});
  const auto shot = frame([&](ImDrawList& list) { show(list, picture, {}, {}, {-1, -1, 5, 3}); });
  EXPECT_EQ(cell_center(shot, 0, 1), kBackground);
  EXPECT_NE(cell_center(shot, 1, 1), kBackground);
  EXPECT_NE(cell_center(shot, 3, 2), kBackground);
  EXPECT_EQ(cell_center(shot, 4, 2), kBackground);
  EXPECT_EQ(cell_center(shot, 2, 3), kBackground);
  texture_.update(picture, {}, {10, 10, 12, 12}, {80, 80});
  EXPECT_TRUE(texture_.empty());
}

TEST_F(GlHeatmap, SeveralCanvasesShareAFrame) {
  const auto low = picture_of({1, 1, 1, 1}, {0.0F});
  const auto high = picture_of({1, 1, 1, 1}, {1.0F});
  const HeatmapStyle style{.map = ColorMap::grey};
  HeatmapTexture second;
  const auto shot = frame([&](ImDrawList& list) {
    const CellRect cell{0, 0, 1, 1};
    texture_.update(low, {}, cell, {40, 40});
    second.update(high, {}, cell, {40, 40});
    renderer_->draw(list, texture_, {0, 0}, {40, 40}, cell, style);
    renderer_->draw(list, second, {50, 0}, {90, 40}, cell, style);
    renderer_->draw(list, texture_, {100, 0}, {140, 40}, cell, style);
  });
  EXPECT_EQ(shot.at(20, 20), (Color{0, 0, 0, 255}));
  EXPECT_EQ(shot.at(70, 20), (Color{255, 255, 255, 255}));
  EXPECT_EQ(shot.at(120, 20), (Color{0, 0, 0, 255}));
}

TEST_F(GlHeatmap, UploadsOnlyWhatIsNewOnScreen) {
  const auto picture = picture_of({1, 1, 500, 500}, std::vector<float>(250000, 1.0F));
  texture_.update(picture, {}, {100, 100, 150, 150}, {200, 200});
  texture_.update(picture, {}, {100, 100, 150, 150}, {200, 200});
  texture_.update(picture, {}, {101.5, 100, 151.5, 150}, {200, 200});
  EXPECT_EQ(texture_.uploads(), 1);
  texture_.update(picture, {}, {300, 300, 350, 350}, {200, 200});
  EXPECT_EQ(texture_.uploads(), 2);
  texture_.update(picture, {.composite = true}, {300, 300, 350, 350}, {200, 200});
  EXPECT_EQ(texture_.uploads(), 3);
  const auto other = make_picture(picture->tensor());
  texture_.update(other, {.composite = true}, {300, 300, 350, 350}, {200, 200});
  EXPECT_EQ(texture_.uploads(), 4);
}

TEST_F(GlHeatmap, PanningAndZoomingAPhotoShowsTheRightCells) {
  std::vector<float> values(300 * 300);
  for (int i = 0; i < 300 * 300; ++i) {
    values[static_cast<std::size_t>(i)] = static_cast<float>((i % 300 * 7 + i / 300 * 13) % 256);
  }
  const auto picture = picture_of({1, 1, 300, 300}, values);
  const HeatmapStyle style{.map = ColorMap::grey, .range = {0.0F, 255.0F}};
  for (const CellRect visible : {CellRect{130, 190, 160, 210}, CellRect{200.5, 70.25, 230.5, 90.25},
                                 CellRect{270, 280, 300, 300}}) {
    const auto shot = frame([&](ImDrawList& list) {
      texture_.update(picture, {}, visible, {300, 200});
      renderer_->draw(list, texture_, {0, 0}, {300, 200}, visible, style);
    });
    for (int y = 5; y < 200; y += 31) {
      for (int x = 3; x < 300; x += 29) {
        const auto col = static_cast<int>(std::floor(visible.x0 + (x + 0.5) / 10));
        const auto row = static_cast<int>(std::floor(visible.y0 + (y + 0.5) / 10));
        const auto grey = static_cast<std::uint8_t>((col * 7 + row * 13) % 256);
        EXPECT_LE(distance(shot.at(x, y), {grey, grey, grey}), 1) << x << ' ' << y;
      }
    }
  }
}

TEST_F(GlHeatmap, ZoomedOutFineStripesBecomeTheirMean) {
  std::vector<float> values(1200 * 1600);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 2);
  const auto picture = picture_of({1, 1, 1200, 1600}, values);
  const HeatmapStyle style{.map = ColorMap::grey};
  for (const float zoom : {0.1F, 0.15F, 0.19F}) {
    const ImVec2 size(1600 * zoom, 1200 * zoom);
    const auto shot = frame([&](ImDrawList& list) {
      texture_.update(picture, {}, {0, 0, 1600, 1200}, size);
      renderer_->draw(list, texture_, {0, 0}, size, {0, 0, 1600, 1200}, style);
    });
    EXPECT_GE(texture_.level(), 2);
    for (int x = 1; x < 150; ++x) {
      EXPECT_LE(distance(shot.at(x, 60), {128, 128, 128}), 1) << zoom << ' ' << x;
    }
  }
}

TEST_F(GlHeatmap, ZoomedOutANanLeavesItsNeighboursAlone) {
  std::vector<float> values(400 * 400, 1.0F);
  for (int y = 200; y < 208; ++y) std::fill_n(values.begin() + y * 400 + 200, 8, kNan);
  const auto picture = picture_of({1, 1, 400, 400}, values);
  const HeatmapStyle style{.map = ColorMap::grey};
  const auto shot = frame([&](ImDrawList& list) {
    texture_.update(picture, {}, {0, 0, 400, 400}, {100, 100});
    renderer_->draw(list, texture_, {0, 0}, {100, 100}, {0, 0, 400, 400}, style);
  });
  EXPECT_EQ(shot.at(49, 50), (Color{255, 255, 255, 255}));
  EXPECT_EQ(shot.at(52, 50), (Color{255, 255, 255, 255}));
  EXPECT_NE(shot.at(50, 50), (Color{255, 255, 255, 255}));
  EXPECT_NE(shot.at(51, 51), (Color{255, 255, 255, 255}));
}

TEST_F(GlHeatmap, OneVeryLongRowFitsOnTheGpu) {
  std::vector<float> values(1 << 20, 0.5F);
  const auto picture = picture_of({1, 1, 1, 1 << 20}, values);
  const HeatmapStyle style{.map = ColorMap::grey};
  const CellRect visible{0, 0, 1 << 20, 1};
  const auto shot = frame([&](ImDrawList& list) {
    texture_.update(picture, {}, visible, {300, 30});
    renderer_->draw(list, texture_, {0, 0}, {300, 30}, visible, style);
  });
  for (int x = 0; x < 300; x += 13) EXPECT_LE(distance(shot.at(x, 15), {128, 128, 128}), 1);
}

TEST_F(GlHeatmap, AColourBarRunsFromLowToHigh) {
  const auto shot = frame([&](ImDrawList& list) {
    renderer_->draw_color_bar(list, {20, 10}, {276, 18}, ColorMap::magma);
  });
  for (int i = 0; i < 256; i += 15) {
    const Color color = renderer_->maps().color_of(ColorMap::magma, static_cast<float>(i) / 255.0F);
    EXPECT_LE(distance(shot.at(20 + i, 14), color), 3) << i;
  }
  EXPECT_EQ(shot.at(19, 14), kBackground);
}

TEST_F(GlHeatmap, AMovedRendererStillDraws) {
  const auto picture = picture_of({1, 1, 2, 3}, {1, 3, 2, 4, 6, 8});
  const HeatmapStyle style{.range = {1.0F, 8.0F}};
  std::optional<HeatmapRenderer> moved;
  const auto shot = frame([&](ImDrawList& list) {
    show(list, picture, style);
    moved.emplace(std::move(*renderer_));
    renderer_.reset();
  });
  EXPECT_LE(distance(cell_center(shot, 2, 1), moved->maps().color_of(style.map, 1.0F)), 2);
}

}  // namespace
}  // namespace poolscope
