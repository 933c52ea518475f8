#include "app/settings.h"

#include <gtest/gtest.h>

#include "core/io/file.h"
#include "tests/io/temporary_folder.h"

namespace poolscope {
namespace {

class SettingsFile : public testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / "config/poolscope/settings.json"; }
  ReadSettings read_text(const std::string& text) {
    std::filesystem::create_directories(file().parent_path());
    EXPECT_TRUE(write_file(file(), text));
    return read_settings(file());
  }

  test::TemporaryFolder folder_;
};

Settings unusual() {
  Settings settings;
  settings.view.theme = ThemeName::light;
  settings.view.scale = 1.25F;
  settings.view.projector = true;
  settings.view.map = ColorMap::cividis;
  settings.view.range = RangeScale::own;
  settings.view.values = false;
  settings.view.indices = false;
  settings.view.left_width = 300.5F;
  settings.view.inspector_width = 400.0F;
  settings.view.left_open = false;
  settings.view.inspector_open = false;
  settings.view.lab = "values";
  settings.engine = "reference";
  settings.link_axes = false;
  settings.tour_seen = true;
  settings.window = ScreenPlace{-20, 30, 1024, 700, true};
  return settings;
}

TEST_F(SettingsFile, ComesBackAsItWasWritten) {
  ASSERT_TRUE(write_settings(file(), unusual()));
  const ReadSettings read = read_settings(file());
  EXPECT_EQ(read.message, "");
  ASSERT_TRUE(read.settings);
  EXPECT_EQ(*read.settings, unusual());
}

TEST_F(SettingsFile, IsNotMissedAtTheFirstStart) {
  const ReadSettings read = read_settings(file());
  EXPECT_FALSE(read.settings);
  EXPECT_EQ(read.message, "");
}

TEST_F(SettingsFile, ThatIsBrokenIsIgnoredWithOneMessage) {
  for (const char* text : {"", "{", "[1, 2]", "\"dark\"", "{\"theme\": \"dark\"", "\x01\xff"}) {
    const ReadSettings read = read_text(text);
    EXPECT_FALSE(read.settings) << text;
    EXPECT_NE(read.message.find("settings.json"), std::string::npos) << text;
    EXPECT_EQ(read.message.find('\n'), std::string::npos) << text;
  }
}

TEST_F(SettingsFile, KeepsTheDefaultOfAValueThatMakesNoSense) {
  struct Case {
    const char *text, *told;
  };
  for (const Case& entry :
       {Case{R"({"scale": "big"})", "scale is \"big\", not a number from 1 to 2.5"},
        Case{R"({"scale": 1e9})", "scale is"}, Case{R"({"theme": "pink"})", "one of dark, light"},
        Case{R"({"values": 1})", "values is 1, not true or false"},
        Case{R"({"window": {"width": -5}})", "width is -5"},
        Case{R"({"engine": null})", "a text"}}) {
    const ReadSettings read = read_text(entry.text);
    ASSERT_TRUE(read.settings) << entry.text;
    EXPECT_EQ(read.settings->view, View{}) << entry.text;
    EXPECT_EQ(read.settings->engine, "auto");
    EXPECT_NE(read.message.find(entry.told), std::string::npos) << read.message;
  }
  const ReadSettings partly = read_text(R"({"scale": 99, "map": "magma", "of tomorrow": [1]})");
  EXPECT_EQ(partly.settings->view.map, ColorMap::magma);
  EXPECT_EQ(partly.settings->view.scale, 1.0F);
}

TEST(RememberedView, LeavesWhatBelongsToTheInput) {
  View now;
  now.channel = 2;
  now.sample = 1;
  now.composite = false;
  Settings settings = unusual();
  settings.view.channel = 9;
  const View view = remembered_view(now, settings);
  EXPECT_EQ(view.channel, 2);
  EXPECT_EQ(view.sample, 1);
  EXPECT_FALSE(view.composite);
  EXPECT_EQ(view.map, ColorMap::cividis);
}

TEST_F(SettingsFile, IsWrittenWhenSomethingChanged) {
  SettingsKeeper keeper(file(), {});
  Settings settings;
  ASSERT_TRUE(keeper.keep(settings, false));
  ASSERT_TRUE(std::filesystem::exists(file()));
  std::filesystem::remove(file());
  // The same, and what belongs to the input or only to the window's place.
  settings.view.channel = 3;
  settings.window = ScreenPlace{5, 5, 800, 600, false};
  ASSERT_TRUE(keeper.keep(settings, false));
  EXPECT_FALSE(std::filesystem::exists(file()));
  ASSERT_TRUE(keeper.keep(settings, true));
  EXPECT_EQ(read_settings(file()).settings->window, settings.window);
  settings.view.map = ColorMap::grey;
  ASSERT_TRUE(keeper.keep(settings, false));
  EXPECT_EQ(read_settings(file()).settings->view.map, ColorMap::grey);
}

TEST_F(SettingsFile, ThatCannotBeWrittenIsToldOnce) {
  EXPECT_TRUE(write_file(folder_.path() / "config", "a file where the folder should be"));
  SettingsKeeper keeper(file(), {});
  const auto first = keeper.keep({}, false);
  ASSERT_FALSE(first);
  EXPECT_NE(first.error().message.find("settings.json"), std::string::npos);
  EXPECT_TRUE(keeper.keep({}, false));
}

TEST(SettingsKeeper, WithoutAFileKeepsNothing) {
  SettingsKeeper keeper({}, {});
  EXPECT_TRUE(keeper.keep(unusual(), true));
}

}  // namespace
}  // namespace poolscope
