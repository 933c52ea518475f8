#include "app/session.h"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "core/base/resources.h"
#include "core/io/file.h"
#include "core/io/grid_text.h"
#include "tests/app/arbitrary_action.h"
#include "tests/io/temporary_folder.h"

namespace poolscope {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::expect_error;

const SessionPlace kPlace{"/lessons"};

json json_of(const Document& document) {
  const auto text = session_text(document, kPlace);
  EXPECT_TRUE(text) << text.error().message;
  return *parse_json(*text);
}

Result<OpenedSession> parse(const json& whole) { return parse_session(json_text(whole), kPlace); }

Document small_document() { return starting_document(counting_grid(4, 6)); }

/// A document after any actions.
Document arbitrary_document() {
  Document document = *rc::gen::arbitrary<bool>() ? starting_document(counting_grid(4, 6))
                                                  : starting_document(picture_source(3, 5, 4));
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) {
    if (auto next = apply(document, ArbitraryAction()())) document = *std::move(next);
  }
  document.notes = *rc::gen::element<std::string>("", "two\nlines", "„é“ \"quoted\" \\ \x01");
  return document;
}

TEST(Session, ComesBackAsItWas) {
  EXPECT_TRUE(rc::check([] {
    const Document document = arbitrary_document();
    const auto text = session_text(document, kPlace);
    RC_ASSERT(text.has_value());
    const auto opened = parse_session(*text, kPlace);
    if (!opened) RC_FAIL(opened.error().message);
    RC_ASSERT(opened->notes.empty());
    RC_ASSERT(same_document(opened->document, document));
    RC_ASSERT(*session_text(opened->document, kPlace) == *text);
  }));
}

TEST(Session, KeepsEveryFloatBitForBit) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  const float odd_nan = std::bit_cast<float>(0xffc12345U);
  const std::vector<std::vector<float>> grids{
      {0.1F, -0.0F, 1e-45F, 3.4028235e38F},
      {std::numeric_limits<float>::quiet_NaN(), kInf, -kInf, 16777216.0F},
      {odd_nan, 1.0F, 2.0F, 3.0F}};
  for (const auto& values : grids) {
    const Document document = starting_document(grid_source(2, 2, values));
    const auto opened = parse(json_of(document));
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_TRUE(same_values(opened->document.source.array.tensor, document.source.array.tensor));
  }
  // Too many for numbers: bytes where all are, floats where one is not.
  for (const float last : {255.0F, -0.0F, 0.5F}) {
    std::vector<float> many(5000, 7.0F);
    many.back() = last;
    const Document document = starting_document(grid_source(50, 100, many));
    const json source = json_of(document)["source"];
    EXPECT_EQ(source.contains("uint8"), last == 255.0F);
    EXPECT_EQ(source.contains("float32"), last != 255.0F);
    EXPECT_TRUE(same_values(parse(json_of(document))->document.source.array.tensor,
                            document.source.array.tensor));
  }
}

TEST(Session, NamesALargeFileBelowItsFolderAndHoldsAnyOther) {
  const test::TemporaryFolder folder;
  const std::vector<float> values(600 * 600, 0.5F);
  fs::create_directory(folder / "pictures");
  const fs::path file = folder / "pictures/large.csv";
  ASSERT_TRUE(write_file(file, grid_text(*Tensor::copy_of({1, 1, 600, 600}, values), ", ")));
  auto array = read_input(file);
  ASSERT_TRUE(array);
  const Document document = starting_document({*array, file, false});

  ASSERT_TRUE(save_session(document, folder / "a.poolscope"));
  EXPECT_LT(fs::file_size(folder / "a.poolscope"), 4096U);
  const auto opened = open_session(folder / "a.poolscope");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(same_document(opened->document, document));
  EXPECT_EQ(opened->document.session, folder / "a.poolscope");

  const test::TemporaryFolder elsewhere;
  ASSERT_TRUE(save_session(document, elsewhere / "b.poolscope"));
  EXPECT_GT(fs::file_size(elsewhere / "b.poolscope"), std::size_t{4 * 600 * 600});

  std::vector<float> other = values;
  other[7] = 1.0F;
  ASSERT_TRUE(write_file(file, grid_text(*Tensor::copy_of({1, 1, 600, 600}, other), ", ")));
  EXPECT_EQ(open_session(folder / "a.poolscope")->notes.size(), 1U);
  fs::remove_all(folder / "pictures");
  expect_error(open_session(folder / "a.poolscope"), {"large.csv is missing", "put it back"});
  EXPECT_TRUE(same_document(open_session(elsewhere / "b.poolscope")->document, document));
}

