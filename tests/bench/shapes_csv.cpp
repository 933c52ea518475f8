#include "tests/bench/shapes_csv.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "core/io/file.h"
#include "core/pooling/layer_text.h"

namespace poolscope::bench {
namespace {

constexpr std::array<std::string_view, 6> kHeader{"name", "N", "C", "H", "W", "layer"};

/// One record and the line on which it begins, from 1.
struct Record {
  int line = 1;
  std::vector<std::string> fields;
};

tl::unexpected<Error> fault(int line, std::string_view what) {
  return failure(fmt::format("line {}: {}", line, what));
}

/// Reads records as RFC 4180 has them; lines may end in LF alone.
class RecordReader {
 public:
  explicit RecordReader(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  }

  bool at_end() const { return text_.empty(); }

  Result<Record> next() {
    Record record{.line = line_, .fields = {}};
    do {
      auto field = text_.starts_with('"') ? quoted() : plain();
      if (!field) return tl::unexpected(field.error());
      record.fields.push_back(std::move(*field));
    } while (take(","));
    if (!at_end() && !take("\r\n") && !take("\n")) {
      return fault(line_, "text after a closing quote; only a comma or the line's end may follow");
    }
    ++line_;
    return record;
  }

 private:
  bool take(std::string_view what) {
    if (!text_.starts_with(what)) return false;
    text_.remove_prefix(what.size());
    return true;
  }

  Result<std::string> plain() {
    std::size_t end = std::min(text_.find_first_of(",\n"), text_.size());
    if (end > 0 && end < text_.size() && text_[end] == '\n' && text_[end - 1] == '\r') --end;
    const std::string field(text_.substr(0, end));
    if (field.find('"') != std::string::npos) {
      return fault(line_,
                   "a quote inside a field that does not begin with one; quote the field, "
                   "and write the quote twice");
    }
    text_.remove_prefix(end);
    return field;
  }

  Result<std::string> quoted() {
    const int first = line_;
    std::string field;
    for (text_.remove_prefix(1); !at_end(); text_.remove_prefix(1)) {
      if (text_.front() == '"' && !text_.starts_with("\"\"")) {
        text_.remove_prefix(1);
        return field;
      }
      if (text_.front() == '"') text_.remove_prefix(1);
      if (text_.front() == '\n') ++line_;
      field += text_.front();
    }
    return fault(first, "a quoted field has no closing quote");
  }

  std::string_view text_;
  int line_ = 1;
};

Result<std::int64_t> axis(const Record& record, std::size_t column) {
  const std::string& text = record.fields[column];
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code == std::errc() && end == text.data() + text.size() && value >= 1 && value <= kMaxAxis) {
    return value;
  }
  return fault(record.line, fmt::format("{} is '{}'; a whole number from 1 to {} is needed",
                                        kHeader[column], text, kMaxAxis));
}

Result<BenchCase> case_of(const Record& record) {
  if (record.fields.size() != kHeader.size()) {
    return fault(record.line, fmt::format("{} fields where {} are needed: {}", record.fields.size(),
                                          kHeader.size(), fmt::join(kHeader, ",")));
  }
  std::array<std::int64_t, 4> axes{};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto value = axis(record, i + 1);
    if (!value) return tl::unexpected(value.error());
    axes[i] = *value;
  }
  const auto shape = checked_shape({axes[0], axes[1], axes[2], axes[3]}, "the input");
  if (!shape) return fault(record.line, shape.error().message);
  const auto layer = parse_layer(record.fields[5]);
  if (!layer) return fault(record.line, layer.error().message);
  if (const auto pool = lower(*layer, *shape); !pool) {
    return fault(record.line, pool.error().message);
  }
  return BenchCase{record.fields[0], record.fields[5], *shape};
}

Result<std::vector<BenchCase>> parse_shapes(std::string_view text) {
  RecordReader reader(text);
  const auto header = reader.next();
  if (!header) return tl::unexpected(header.error());
  if (!std::ranges::equal(header->fields, kHeader)) {
    return fault(1, fmt::format("the header is '{}'; '{}' is needed",
                                fmt::join(header->fields, ","), fmt::join(kHeader, ",")));
  }
  std::vector<BenchCase> cases;
  while (!reader.at_end()) {
    const auto record = reader.next();
    if (!record) return tl::unexpected(record.error());
    if (record->fields.size() == 1 && record->fields[0].empty()) continue;
    auto row = case_of(*record);
    if (!row) return tl::unexpected(row.error());
    cases.push_back(std::move(*row));
  }
  if (cases.empty()) return failure("no case after the header");
  return cases;
}

}  // namespace

Result<std::vector<BenchCase>> read_shapes(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  auto cases = parse_shapes({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  if (!cases) return tl::unexpected(about_file(path, cases.error()));
  return cases;
}

}  // namespace poolscope::bench
