#include "core/models/script_code.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace poolscope {
namespace {

/// The operators that touch files, in any of LibTorch 1.13's libraries.
constexpr std::array<std::string_view, 3> kFileOperators{"save", "from_file", "load_library"};
/// Libraries whose classes LibTorch itself puts into saved models.
constexpr std::array<std::string_view, 5> kClassLibraries{"quantized", "xnnpack", "rnn", "sparse",
                                                          "mkldnn"};

template <std::size_t count>
bool among(const std::array<std::string_view, count>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_word(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c & 0x80) != 0;
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\\'; }

struct Token {
  enum class Kind { word, text, sign } kind;
  std::string_view text;  ///< Of a text, what lies between the quotes.
};

/// Cuts source into words, texts and single signs; spaces, line ends and comments fall away.
class Tokens {
 public:
  explicit Tokens(std::string_view code) : rest_(code) {}

  std::optional<Token> next() {
    skip_silence();
    if (rest_.empty()) return std::nullopt;
    if (rest_[0] == '"' || rest_[0] == '\'') return text();
    if (!is_word(rest_[0])) return Token{Token::Kind::sign, take(1)};
    return Token{Token::Kind::word, take(length([](char c) { return !is_word(c); }))};
  }

 private:
  template <class End>
  std::size_t length(End end) const {
    return static_cast<std::size_t>(std::ranges::find_if(rest_, end) - rest_.begin());
  }
  std::string_view take(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  void skip_silence() {
    while (!rest_.empty() && (is_space(rest_[0]) || rest_[0] == '#')) {
      take(rest_[0] == '#' ? length([](char c) { return c == '\n'; }) : 1);
    }
  }
  Token text() {
    const std::string_view triple = rest_[0] == '"' ? "\"\"\"" : "'''";
    const std::string_view quote = rest_.starts_with(triple) ? triple : triple.substr(0, 1);
    take(quote.size());
    std::size_t end = 0;
    while (end < rest_.size() && !rest_.substr(end).starts_with(quote)) {
      end += rest_[end] == '\\' ? 2 : 1;
    }
    const std::string_view inside = take(std::min(end, rest_.size()));
    take(quote.size());
    return {Token::Kind::text, inside};
  }

  std::string_view rest_;
};

std::vector<Token> tokens_of(std::string_view code) {
  std::vector<Token> found;
  Tokens tokens(code);
  while (const auto token = tokens.next()) found.push_back(*token);
  return found;
}

/// Source as tokens, looked at around one of them.
class Source {
 public:
  explicit Source(std::string_view code) : tokens_(tokens_of(code)) {}

  std::size_t size() const { return tokens_.size(); }

  /// What the token at `i` reaches, if it is a file or may be one.
  std::optional<std::string> danger(std::size_t i) const {
    if (is(i, "getattr") && is(i + 1, "(")) return danger_of_getattr(i + 2);
    if (i == 0 || !is(i - 1, ".") || tokens_[i].kind != Token::Kind::word) return std::nullopt;
    const std::string_view word = tokens_[i].text;
    if (among(kFileOperators, word)) return owner(i) + std::string(word);
    if (word != "classes") return std::nullopt;
    if (is(i + 1, ".") && i + 2 < size() && among(kClassLibraries, tokens_[i + 2].text)) {
      return std::nullopt;
    }
    return owner(i) + "classes" + (i + 2 < size() ? fmt::format(".{}", tokens_[i + 2].text) : "");
  }

 private:
  bool is(std::size_t i, std::string_view text) const {
    return i < size() && tokens_[i].kind != Token::Kind::text && tokens_[i].text == text;
  }
  /// `torch.` where a name and a dot come before the token.
  std::string owner(std::size_t i) const {
    const bool named = i >= 2 && tokens_[i - 2].kind == Token::Kind::word;
    return named ? fmt::format("{}.", tokens_[i - 2].text) : std::string();
  }
  /// The name asked for is the texts up to the closing bracket, which Python joins.
  std::optional<std::string> danger_of_getattr(std::size_t i) const {
    std::string name;
    for (; i < size() && !is(i, ")"); ++i) {
      if (tokens_[i].kind == Token::Kind::text) name += tokens_[i].text;
    }
    const bool hidden = name.find('\\') != std::string::npos || name == "classes";
    if (!hidden && !among(kFileOperators, name)) return std::nullopt;
    return fmt::format("getattr of \"{}\"", name);
  }

  std::vector<Token> tokens_;
};

}  // namespace

std::optional<std::string> file_access(std::string_view code) {
  const Source source(code);
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (auto danger = source.danger(i)) return danger;
  }
  return std::nullopt;
}

}  // namespace poolscope