TEST(Session, OpensOnlyFilesOfItsOwnFolder) {
  const test::TemporaryFolder folder;
  fs::create_directory(folder / "lesson");
  folder.with("secret.txt", std::string("1 2\n3 4\n"));
  fs::create_symlink(folder / "secret.txt", folder / "lesson/link.txt");
  json whole = json_of(small_document());
  whole["source"].erase("values");
  const SessionPlace place{folder / "lesson"};
  for (const std::string& path :
       {(folder / "secret.txt").string(), std::string("../secret.txt"),
        std::string("a/../../secret.txt"), std::string("link.txt"), std::string("/dev/zero")}) {
    whole["source"]["path"] = path;
    expect_error(parse_session(json_text(whole), place), {"leaves the session's folder"});
  }
  for (const auto& [path, why] :
       {std::pair{".", "folder"}, {"", "neither values"}, {"none.txt", "is missing"}}) {
    whole["source"]["path"] = path;
    expect_error(parse_session(json_text(whole), place), {why});
  }
  whole["source"].erase("path");
  expect_error(parse_session(json_text(whole), place), {"neither values nor the path"});
}

TEST(Session, IsReadWithDefaultsForWhatIsMissingAndWithoutWhatIsUnknown) {
  json whole = json_of(small_document());
  for (const char* key :
       {"pipeline", "selected_layer", "engine", "view", "selection", "camera", "edit", "notes"})
    whole.erase(key);
  whole["invented"] = {1, 2};
  whole["view"]["theme"] = "light";
  whole["view"]["invented"] = true;
  const auto opened = parse(whole);
  ASSERT_TRUE(opened) << opened.error().message;
  View light;
  light.theme = ThemeName::light;
  EXPECT_EQ(opened->document.view, light);
  EXPECT_TRUE(opened->document.pipeline.empty());
  EXPECT_EQ(opened->document.engine, "auto");
}

TEST(Session, OfANewerVersionIsRefused) {
  json whole = json_of(small_document());
  whole["version"] = kSessionVersion + 1;
  expect_error(parse(whole), {"version 2 is newer", "(1)", "update Poolscope"});
  whole["version"] = 1e300;
  expect_error(parse(whole), {"version", "whole number"});
  whole.erase("version");
  expect_error(parse(whole), {"version is missing"});
  whole["format"] = "something";
  expect_error(parse(whole), {"\"format\" is not \"poolscope session\""});
  expect_error(parse(json::array()), {"a list", "object"});
}

struct Nonsense {
  const char* pointer;
  json value;
  const char* said;
};

