#include "app/commands/view_options.h"

#include <gtest/gtest.h>

#include "tests/app/documents.h"

namespace poolscope {
namespace {

TEST(ParseSize, ReadsWidthAndHeight) {
  EXPECT_EQ(*parse_size("1600x1000"), (std::pair{1600, 1000}));
  EXPECT_EQ(*parse_size("320x8192"), (std::pair{320, 8192}));
}

TEST(ParseSize, RefusesEverythingElse) {
  for (const char* text :
       {"", "x", "1600", "1600x", "x1000", "1600x1000x3", "1600 x 1000", "1600X1000", "+1600x1000",
        "1600x-1000", "1600.5x1000", "319x1000", "1600x319", "8193x1000", "1600x8193",
        "99999999999999999999x1000", "0x0", "1600×1000", "0x640x480"}) {
    const auto size = parse_size(text);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(size.error().kind, ErrorKind::usage);
    EXPECT_EQ(size.error().message,
              "--size " + std::string(text) + ": WIDTHxHEIGHT is read, each from 320 to 8192");
  }
}

TEST(ViewOptions, HaveASizeThatIsRead) { EXPECT_TRUE(parse_size(ViewOptions{}.size)); }

TEST(MakeDocument, StartsWithTheLayersOfTheCommandLine) {
  const auto document = make_document(counting_grid(8, 8), {"MaxPool2d(2)", "AvgPool2d(2)"},
                                      "reference", {.theme = "light", .scale = 2.0F});
  ASSERT_TRUE(document) << document.error().message;
  ASSERT_EQ(document->pipeline.size(), 2U);
  EXPECT_EQ(document->pipeline[1].layer, layer_of("AvgPool2d(2)"));
  EXPECT_TRUE(document->pipeline[1].enabled);
  EXPECT_EQ(document->selected_layer, 0U);
  EXPECT_EQ(document->engine, "reference");
  EXPECT_EQ(document->view.theme, ThemeName::light);
  EXPECT_EQ(document->view.scale, 2.0F);
}

TEST(MakeDocument, WithoutLayersIsTheStartingDocument) {
  const Source source = picture_source(3, 16, 16);
  const auto document = make_document(source, {}, "auto", {});
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_TRUE(same_document(*document, starting_document(source)));
}

TEST(MakeDocument, SelectsAWindowThatTheLayersHave) {
  const auto document =
      make_document(picture_source(3, 64, 64), {"AdaptiveAvgPool2d(1)"}, "auto", {});
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ(document->selection, Selection{});
}

TEST(MakeDocument, TellsWhichLayerItCannotRead) {
  const auto document =
      make_document(counting_grid(8, 8), {"MaxPool2d(2)", "MaxPol2d(2)"}, "auto", {});
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().kind, ErrorKind::usage);
  EXPECT_NE(document.error().message.find("MaxPool2d"), std::string::npos);
  EXPECT_NE(document.error().message.find('2'), std::string::npos);
}

TEST(MakeDocument, RefusesAnUnknownEngine) {
  const auto document = make_document(counting_grid(8, 8), {}, "abacus", {});
  ASSERT_FALSE(document);
  EXPECT_NE(document.error().message.find("abacus"), std::string::npos);
  EXPECT_NE(document.error().message.find("reference"), std::string::npos);
}

TEST(MakeDocument, LeavesImpossibleLayersToTheWindow) {
  const auto document = make_document(counting_grid(2, 2), {"MaxPool2d(9)"}, "auto", {});
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ(document->pipeline.size(), 1U);
}

}  // namespace
}  // namespace poolscope
