#include "app/translation.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "core/base/resources.h"
#include "core/io/json_io.h"

namespace poolscope {
namespace {

/// Texts found by pattern are kept; more than this and they are forgotten, between frames or not:
/// they are found again.
constexpr std::size_t kMaxFound = 4096;

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
using Texts = std::unordered_map<std::string, std::string, Hash, std::equal_to<>>;

/// A text with values in it: what is before, between and after them.
struct Pattern {
  std::vector<std::string> literals;
  std::vector<std::string> translated;  ///< One more than `order`.
  std::vector<std::size_t> order;       ///< Which value stands between them.
  std::size_t length = 0;               ///< Of the literals.
};

struct Catalogue {
  Texts texts;
  std::vector<Pattern> patterns;  ///< The most specific first.
  Texts found;
};
std::optional<Catalogue> catalogue;

/// A text cut at its `{...}`, and what these say.
struct Pieces {
  std::vector<std::string> literals{""};
  std::vector<std::string> fields;
};

Pieces cut(std::string_view text) {
  Pieces pieces;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = text[i] == '{' ? text.find('}', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      pieces.literals.back() += text[i];
      continue;
    }
    pieces.fields.emplace_back(text.substr(i + 1, end - i - 1));
    pieces.literals.emplace_back();
    i = end;
  }
  return pieces;
}

Result<Pattern> make_pattern(const std::string& english, const std::string& translated) {
  const Pieces from = cut(english), to = cut(translated);
  Pattern pattern{from.literals, to.literals, {}, 0};
  for (const std::string& literal : from.literals) pattern.length += literal.size();
  for (std::size_t i = 0; i < to.fields.size(); ++i) {
    const std::string& field = to.fields[i];
    std::size_t index = i;
    std::from_chars(field.data(), field.data() + field.size(), index);
    if (index >= from.fields.size()) {
      return failure(fmt::format("\"{}\" has no value {} of \"{}\"", english, index, translated));
    }
    pattern.order.push_back(index);
  }
  return pattern;
}

/// The values that make `pattern` the text; empty where it is another one.
std::optional<std::vector<std::string_view>> values_of(const Pattern& pattern,
                                                       std::string_view text) {
  const auto& literals = pattern.literals;
  if (text.size() < pattern.length || !text.starts_with(literals.front()) ||
      !text.ends_with(literals.back())) {
    return {};
  }
  const std::size_t end = text.size() - literals.back().size();
  std::size_t at = literals.front().size();
  std::vector<std::string_view> values;
  for (std::size_t i = 1; i + 1 < literals.size(); ++i) {
    const std::size_t next = text.find(literals[i], at);
    if (next == std::string_view::npos || next + literals[i].size() > end) return {};
    values.push_back(text.substr(at, next - at));
    at = next + literals[i].size();
  }
  values.push_back(text.substr(at, end - at));
  return values;
}

std::string filled(const Pattern& pattern, const std::vector<std::string_view>& values) {
  std::string text = pattern.translated.front();
  for (std::size_t i = 0; i < pattern.order.size(); ++i) {
    text += values[pattern.order[i]];
    text += pattern.translated[i + 1];
  }
  return text;
}

std::string by_pattern(std::string_view english) {
  for (const Pattern& pattern : catalogue->patterns) {
    if (const auto values = values_of(pattern, english)) return filled(pattern, *values);
  }
  return std::string(english);
}

}  // namespace

std::string_view tr(std::string_view english) {
  if (!catalogue) return english;
  if (const auto whole = catalogue->texts.find(english); whole != catalogue->texts.end())
    return whole->second;
  if (const auto known = catalogue->found.find(english); known != catalogue->found.end())
    return known->second;
  if (catalogue->found.size() >= kMaxFound) catalogue->found.clear();
  return catalogue->found.emplace(english, by_pattern(english)).first->second;
}

Result<void> load_catalogue(const std::filesystem::path& path) {
  const auto read = read_json(path);
  if (!read) return tl::unexpected(read.error());
  if (!read->is_object()) return failure(path.string() + ": a catalogue is an object of texts");
  Catalogue loaded;
  for (const auto& [english, text] : read->items()) {
    if (!text.is_string())
      return failure(fmt::format("{}: \"{}\" is no text", path.string(), english));
    const std::string translated = text.get<std::string>();
    if (cut(english).fields.empty()) {
      loaded.texts.emplace(english, translated);
      continue;
    }
    auto pattern = make_pattern(english, translated);
    if (!pattern) return failure(path.string() + ": " + pattern.error().message);
    loaded.patterns.push_back(std::move(*pattern));
  }
  std::ranges::stable_sort(loaded.patterns, std::ranges::greater{}, &Pattern::length);
  catalogue = std::move(loaded);
  return {};
}

void drop_catalogue() { catalogue.reset(); }

std::filesystem::path user_catalogue() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string language = std::string(value).substr(0, 2);
    const bool is_name = std::ranges::all_of(language, [](char c) { return c >= 'a' && c <= 'z'; });
    if (!is_name || language == "en") return {};
    return resource_path("assets/locale/" + language + ".json").value_or("");
  }
  return {};
}

}  // namespace poolscope
