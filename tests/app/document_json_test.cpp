#include "app/document_json.h"

#include <limits>

#include <gtest/gtest.h>

#include "core/io/json_io.h"
#include "tests/app/documents.h"

namespace poolscope {
namespace {

using nlohmann::json;

json dump_of(const Document& document, const UiMemory& memory = {}) {
  const Evaluation evaluation =
      evaluate({document.source, document.pipeline, document.engine}, nullptr, nullptr);
  const auto parsed = parse_json(document_json(document, &evaluation, memory));
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed ? *parsed : json::object();
}

std::vector<std::string> keys_of(const json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

TEST(DocumentJson, HasAllThatAUserCanSeeOrChange) {
  const json dump = dump_of(starting_document(counting_grid(4, 6)));
  EXPECT_EQ(keys_of(dump),
            (std::vector<std::string>{
                "busy",        "camera", "controls",       "edit",      "engine",     "focus",
                "frames",      "lens",   "limits",         "link_axes", "log",        "model",
                "model_error", "notes",  "open_error",     "pipeline",  "pipeline_b", "playback",
                "prediction",  "result", "selected_layer", "selection", "session",    "shift",
                "shown",       "source", "tips",           "view",      "workspace"}));
  EXPECT_EQ(dump["engine"], "auto");
  EXPECT_EQ(dump["selected_layer"], 0);
  EXPECT_EQ(dump["source"]["shape"], json::parse("[1, 1, 4, 6]"));
  EXPECT_EQ(dump["source"]["luma"], false);
  EXPECT_EQ(dump["selection"], json::parse(R"({"row": 0, "col": 0, "pinned": false})"));
  EXPECT_EQ(dump["camera"], json::parse(R"({"zoom": 1.0, "center": [0.5, 0.5]})"));
  EXPECT_EQ(dump["edit"], json::parse(R"({"active": false, "row": 0, "col": 0})"));
  EXPECT_EQ(dump["view"]["theme"], "dark");
  EXPECT_EQ(dump["view"]["map"], "viridis");
  EXPECT_EQ(dump["view"]["range"], "shared");
}

TEST(DocumentJson, WritesLayersAsTheyAreTyped) {
  Document document = starting_document(counting_grid(8, 8));
  document.pipeline = {{layer_of("MaxPool2d(2, stride=1)"), true},
                       {layer_of("MaxPooling2D(2, padding=\"same\")"), false}};
  const json layers = dump_of(document)["pipeline"];
  ASSERT_EQ(layers.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(layer_of(layers[i]["layer"].get<std::string>()), document.pipeline[i].layer);
    EXPECT_EQ(layers[i]["enabled"], document.pipeline[i].enabled);
  }
}

TEST(DocumentJson, HasTheValuesOfSmallStagesOnly) {
  Document document = starting_document(counting_grid(2, 2));
  document.engine = "reference";
  const json small = dump_of(document)["result"];
  EXPECT_EQ(small["error"], nullptr);
  EXPECT_EQ(small["stages"][0]["values"], json::parse("[1, 2, 3, 4]"));
  EXPECT_EQ(small["stages"][1]["values"], json::parse("[4]"));
  EXPECT_EQ(small["stages"][1]["engine"], "reference");
  EXPECT_EQ(small["stages"][1]["shape"], json::parse("[1, 1, 1, 1]"));
  const json large = dump_of(starting_document(counting_grid(65, 64)))["result"];
  EXPECT_FALSE(large["stages"][0].contains("values"));
  EXPECT_TRUE(large["stages"][1].contains("values"));
}

TEST(DocumentJson, WritesValuesThatJsonHasNoNumberForAsTexts) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  const Document document = starting_document(
      grid_source(2, 2, {std::numeric_limits<float>::quiet_NaN(), kInf, -kInf, -0.0F}));
  const json stages = dump_of(document)["result"]["stages"];
  EXPECT_EQ(stages[0]["values"], json::parse(R"(["nan", "inf", "-inf", -0.0])"));
  EXPECT_EQ(stages[1]["values"], json::parse(R"(["nan"])"));
}

TEST(DocumentJson, TellsTheErrorOfTheRun) {
  Document document = starting_document(counting_grid(2, 2));
  document.pipeline[0].layer.kernel_size = {5, 5};
  const json result = dump_of(document)["result"];
  EXPECT_EQ(result["stages"].size(), 1U);
  EXPECT_NE(result["error"].get<std::string>().find("MaxPool2d"), std::string::npos);
}

TEST(DocumentJson, HasNoResultBeforeTheFirstRunLands) {
  const Document document = starting_document(counting_grid(2, 2));
  EXPECT_EQ(parse_json(document_json(document, nullptr, {}))->at("result"), nullptr);
}

TEST(DocumentJson, CarriesNamesOfAnyCharacters) {
  Document document = starting_document(picture_source(1, 4, 4));
  const std::string name = "a \"quoted\"\\\n\tname \x01 é.png";
  document.source.array.name = name;
  document.source.array.description = name;
  UiMemory memory;
  memory.log = {name};
  memory.open_error = name;
  memory.limits["kernel_size"] = name;
  const json dump = dump_of(document, memory);
  EXPECT_EQ(dump["source"]["name"], name);
  EXPECT_EQ(dump["source"]["description"], name);
  EXPECT_EQ(dump["log"][0], name);
  EXPECT_EQ(dump["open_error"], name);
  EXPECT_EQ(dump["limits"]["kernel_size"], name);
}

TEST(DocumentJson, ReplacesBytesThatAreNoText) {
  Document document = starting_document(picture_source(1, 4, 4));
  document.source.path = "/pictures/\xff\xc3(.png";
  document.source.array.name = "\xff";
  const json dump = dump_of(document);
  EXPECT_EQ(dump["source"]["name"], "\xef\xbf\xbd");
  EXPECT_TRUE(dump["source"]["path"].get<std::string>().ends_with("(.png"));
}

TEST(DocumentJson, SaysWhereControlsLie) {
  UiMemory memory;
  memory.controls["source/open"] = Rect::of(10.0F, 20.5F, 100.0F, 32.0F);
  const json dump = dump_of(starting_document(counting_grid(2, 2)), memory);
  EXPECT_EQ(dump["controls"], json::parse(R"({"source/open": [10.0, 20.5, 100.0, 32.0]})"));
}

}  // namespace
}  // namespace poolscope
