#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "core/base/tensor.h"
#include "core/io/json_io.h"

/// How plain structs become JSON objects and come back. A struct says its fields once, for both:
///
///   template <class Io> void fields(Io& io, Struct<Camera> auto& camera) {
///     io.field("zoom", camera.zoom, Limits{1.0, 4096.0});
///   }
///
/// A field may be a bool, a number, a text, an enum with its words, a struct, or a vector or an
/// optional of these.
namespace poolscope {

/// T itself, or const when it is written.
template <class T, class Plain>
concept Struct = std::same_as<std::remove_const_t<T>, Plain>;

/// What a number may be, and how many entries or characters a list or a text may have.
struct Limits {
  double low = -std::numeric_limits<double>::max(), high = std::numeric_limits<double>::max();
};
inline constexpr Limits kCount{0.0, 2147483647.0};
inline constexpr Limits kTextLimit{0.0, 1 << 20};

/// Those limits that a T can hold exactly.
template <class T>
constexpr Limits limits_of(Limits limits) {
  constexpr double exact = std::is_integral_v<T> ? 9007199254740992.0 : Limits{}.high;
  constexpr auto least = static_cast<double>(std::numeric_limits<T>::lowest());
  constexpr auto most = static_cast<double>(std::numeric_limits<T>::max());
  return {std::max({limits.low, -exact, least}), std::min({limits.high, exact, most})};
}

/// The words of an enum, in its order: specialise it with `static constexpr std::array kWords`.
template <class E>
struct WordsOf;

template <class E>
concept Worded = std::is_enum_v<E> && requires {
  WordsOf<E>::kWords;
};

template <>
struct WordsOf<DataFormat> {
  static constexpr std::array<std::string_view, 3> kWords{"unspecified", "channels_first",
                                                          "channels_last"};
};

/// What is written as a text of its own, such as a layer: specialise it with `text(value)` and
/// `parse(text)`, which gives a Result.
template <class T>
struct TextOf;

template <class T>
concept Textual = requires(const T& value) {
  TextOf<T>::text(value);
};

/// A value as a message shows it, on one line: a list or an object only by its kind.
std::string shown_json(const nlohmann::json& value);

/// The error `view.scale: 9 is found; a number from 1 to 2.5 is right`.
Error field_error(std::string_view path, const nlohmann::json& found, std::string_view right);

/// Puts the fields of a struct into a JSON object.
class FieldWriter {
 public:
  template <class T>
  static nlohmann::json written(const T& value) {
    FieldWriter writer;
    fields(writer, value);
    return std::move(writer.object_);
  }

  template <class T>
  void field(const char* name, const T& value, Limits = {}) {
    object_[name] = json_of(value);
  }
  /// A field that a reader does not do without.
  template <class T>
  void required(const char* name, const T& value, Limits = {}) {
    field(name, value);
  }

 private:
  template <class T>
  static nlohmann::json json_of(const T& value) {
    if constexpr (Worded<T>) {
      return WordsOf<T>::kWords[static_cast<std::size_t>(value)];
    } else if constexpr (Textual<T>) {
      return TextOf<T>::text(value);
    } else if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
      return value;
    } else {
      return written(value);
    }
  }
  template <class T>
  static nlohmann::json json_of(const std::vector<T>& list) {
    nlohmann::json array = nlohmann::json::array();
    for (const T& entry : list) array.push_back(json_of(entry));
    return array;
  }
  template <class T>
  static nlohmann::json json_of(const std::optional<T>& value) {
    return value ? json_of(*value) : nlohmann::json();
  }

  nlohmann::json object_ = nlohmann::json::object();
};

/// Gives a struct the fields of a JSON object: what is missing stays as it was, what is unknown is
/// passed over, and the first that is wrong is kept as the error.
class FieldReader {
 public:
  /// Reads `object`, which lies at `path` (empty for the whole).
  template <class T>
  static Result<void> read(const nlohmann::json& object, const std::string& path, T& value) {
    std::optional<Error> fault;
    read_struct(object, path, value, fault);
    if (fault) return tl::unexpected(*std::move(fault));
    return {};
  }

  template <class T>
  void field(const char* name, T& value, Limits limits = {}) {
    const auto found = object_.find(name);
    if (fault_ || found == object_.end()) return;
    read_value(*found, path_of(name), value, limits);
  }
  template <class T>
  void required(const char* name, T& value, Limits limits = {}) {
    if (!fault_ && !object_.contains(name)) fault_ = Error{path_of(name) + " is missing"};
    field(name, value, limits);
  }

 private:
  FieldReader(const nlohmann::json& object, std::string path, std::optional<Error>& fault)
      : object_(object), path_(std::move(path)), fault_(fault) {}

  std::string path_of(const char* name) const { return path_.empty() ? name : path_ + "." + name; }

  template <class T>
  static void read_struct(const nlohmann::json& object, const std::string& path, T& value,
                          std::optional<Error>& fault) {
    if (!object.is_object()) {
      fault = field_error(path, object, "an object");
      return;
    }
    FieldReader reader(object, path, fault);
    fields(reader, value);
  }

  void read_value(const nlohmann::json& json, const std::string& path, bool& value, Limits);
  void read_value(const nlohmann::json& json, const std::string& path, std::string& value,
                  Limits limits);
  /// A number within the limits, whole where `whole`; nothing, and the error, for anything else.
  std::optional<double> read_number(const nlohmann::json& json, const std::string& path,
                                    Limits limits, bool whole);
  /// The place of a word in the list; nothing, and the error, for any other.
  std::optional<std::size_t> read_word(const nlohmann::json& json, const std::string& path,
                                       const std::vector<std::string_view>& words);
  bool check_list(const nlohmann::json& json, const std::string& path, Limits limits);

  template <class T>
  void read_value(const nlohmann::json& json, const std::string& path, T& value, Limits limits) {
    if constexpr (Worded<T>) {
      const auto& words = WordsOf<T>::kWords;
      if (const auto index = read_word(json, path, {words.begin(), words.end()}))
        value = static_cast<T>(*index);
    } else if constexpr (std::is_arithmetic_v<T>) {
      if (const auto number = read_number(json, path, limits_of<T>(limits), std::is_integral_v<T>))
        value = static_cast<T>(*number);
    } else if constexpr (Textual<T>) {
      std::string text;
      read_value(json, path, text, limits);
      if (fault_) return;
      auto parsed = TextOf<T>::parse(text);
      if (parsed) {
        value = *std::move(parsed);
      } else {
        fault_ = Error{fmt::format("{}: {}", path, parsed.error().message)};
      }
    } else {
      read_struct(json, path, value, fault_);
    }
  }
  template <class T>
  void read_value(const nlohmann::json& json, const std::string& path, std::vector<T>& list,
                  Limits limits) {
    if (!check_list(json, path, limits)) return;
    std::vector<T> read(json.size());
    for (std::size_t i = 0; i < read.size() && !fault_; ++i)
      read_value(json[i], fmt::format("{}[{}]", path, i), read[i], {});
    if (!fault_) list = std::move(read);
  }
  template <class T>
  void read_value(const nlohmann::json& json, const std::string& path, std::optional<T>& value,
                  Limits limits) {
    if (json.is_null()) {
      value.reset();
    } else {
      read_value(json, path, value.emplace(), limits);
    }
  }

  const nlohmann::json& object_;
  std::string path_;
  std::optional<Error>& fault_;
};

}  // namespace poolscope
