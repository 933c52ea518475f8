#include "core/io/npy_header.h"

#include <charconv>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "core/io/npy.h"

namespace poolscope {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// Reads the small part of Python's literals that numpy writes. Every member gives false or an
/// error without moving past what it does not understand.
class LiteralReader {
 public:
  explicit LiteralReader(std::string_view text) : rest_(text) {}

  bool take(std::string_view token) {
    skip_spaces();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  bool at_end() {
    skip_spaces();
    return rest_.empty();
  }

  Result<std::string> text() {
    skip_spaces();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) return wanted("a quoted text");
    const std::size_t end = rest_.find(rest_[0], 1);
    if (end == std::string_view::npos) return wanted("a closing quote");
    std::string found(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return found;
  }

  Result<bool> boolean() {
    if (take("True")) return true;
    if (take("False")) return false;
    return wanted("True or False");
  }

  Result<std::int64_t> integer() {
    skip_spaces();
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (code != std::errc{}) return wanted("an integer below 2^63");
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    take("L");  // Python 2 ends long integers so.
    return value;
  }

  /// `()`, `(3,)`, `(2, 3)`, `(2, 3,)`.
  Result<std::vector<std::int64_t>> tuple() {
    if (!take("(")) return wanted("a tuple");
    std::vector<std::int64_t> values;
    while (!take(")")) {
      auto value = integer();
      if (!value) return tl::unexpected(value.error());
      values.push_back(*value);
      if (take(",")) continue;
      if (!take(")")) return wanted("a comma or )");
      if (values.size() == 1) return failure("the header's shape is a number, not a tuple");
      break;
    }
    return values;
  }

  tl::unexpected<Error> wanted(std::string_view what) {
    return failure(fmt::format("the header has {} where {} is wanted", excerpt(rest_), what));
  }

 private:
  void skip_spaces() {
    while (!rest_.empty() && is_space(rest_[0])) rest_.remove_prefix(1);
  }

  std::string_view rest_;
};

template <class T>
Result<void> store(T& place, Result<T> value) {
  if (!value) return tl::unexpected(value.error());
  place = std::move(*value);
  return {};
}

Result<void> read_value(LiteralReader& reader, const std::string& key, NpyHeader& header) {
  if (key == "fortran_order") return store(header.fortran_order, reader.boolean());
  if (key == "shape") return store(header.axes, reader.tuple());
  if (key != "descr") return failure(fmt::format("the header has an unknown key {}", excerpt(key)));
  if (reader.take("[") || reader.take("(")) {
    return failure(
        "an array of records (a structured type) is not read; save one field as float32");
  }
  return store(header.descr, reader.text());
}

Result<NpyHeader> parse_dictionary(std::string_view text) {
  LiteralReader reader(text);
  NpyHeader header;
  std::set<std::string> seen;
  if (!reader.take("{")) return reader.wanted("a dictionary");
  while (!reader.take("}")) {
    const auto key = reader.text();
    if (!key) return tl::unexpected(key.error());
    if (!seen.insert(*key).second) {
      return failure(fmt::format("the header has the key {} twice", excerpt(*key)));
    }
    if (!reader.take(":")) return reader.wanted("a colon");
    if (auto value = read_value(reader, *key, header); !value) return tl::unexpected(value.error());
    if (reader.take(",")) continue;
    if (!reader.take("}")) return reader.wanted("a comma or }");
    break;
  }
  if (!reader.at_end()) return reader.wanted("the header's end");
  for (const char* key : {"descr", "fortran_order", "shape"}) {
    if (!seen.contains(key)) return failure(fmt::format("the header lacks the key \"{}\"", key));
  }
  return header;
}

}  // namespace

Result<NpyHeader> parse_npy_header(Bytes bytes) {
  constexpr std::size_t version_at = 6, length_at = 8;
  if (!looks_like_npy(bytes)) {
    return failure(fmt::format("not an npy file: it begins with {}", first_bytes(bytes)));
  }
  if (bytes.size() < length_at) return failure("truncated within the header");
  const int version = bytes[version_at];
  if (version < 1 || version > 3) {
    return failure(fmt::format("npy version {}.{} is not read; 1 to 3 are", version, bytes[7]));
  }
  const std::size_t length_size = version == 1 ? 2 : 4;
  const std::size_t begin = length_at + length_size;
  if (bytes.size() < begin) return failure("truncated within the header");
  const std::uint64_t length = little_endian(bytes, length_at, length_size);
  if (length > bytes.size() - begin) {
    return failure(fmt::format("truncated: the header says it is {} bytes long, {} are there",
                               length, bytes.size() - begin));
  }
  auto header = parse_dictionary(text_of(bytes.subspan(begin, length)));
  if (header) header->data_begin = begin + length;
  return header;
}

}  // namespace poolscope
