#include <random>

#include <gtest/gtest.h>

#include "app/session.h"
#include "tests/app/documents.h"

/// Sessions with random faults, the same on every run: each must open as a document whose parts fit
/// together, or give one line of error.
namespace poolscope {
namespace {

using nlohmann::json;

const SessionPlace kPlace{"/nowhere"};

/// A fault in the text: a byte changed, a part twice, a part gone.
void mutate_text(std::string& text, std::mt19937& random) {
  constexpr std::string_view telling = "019-,.[]{}:\"ntf\\\x7f\xff";
  const std::size_t at = random() % text.size();
  switch (random() % 4) {
    case 0:
      text[at] = telling[random() % telling.size()];
      break;
    case 1:
      text.resize(at + 1);
      break;
    case 2:
      text.insert(at, text.substr(random() % text.size(), 1 + random() % 16));
      break;
    default:
      text.erase(at, 1 + random() % 16);
      break;
  }
  if (text.empty()) text.push_back('{');
}

/// A fault in what the text says: some value becomes another one.
void mutate_value(json& value, std::mt19937& random) {
  static const std::vector<json> odd{nullptr,        true,     -1, 0,   1,     0.5,
                                     1e18,           1e300,    "", "x", "nan", json::array(),
                                     json::object(), {1, 2, 3}};
  if (value.is_structured() && !value.empty() && random() % 8 != 0) {
    auto entry = value.begin();
    std::advance(entry, random() % value.size());
    if (random() % 16 == 0) {
      value.erase(entry);
    } else {
      mutate_value(*entry, random);
    }
    return;
  }
  value = odd[random() % odd.size()];
}

void expect_sound(const Document& document) {
  const Shape& shape = document.source.array.tensor.shape();
  ASSERT_EQ(document.source.array.tensor.values().size(),
            static_cast<std::size_t>(shape.elements()));
  ASSERT_TRUE(document.selected_layer < std::max<std::size_t>(document.pipeline.size(), 1));
  for (const PipelineLayer& entry : document.pipeline) ASSERT_NE(entry.layer.kind, nullptr);
  ASSERT_GE(document.view.scale, 1.0F);
  ASSERT_GE(document.selection.row, 0);
  (void)plan_pipeline(document.pipeline, shape, document.source.array.form);
  ASSERT_TRUE(session_text(document, kPlace).has_value());
}

void open_mutant(const std::string& text, int& opened, int& refused) {
  const auto session = parse_session(text, kPlace);
  if (session) {
    ++opened;
    return expect_sound(session->document);
  }
  ++refused;
  ASSERT_FALSE(session.error().message.empty());
  ASSERT_EQ(session.error().message.find('\n'), std::string::npos);
}

std::string whole_session() {
  Document document = starting_document(counting_grid(4, 5));
  document.pipeline.push_back({layer_of("AvgPool2d((2, 1), ceil_mode=True)"), false});
  document.notes = "what the class said";
  return *session_text(document, kPlace);
}

TEST(MutatedSessions, NeverBreakTheReader) {
  std::mt19937 random(7);
  int opened = 0, refused = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string text = whole_session();
    mutate_text(text, random);
    open_mutant(text, opened, refused);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(opened, 100);
  EXPECT_GT(refused, 100);
}

TEST(MutatedSessions, WithOddValuesNeverBreakTheReader) {
  std::mt19937 random(8);
  int opened = 0, refused = 0;
  for (int i = 0; i < 3000; ++i) {
    json whole = *parse_json(whole_session());
    for (std::size_t faults = 1 + random() % 3; faults > 0; --faults) mutate_value(whole, random);
    open_mutant(json_text(whole), opened, refused);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(opened, 100);
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace poolscope
