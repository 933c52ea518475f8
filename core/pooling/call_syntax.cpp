#include "core/pooling/call_syntax.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace poolscope {
namespace {

/// Deeper than any parameter; keeps hostile texts off the stack.
constexpr int kMaxDepth = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '.'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct NamedNumber {
  std::string_view name;
  double value;
};

constexpr std::array<NamedNumber, 8> kConstants{{{"inf", kInfinity},
                                                 {"math.inf", kInfinity},
                                                 {"torch.inf", kInfinity},
                                                 {"np.inf", kInfinity},
                                                 {"nan", kNan},
                                                 {"math.nan", kNan},
                                                 {"torch.nan", kNan},
                                                 {"np.nan", kNan}}};

/// What float("...") takes.
constexpr std::array<NamedNumber, 7> kFloatWords{{{"inf", kInfinity},
                                                  {"+inf", kInfinity},
                                                  {"-inf", -kInfinity},
                                                  {"infinity", kInfinity},
                                                  {"+infinity", kInfinity},
                                                  {"-infinity", -kInfinity},
                                                  {"nan", kNan}}};

template <std::size_t Count>
std::optional<double> find_number(const std::array<NamedNumber, Count>& table,
                                  std::string_view name) {
  for (const NamedNumber& number : table) {
    if (number.name == name) return number.value;
  }
  return {};
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<SyntaxCall> call();
  Result<SyntaxValue> value(int depth = 0);
  Result<void> end();

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  /// Takes `c` after any space.
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string_view take_word();
  tl::unexpected<Error> expected(std::string_view what) const {
    return text_error(at_, fmt::format("expected {}, found {}", what, found_at(text_, at_)));
  }

  Result<SyntaxArgument> argument();
  Result<SyntaxValue> sequence(char close, int depth);
  Result<SyntaxValue> string();
  Result<SyntaxValue> number(bool negative);
  Result<SyntaxValue> name(bool negative);
  Result<double> float_call(std::size_t begin);

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string_view Reader::take_word() {
  const std::size_t begin = at_;
  while (at_ < text_.size() && is_word(text_[at_])) ++at_;
  return text_.substr(begin, at_ - begin);
}

Result<SyntaxCall> Reader::call() {
  skip_space();
  SyntaxCall result;
  result.begin = at_;
  if (!is_letter(peek())) return expected("a layer such as MaxPool2d(2)");
  result.name = take_word();
  if (!take('(')) return expected(fmt::format("( after {}", quoted(result.name)));
  while (true) {
    skip_space();
    result.close = at_;
    if (take(')')) return result;
    auto next = argument();
    if (!next) return tl::unexpected(next.error());
    result.arguments.push_back(std::move(*next));
    skip_space();
    if (peek() != ')' && !take(',')) return expected(", or )");
  }
}

Result<SyntaxArgument> Reader::argument() {
  SyntaxArgument result;
  result.begin = at_;
  if (is_letter(peek())) {
    const std::string_view word = take_word();
    if (take('=')) {
      result.name = word;
    } else {
      at_ = result.begin;
    }
  }
  auto read = value();
  if (!read) return tl::unexpected(read.error());
  result.value = std::move(*read);
  return result;
}

Result<SyntaxValue> Reader::value(int depth) {
  skip_space();
  const std::size_t begin = at_;
  if (depth > kMaxDepth) return expected("fewer brackets in brackets");
  if (take('(')) return sequence(')', depth);
  if (take('[')) return sequence(']', depth);
  if (peek() == '"' || peek() == '\'') return string();
  const bool negative = peek() == '-';
  if (negative || peek() == '+') {
    ++at_;
    skip_space();
  }
  const bool is_sign = at_ != begin;
  if (!is_digit(peek()) && peek() != '.' && !is_letter(peek())) return expected("a value");
  auto read = is_letter(peek()) ? name(negative) : number(negative);
  if (!read) return read;
  if (is_sign && !std::holds_alternative<double>(read->data) &&
      !std::holds_alternative<std::int64_t>(read->data)) {
    return text_error(begin, fmt::format("expected a number, found {}", found_at(text_, begin)));
  }
  read->begin = begin;
  return read;
}

/// Items up to `close`; like in Python, parentheses around one item without a comma are that item.
Result<SyntaxValue> Reader::sequence(char close, int depth) {
  const std::size_t begin = at_ - 1;
  SyntaxList items;
  bool comma = false;
  while (!take(close)) {
    if (!items.empty() && !comma) return expected(fmt::format(", or {}", close));
    auto item = value(depth + 1);
    if (!item) return item;
    items.push_back(std::move(*item));
    comma = take(',');
  }
  if (close == ')' && items.size() == 1 && !comma) {
    SyntaxValue only = std::move(items.front());
    return SyntaxValue{std::move(only.data), begin, at_};
  }
  return SyntaxValue{std::move(items), begin, at_};
}

Result<SyntaxValue> Reader::string() {
  const std::size_t begin = at_;
  const std::size_t close = text_.find(peek(), begin + 1);
  const std::string_view body = text_.substr(begin + 1, close - begin - 1);
  if (close == std::string_view::npos || body.find('\n') != std::string_view::npos) {
    return text_error(begin,
                      fmt::format("a string without end, found {}", quoted(text_.substr(begin))));
  }
  at_ = close + 1;
  return SyntaxValue{std::string(body), begin, at_};
}

Result<SyntaxValue> Reader::number(bool negative) {
  const std::size_t begin = at_;
  take_word();
  const char last = text_[at_ - 1];
  if ((last == 'e' || last == 'E') && (peek() == '+' || peek() == '-')) {
    ++at_;
    take_word();
  }
  const std::string digits =
      fmt::format("{}{}", negative ? "-" : "", text_.substr(begin, at_ - begin));
  const char* const end = digits.data() + digits.size();
  if (digits.find_first_not_of("-0123456789") == std::string::npos) {
    std::int64_t value = 0;
    const auto [rest, fault] = std::from_chars(digits.data(), end, value);
    if (fault == std::errc{} && rest == end) return SyntaxValue{value, begin, at_};
    return text_error(begin, fmt::format("{} is too large for an integer", quoted(digits)));
  }
  double value = 0.0;
  const auto [rest, fault] = std::from_chars(digits.data(), end, value);
  if (fault == std::errc::result_out_of_range) {
    return text_error(begin, fmt::format("{} is out of the range of numbers", quoted(digits)));
  }
  if (fault != std::errc{} || rest != end) {
    return text_error(begin, fmt::format("{} is no number", quoted(digits)));
  }
  return SyntaxValue{value, begin, at_};
}

Result<SyntaxValue> Reader::name(bool negative) {
  const std::size_t begin = at_;
  const std::string_view word = take_word();
  if (word == "True" || word == "False") return SyntaxValue{word == "True", begin, at_};
  if (word == "None") return SyntaxValue{NoneValue{}, begin, at_};
  std::optional<double> number = find_number(kConstants, word);
  if (!number && word == "float") {
    const auto called = float_call(begin);
    if (!called) return tl::unexpected(called.error());
    number = *called;
  }
  if (number) return SyntaxValue{negative ? -*number : *number, begin, at_};
  return text_error(begin, fmt::format("expected a value, found {}", quoted(word)));
}

/// The rest of float("inf") or float(2).
Result<double> Reader::float_call(std::size_t begin) {
  if (!take('(')) return expected("( after `float`");
  skip_space();
  const bool negative = take('-');
  const bool is_string = peek() == '"' || peek() == '\'';
  if (!is_string && !is_digit(peek()) && peek() != '.') return expected("a number or \"inf\"");
  const auto argument = is_string && !negative ? string() : number(negative);
  if (!argument) return tl::unexpected(argument.error());
  if (!take(')')) return expected(")");
  if (const auto* real = std::get_if<double>(&argument->data)) return *real;
  if (const auto* integer = std::get_if<std::int64_t>(&argument->data)) {
    return static_cast<double>(*integer);
  }
  if (const auto* word = std::get_if<std::string>(&argument->data)) {
    std::string lower = *word;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (const auto number = find_number(kFloatWords, lower)) return *number;
  }
  return text_error(begin, fmt::format("expected a number such as float(\"inf\"), found {}",
                                       quoted(text_.substr(begin, at_ - begin))));
}

Result<void> Reader::end() {
  skip_space();
  if (at_ == text_.size()) return {};
  return expected("nothing more");
}

/// Length of the UTF-8 character that `text` begins with, or 0 if it is broken or not printable.
std::size_t printable_length(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text.front());
  if (byte < 0x80) return byte >= 0x20 && byte != 0x7F ? 1 : 0;
  const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
  if (byte < 0xC2 || byte > 0xF4 || text.size() < length) return 0;
  const auto is_tail = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  if (!std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(length), is_tail)) {
    return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  const bool is_control = byte == 0xC2 && second < 0xA0;
  const bool is_overlong = (byte == 0xE0 && second < 0xA0) || (byte == 0xF0 && second < 0x90);
  const bool is_outside = (byte == 0xED && second > 0x9F) || (byte == 0xF4 && second > 0x8F);
  return is_control || is_overlong || is_outside ? 0 : length;
}

}  // namespace

