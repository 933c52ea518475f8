#include "app/session_fields.h"

#include "core/io/bytes.h"

namespace poolscope {
namespace {

/// `, from 1 to 2.5`; nothing where a bound is as good as none.
std::string range_text(Limits limits) {
  const Limits any;
  if (limits.high == any.high) {
    return limits.low == any.low ? "" : fmt::format(" of at least {}", limits.low);
  }
  return fmt::format(" from {} to {}", limits.low, limits.high);
}

}  // namespace

std::string shown_json(const nlohmann::json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return excerpt(value.get_ref<const std::string&>());
  return json_text(value);
}

Error field_error(std::string_view path, const nlohmann::json& found, std::string_view right) {
  return {fmt::format("{}: {} is found; {} is right", path, shown_json(found), right)};
}

void FieldReader::read_value(const nlohmann::json& found, const std::string& path, bool& value,
                             Limits) {
  if (found.is_boolean()) {
    value = found.get<bool>();
  } else {
    fault_ = field_error(path, found, "true or false");
  }
}

void FieldReader::read_value(const nlohmann::json& found, const std::string& path,
                             std::string& value, Limits limits) {
  const double most = std::min(limits.high, kTextLimit.high);
  if (!found.is_string()) {
    fault_ = field_error(path, found, "a text");
  } else if (found.get_ref<const std::string&>().size() > static_cast<std::size_t>(most)) {
    fault_ = Error{fmt::format("{}: a text of {} bytes is found; at most {} are read", path,
                               found.get_ref<const std::string&>().size(), most)};
  } else {
    value = found.get<std::string>();
  }
}

std::optional<double> FieldReader::read_number(const nlohmann::json& found, const std::string& path,
                                               Limits limits, bool whole) {
  if (found.is_number()) {
    const auto number = found.get<double>();
    const bool fits = number >= limits.low && number <= limits.high;
    if (fits && (!whole || number == std::floor(number))) return number;
  }
  fault_ = field_error(
      path, found, fmt::format("{}{}", whole ? "a whole number" : "a number", range_text(limits)));
  return std::nullopt;
}

std::optional<std::size_t> FieldReader::read_word(const nlohmann::json& found,
                                                  const std::string& path,
                                                  const std::vector<std::string_view>& words) {
  const auto match = std::find_if(words.begin(), words.end(),
                                  [&](std::string_view word) { return found == word; });
  if (match != words.end()) return static_cast<std::size_t>(match - words.begin());
  fault_ = field_error(path, found, fmt::format("one of {}", fmt::join(words, ", ")));
  return std::nullopt;
}

bool FieldReader::check_list(const nlohmann::json& found, const std::string& path, Limits limits) {
  if (!found.is_array()) {
    fault_ = field_error(path, found, "a list");
  } else if (static_cast<double>(found.size()) > limits.high) {
    fault_ = Error{fmt::format("{}: {} entries are found; at most {} are read", path, found.size(),
                               limits.high)};
  }
  return !fault_;
}

}  // namespace poolscope
