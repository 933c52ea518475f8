#include "app/canvas/mosaic.h"

#include <cmath>
#include <limits>

#include "tests/app/imgui_test.h"

namespace poolscope {
namespace {

/// Six channels of 2 x 3 cells: channel c counts on from 10 c.
Tensor counting_map() {
  std::vector<float> values;
  for (int channel = 0; channel < 6; ++channel) {
    for (int cell = 0; cell < 6; ++cell) values.push_back(static_cast<float>(10 * channel + cell));
  }
  return *Tensor::copy_of({1, 6, 2, 3}, values);
}

/// Tiles of 60 x 40 px, so that a cell has 20 px.
class GlMosaic : public ImGuiTest {
 protected:
  static ImVec2 tile_size() { return {60, 40}; }

  void SetUp() override {
    ImGuiTest::SetUp();
    if (IsSkipped()) return;
    auto heatmaps = HeatmapRenderer::create();
    ASSERT_TRUE(heatmaps) << heatmaps.error().message;
    heatmaps_.emplace(std::move(*heatmaps));
    auto mosaics = MosaicRenderer::create();
    ASSERT_TRUE(mosaics) << mosaics.error().message;
    mosaics_ = std::move(*mosaics);
  }
  void TearDown() override {
    texture_ = {};
    mosaics_.reset();
    heatmaps_.reset();
    ImGuiTest::TearDown();
  }

  void show(ImDrawList& list, const std::shared_ptr<const Picture>& picture,
            const std::vector<MosaicTile>& tiles, ImVec2 tile = tile_size()) {
    mosaics_->begin_frame();
    texture_.update(picture, tile);
    mosaics_->draw(list, *heatmaps_, texture_, tiles, {tile, ColorMap::grey});
  }
  static Color center_of(const Screenshot& shot, const MosaicTile& tile, int y, int x) {
    return shot.at(static_cast<int>(tile.corner.x) + x * 20 + 10,
                   static_cast<int>(tile.corner.y) + y * 20 + 10);
  }
  Color grey(float t) const { return heatmaps_->maps().color_of(ColorMap::grey, t); }

  std::optional<HeatmapRenderer> heatmaps_;
  std::unique_ptr<MosaicRenderer> mosaics_;
  MosaicTexture texture_;
};

TEST_F(GlMosaic, EachTileShowsItsChannelInItsRange) {
  const auto picture = make_picture(counting_map());
  const std::vector<MosaicTile> tiles{
      {{10, 10}, 4, {40, 45}}, {{100, 10}, 0, {0, 5}}, {{10, 70}, 5, {0, 100}}};
  const auto shot = frame([&](ImDrawList& list) { show(list, picture, tiles); });
  for (const MosaicTile& tile : tiles) {
    for (int cell = 0; cell < 6; ++cell) {
      const auto value = static_cast<float>(10 * tile.channel + cell);
      EXPECT_LE(
          distance(center_of(shot, tile, cell / 3, cell % 3), grey(position_in(tile.range, value))),
          2)
          << tile.channel << ", " << cell;
    }
  }
  EXPECT_EQ(shot.at(9, 30), kBackground);
  EXPECT_EQ(shot.at(71, 30), kBackground);
  EXPECT_EQ(shot.at(30, 51), kBackground);
}

TEST_F(GlMosaic, KeepsWithinTheClipRectangle) {
  const auto picture = make_picture(counting_map());
  const auto shot = frame([&](ImDrawList& list) {
    list.PushClipRect({0, 0}, {30, 200});
    show(list, picture, {{{10, 10}, 0, {-1, 0}}});
    list.PopClipRect();
  });
  EXPECT_LE(distance(shot.at(29, 20), grey(1.0F)), 2);
  EXPECT_EQ(shot.at(31, 20), kBackground);
}

TEST_F(GlMosaic, APixelShowsTheMeanOfTheFiniteCellsItCovers) {
  std::vector<float> values(64 * 64, 0.0F);
  for (std::size_t i = 0; i < values.size(); i += 2) values[i] = 1.0F;
  values[1] = std::numeric_limits<float>::quiet_NaN();
  const auto picture = make_picture(*Tensor::copy_of({1, 1, 64, 64}, values));
  const ImVec2 small{32, 32};
  const auto shot = frame([&](ImDrawList& list) {
    show(list, picture, {{{10, 10}, 0, {0, 1}}}, small);
  });
  EXPECT_LE(distance(shot.at(25, 25), grey(0.5F)), 3);
}

TEST_F(GlMosaic, UploadsOnceWhileThePictureIsTheSame) {
  const auto picture = make_picture(counting_map());
  frame([&](ImDrawList& list) { show(list, picture, {{{10, 10}, 0, {0, 5}}}); });
  frame([&](ImDrawList& list) { show(list, picture, {{{20, 10}, 1, {0, 5}}}); });
  EXPECT_EQ(texture_.uploads(), 1);
  frame([&](ImDrawList& list) {
    show(list, make_picture(counting_map()), {{{10, 10}, 0, {0, 5}}});
  });
  EXPECT_EQ(texture_.uploads(), 2);
}

TEST_F(GlMosaic, HasRoomForMoreChannelsThanATextureHasLayers) {
  std::vector<float> values(5000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  const auto picture = make_picture(*Tensor::copy_of({1, 5000, 1, 1}, values));
  const MosaicTile last{{10, 10}, 4999, {0, 4999}}, first{{100, 10}, 0, {0, 4999}};
  const auto shot = frame([&](ImDrawList& list) { show(list, picture, {last, first}); });
  EXPECT_LE(distance(center_of(shot, last, 0, 0), grey(1.0F)), 2);
  EXPECT_LE(distance(center_of(shot, first, 0, 0), grey(0.0F)), 2);
}

}  // namespace
}  // namespace poolscope
