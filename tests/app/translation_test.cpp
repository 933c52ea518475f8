#include "app/translation.h"

#include <gtest/gtest.h>

#include "core/io/file.h"
#include "core/io/json_io.h"
#include "tests/io/temporary_folder.h"

namespace poolscope {
namespace {

class Translation : public testing::Test {
 protected:
  void TearDown() override { drop_catalogue(); }
  Result<void> load(const std::string& text) {
    const auto file = folder_.path() / "de.json";
    EXPECT_TRUE(write_file(file, text));
    return load_catalogue(file);
  }

  test::TemporaryFolder folder_;
};

TEST_F(Translation, IsEnglishWithoutACatalogue) {
  EXPECT_EQ(tr("Undo"), "Undo");
  EXPECT_EQ(tr(""), "");
}

TEST_F(Translation, IsWhatTheCatalogueSays) {
  ASSERT_TRUE(load(R"({"Undo": "Rückgängig", "Fit": "Einpassen"})"));
  EXPECT_EQ(tr("Undo"), "Rückgängig");
  EXPECT_EQ(tr("Fit"), "Einpassen");
  EXPECT_EQ(tr("MaxPool2d"), "MaxPool2d");
  EXPECT_EQ(tr("3.75"), "3.75");
  drop_catalogue();
  EXPECT_EQ(tr("Undo"), "Undo");
}

TEST_F(Translation, FindsTextsWithValuesInThem) {
  ASSERT_TRUE(load(R"({"Window {}: {}": "Fenster {}: {}",
                       "{} of {}": "von {1} die {0}.",
                       "row {}, col {} = {}": "Zeile {}, Spalte {}: {}",
                       "in {:.1f} ms": "in {} ms"})"));
  EXPECT_EQ(tr("Window (1, 1): rows 2…3"), "Fenster (1, 1): rows 2…3");
  EXPECT_EQ(tr("5 of 9"), "von 9 die 5.");
  EXPECT_EQ(tr("row 0, col 12 = -∞"), "Zeile 0, Spalte 12: -∞");
  EXPECT_EQ(tr("in 0.4 ms"), "in 0.4 ms");
  EXPECT_EQ(tr("Windows"), "Windows");
  // The same again, from what was found.
  EXPECT_EQ(tr("5 of 9"), "von 9 die 5.");
}

TEST_F(Translation, TakesTheMostSpecificPattern) {
  ASSERT_TRUE(load(R"({"{} cells": "{} Zellen", "{} dead cells": "{} tote Zellen"})"));
  EXPECT_EQ(tr("3 dead cells"), "3 tote Zellen");
  EXPECT_EQ(tr("3 cells"), "3 Zellen");
}

TEST_F(Translation, RefusesACatalogueThatMakesNoSense) {
  for (const char* text :
       {"[]", "3", R"({"Undo": 3})", R"({"{} of {}": "{2}"})", R"({"one {}": "{} {}"})", "{"}) {
    const auto loaded = load(text);
    ASSERT_FALSE(loaded) << text;
    EXPECT_NE(loaded.error().message.find("de.json"), std::string::npos) << loaded.error().message;
    EXPECT_EQ(tr("Undo"), "Undo");
  }
}

TEST_F(Translation, ReadsTheFileForTranslators) {
  const std::filesystem::path file =
      std::filesystem::path(POOLSCOPE_SOURCE_DIR) / "assets/locale/en.json";
  ASSERT_TRUE(load_catalogue(file));
  const auto texts = read_json(file);
  ASSERT_TRUE(texts);
  EXPECT_GT(texts->size(), 300U);
  for (const auto& [english, text] : texts->items()) {
    EXPECT_EQ(english, text.get<std::string>());
    if (english.find('{') == std::string::npos) {
      EXPECT_EQ(tr(english), english);
    }
  }
}

TEST(UserCatalogue, IsNoneForEnglishAndForLanguagesThatAreNotThere) {
  for (const char* language : {"en_GB.UTF-8", "C", "POSIX", "", "../x", "qq_QQ"}) {
    setenv("LC_ALL", language, 1);
    EXPECT_TRUE(user_catalogue().empty()) << language;
  }
  unsetenv("LC_ALL");
}

}  // namespace
}  // namespace poolscope