Result<SyntaxCall> parse_call(std::string_view text) {
  Reader reader(text);
  auto call = reader.call();
  if (!call) return call;
  if (const auto ended = reader.end(); !ended) return tl::unexpected(ended.error());
  return call;
}

Result<SyntaxValue> parse_value(std::string_view text) {
  Reader reader(text);
  auto value = reader.value();
  if (!value) return value;
  if (const auto ended = reader.end(); !ended) return tl::unexpected(ended.error());
  return value;
}

tl::unexpected<Error> text_error(std::size_t position, std::string_view message,
                                 std::string parameter) {
  return tl::unexpected(Error{fmt::format("{} at character {}", message, position + 1),
                              ErrorKind::usage, std::move(parameter), position});
}

std::string quoted(std::string_view piece) {
  constexpr std::size_t longest = 40;
  std::string result = "`";
  while (!piece.empty() && result.size() < longest) {
    const std::size_t length = printable_length(piece);
    if (length == 0) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(piece.front()));
    } else {
      result += piece.substr(0, length);
    }
    piece.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result + (piece.empty() ? "`" : "...`");
}

std::string found_at(std::string_view text, std::size_t position) {
  if (position >= text.size()) return "the end of the text";
  std::size_t end = position + 1;
  const auto byte = static_cast<unsigned char>(text[position]);
  if (is_word(text[position]) || text[position] == '-') {
    while (end < text.size() && is_word(text[end])) ++end;
  } else if (byte >= 0x80) {
    end = position + std::max<std::size_t>(printable_length(text.substr(position)), 1);
  }
  return quoted(text.substr(position, end - position));
}

}  // namespace poolscope