TEST(Session, EditedIntoNonsenseIsRefusedByTheValue) {
  const std::vector<Nonsense> cases{
      {"/pipeline", 3, "pipeline: 3 is found; a list is right"},
      {"/pipeline/0", "x", "pipeline[0]: \"x\" is found; an object is right"},
      {"/pipeline/0/layer", "MaxPool3000(2)", "pipeline[0].layer: unknown layer"},
      {"/pipeline/0/layer", nullptr, "pipeline[0].layer: null is found; a text is right"},
      {"/pipeline/0", json::object(), "pipeline[0].layer is missing"},
      {"/pipeline", json(1001, json::object()), "1001 entries are found; at most 1000"},
      {"/selected_layer", 1, "selected_layer: 1 is found; the pipeline has 1 layers"},
      {"/selected_layer", -1, "selected_layer: -1 is found; a whole number from 0"},
      {"/selected_layer", 0.5, "selected_layer: 0.5 is found; a whole number"},
      {"/engine", "warp", "engine: \"warp\" is found; one of auto"},
      {"/view", "dark", "view: \"dark\" is found; an object is right"},
      {"/view/theme", "pink", "view.theme: \"pink\" is found; one of dark, light"},
      {"/view/scale", 9, "view.scale: 9 is found; a number from 1 to 2.5 is right"},
      {"/view/scale", "nan", "view.scale: \"nan\" is found"},
      {"/view/values", 1, "view.values: 1 is found; true or false is right"},
      {"/view/channel", 1e300, "view.channel: 1e+300 is found; a whole number from 0"},
      {"/selection/row", -3, "selection.row: -3"},
      {"/camera/zoom", 0, "camera.zoom: 0 is found; a number from 1"},
      {"/camera/center_y", {0.5}, "camera.center_y: a list is found"},
      {"/edit", {{"active", true}, {"row", 4}}, "edit: row 4, column 0 is no cell"},
      {"/notes", std::string(kMaxNotes + 1, 'x'), "notes: a text of 65537 bytes"},
      {"/source", 1, "source: 1 is found; an object is right"},
      {"/source/kind", "film", "source.kind: \"film\" is found; one of image, grid, npy"},
      {"/source/rank", 7, "source.rank: 7 is found; a whole number from 2 to 4"},
      {"/source/shape", {1, 1, 4}, "source.shape: a list is found; a list of 4"},
      {"/source/shape/3", -6, "source.shape[3]: -6 is found"},
      {"/source/shape/3", 1000000000, "source.shape[3]: 1000000000"},
      {"/source/shape", {1, 1, 16777216, 16777216}, "source.shape"},
      {"/source/shape", {1, 1, 0, 6}, "holds no cell"},
      {"/source/shape", {2, 3, 2, 2}, "does not fit an array of 2 axes"},
      {"/source/shape", {1, 1, 6, 6}, "source.values: 24 values are found; the shape has 36"},
      {"/source/values", "1 2 3", "source.values: \"1 2 3\" is found; a list of numbers"},
      {"/source/values/3", "seven", "source.values[3]: "},
      {"/source/values/3", 1e300, "source.values[3]: 1e+300 is beyond float32"},
      {"/source/luma", true, "source.luma: true is found; a source of 1 channels has no luma"},
      {"/source/path", 5, "source.path: 5 is found"},
  };
  for (const Nonsense& wrong : cases) {
    json whole = json_of(small_document());
    whole[json::json_pointer(wrong.pointer)] = wrong.value;
    expect_error(parse(whole), {wrong.said});
  }
}

TEST(Session, CutOffAnywhereIsRefused) {
  const std::string text = *session_text(small_document(), kPlace);
  for (std::size_t size = 0; size + 2 < text.size(); size += 7)
    expect_error(parse_session(std::string_view(text).substr(0, size), kPlace), {"line "});
}

TEST(Session, NestedDeeplyIsRefused) {
  const std::string deep = "{\"format\": " + std::string(100000, '[');
  expect_error(parse_session(deep, kPlace), {"nested deeper"});
}

TEST(Session, ThatCannotBeWrittenLeavesTheOldOne) {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "a.poolscope";
  ASSERT_TRUE(save_session(small_document(), file));
  const std::string before = test::contents_of(file);
  Document endless = small_document();
  endless.pipeline.resize(1001, endless.pipeline.front());
  expect_error(save_session(endless, file), {"a.poolscope", "1001 layers", "at most 1000"});
  EXPECT_EQ(test::contents_of(file), before);
  expect_error(save_session(small_document(), folder / "none/a.poolscope"), {"does not exist"});
  expect_error(save_session(small_document(), "/dev/full"), {"/dev/full"});
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.poolscope"});
}

}  // namespace
}  // namespace poolscope
