#include "app/session_source.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "app/session_fields.h"
#include "core/io/base64.h"

namespace poolscope {

namespace fs = std::filesystem;
using nlohmann::json;

template <>
struct WordsOf<InputKind> {
  static constexpr std::array<std::string_view, 3> kWords{"image", "grid", "npy"};
};
template <class Io>
void fields(Io& io, Struct<Source> auto& source) {
  io.field("kind", source.array.kind);
  io.field("name", source.array.name);
  io.field("description", source.array.description);
  io.field("white", source.array.white, Limits{0.0, 1e30});
  io.field("notes", source.array.notes, Limits{0.0, 1000.0});
  io.field("rank", source.array.form.rank, Limits{2.0, 4.0});
  io.field("data_format", source.array.form.format);
  io.field("luma", source.luma);
}

namespace {

/// Values up to so many are written as numbers that can be read and typed.
constexpr std::int64_t kMaxNumbers = 4096;
const std::string kNumbers = "values", kBytes = "uint8", kFloats = "float32";

std::uint32_t bits_of(float value) { return std::bit_cast<std::uint32_t>(value); }

/// Whether json_number and back give the same bits: not for a NaN that carries a sign or a payload.
bool survives_as_number(float value) {
  return !std::isnan(value) || bits_of(value) == bits_of(std::numeric_limits<float>::quiet_NaN());
}

bool is_byte(float value) {
  return value >= 0.0F && value <= 255.0F && value == std::floor(value) &&
         bits_of(value) != bits_of(-0.0F);
}

bool all_bytes(const Tensor& tensor) {
  const auto values = tensor.values();
  return std::all_of(values.begin(), values.end(), is_byte);
}

std::int64_t embedded_size(const Tensor& tensor) {
  return tensor.shape().elements() * (all_bytes(tensor) ? 1 : 4);
}

/// Little-endian, whatever the machine.
std::vector<std::uint8_t> float_bytes(std::span<const float> values) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(values.size_bytes());
  for (const float value : values) {
    for (int shift = 0; shift < 32; shift += 8)
      bytes.push_back(static_cast<std::uint8_t>(bits_of(value) >> shift & 0xff));
  }
  return bytes;
}

void embed(const Tensor& tensor, json& object) {
  const auto values = tensor.values();
  const bool few = tensor.shape().elements() <= kMaxNumbers;
  if (few && std::all_of(values.begin(), values.end(), survives_as_number)) {
    json& numbers = object[kNumbers] = json::array();
    for (const float value : values) numbers.push_back(json_number(value));
  } else if (all_bytes(tensor)) {
    object[kBytes] = base64_text(std::vector<std::uint8_t>(values.begin(), values.end()));
  } else {
    object[kFloats] = base64_text(float_bytes(values));
  }
}

/// Tells whether a file still holds the same values. Source: FNV-1a, 64 bit, of their bits.
std::string checksum_of(const Tensor& tensor) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const float value : tensor.values()) hash = (hash ^ bits_of(value)) * 0x100000001b3U;
  return fmt::format("{:016x}", hash);
}

/// Whether a path of a session reaches out of its folder, by its words or by a link.
bool leaves_folder(const fs::path& path, const fs::path& folder) {
  if (path.is_absolute() || std::ranges::find(path, fs::path("..")) != path.end()) return true;
  std::error_code missing;
  const fs::path base = fs::canonical(folder.empty() ? "." : folder, missing);
  const fs::path real = fs::canonical(folder / path, missing);
  if (missing) return false;
  return std::ranges::mismatch(base, real).in1 != base.end();
}

/// The path as a session writes it: relative to its folder.
fs::path written_path(const Source& source, const SessionPlace& place) {
  if (source.path.empty()) return {};
  std::error_code ignored;
  const fs::path whole = fs::absolute(source.path, ignored).lexically_normal();
  if (!place.confined) return whole;
  return whole.lexically_proximate(fs::absolute(place.folder, ignored).lexically_normal());
}

/// Whether a reader of the session can open the file at that path.
bool is_in_reach(const fs::path& path, const SessionPlace& place) {
  const std::string text = path.string();
  if (text.empty() || (place.confined && leaves_folder(path, place.folder))) return false;
  // JSON holds no bytes that are not UTF-8.
  const auto back = parse_json(json_text(json(text)));
  std::error_code missing;
  return back && *back == json(text) && fs::is_regular_file(place.folder / path, missing);
}

template <std::size_t count>
Result<std::array<std::int64_t, count>> numbers_of(const json& object, const char* name) {
  const auto found = object.find(name);
  const std::string right = fmt::format("a list of {} whole numbers", count);
  if (found == object.end()) return failure(fmt::format("source.{} is missing", name));
  if (!found->is_array() || found->size() != count) {
    return tl::unexpected(field_error(fmt::format("source.{}", name), *found, right));
  }
  std::array<std::int64_t, count> numbers{};
  for (std::size_t i = 0; i < count; ++i) {
    const json& entry = (*found)[i];
    const bool whole = entry.is_number_integer() && entry >= 0 && entry <= kMaxAxis;
    if (!whole) {
      return tl::unexpected(field_error(fmt::format("source.{}[{}]", name, i), entry,
                                        fmt::format("a whole number from 0 to {}", kMaxAxis)));
    }
    numbers[i] = entry.get<std::int64_t>();
  }
  return numbers;
}

Result<Shape> shape_of_json(const json& object, const ArrayForm& form) {
  const auto axes = numbers_of<4>(object, "shape");
  if (!axes) return tl::unexpected(axes.error());
  const auto [n, c, h, w] = *axes;
  auto shape = checked_shape({n, c, h, w}, "source.shape");
  if (!shape) return shape;
  if (c < 1 || h < 1 || w < 1) {
    return failure(
        fmt::format("source.shape: {} holds no cell; only N may be 0", axes_text(*axes)));
  }
  if ((form.rank < 4 && n != 1) || (form.rank < 3 && c != 1)) {
    return failure(fmt::format("source.shape: {} does not fit an array of {} axes",
                               axes_text(*axes), form.rank));
  }
  return shape;
}

Result<std::vector<float>> values_of_numbers(const json& list) {
  if (!list.is_array()) {
    return tl::unexpected(field_error("source.values", list, "a list of numbers"));
  }
  std::vector<float> values;
  for (const json& entry : list) {
    const auto value = float_of_json(entry);
    if (!value) {
      return failure(fmt::format("source.values[{}]: {}", values.size(), value.error().message));
    }
    values.push_back(*value);
  }
  return values;
}

Result<std::vector<float>> values_of_base64(const json& text, const std::string& name) {
  if (!text.is_string()) {
    return tl::unexpected(field_error(fmt::format("source.{}", name), text, "base64"));
  }
  const auto bytes = parse_base64(text.get_ref<const std::string&>());
  if (!bytes) return failure(fmt::format("source.{}: {}", name, bytes.error().message));
  if (name == kBytes) return std::vector<float>(bytes->begin(), bytes->end());
  std::vector<float> values(bytes->size() / 4);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::bit_cast<float>(static_cast<std::uint32_t>(little_endian(*bytes, 4 * i, 4)));
  }
  return values;
}

/// The embedded values; nothing where the session names a file instead.
Result<std::optional<Tensor>> embedded_tensor(const json& object, const ArrayForm& form) {
  for (const std::string& name : {kNumbers, kBytes, kFloats}) {
    const auto found = object.find(name);
    if (found == object.end()) continue;
    const auto shape = shape_of_json(object, form);
    if (!shape) return tl::unexpected(shape.error());
    const auto values =
        name == kNumbers ? values_of_numbers(*found) : values_of_base64(*found, name);
    if (!values) return tl::unexpected(values.error());
    if (static_cast<std::int64_t>(values->size()) != shape->elements()) {
      return failure(fmt::format("source.{}: {} values are found; the shape has {}", name,
                                 values->size(), shape->elements()));
    }
    auto tensor = Tensor::copy_of(*shape, *values);
    if (!tensor) return tl::unexpected(tensor.error());
    return std::optional(*std::move(tensor));
  }
  return std::nullopt;
}

Result<ReadSource> source_of_file(const json& object, const fs::path& path, bool luma,
                                  const SessionPlace& place) {
  if (path.empty()) return failure("source: neither values nor the path of a file is given");
  if (place.confined && leaves_folder(path, place.folder)) {
    return failure(
        fmt::format("source.path: {} leaves the session's folder; only files in it or "
                    "below are read",
                    excerpt(path.string())));
  }
  const fs::path file = (place.folder / path).lexically_normal();
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    return failure(fmt::format("source.path: {} is missing; put it back and open the session again",
                               file.string()));
  }
  auto array = read_input(file);
  if (!array) return failure(fmt::format("source.path: {}", array.error().message));
  ReadSource read{{std::move(*array), file, luma}, {}};
  const auto found = object.find("checksum");
  if (found != object.end() && *found != checksum_of(read.source.array.tensor)) {
    read.notes.push_back(fmt::format("{} has other values than when the session was saved",
                                     read.source.path.string()));
  }
  return read;
}

}  // namespace

Result<json> source_json(const Source& source, const SessionPlace& place) {
  json object = FieldWriter::written(source);
  const Tensor& tensor = source.array.tensor;
  const Shape& shape = tensor.shape();
  object["shape"] = {shape.n, shape.c, shape.h, shape.w};
  const fs::path path = written_path(source, place);
  if (!path.empty()) object["path"] = path.string();
  const std::int64_t size = embedded_size(tensor);
  if (size > kSmallInput && is_in_reach(path, place)) {
    object["checksum"] = checksum_of(tensor);
    return object;
  }
  if (size > kLargestEmbedded) {
    return failure(fmt::format(
        "{} takes {} MiB, and a session holds at most {} MiB: save the session beside its file",
        source.array.name.empty() ? "the input" : source.array.name, size >> 20,
        kLargestEmbedded >> 20));
  }
  embed(tensor, object);
  return object;
}

Result<ReadSource> source_of_json(const json& object, const SessionPlace& place) {
  Source source;
  source.array.form.rank = 4;
  if (auto read = FieldReader::read(object, "source", source); !read)
    return tl::unexpected(read.error());
  const auto named = object.find("path");
  if (named != object.end() && !named->is_string())
    return tl::unexpected(field_error("source.path", *named, "a text"));
  const fs::path path = named == object.end() ? "" : named->get<std::string>();
  auto tensor = embedded_tensor(object, source.array.form);
  if (!tensor) return tl::unexpected(tensor.error());
  Result<ReadSource> read = ReadSource{source, {}};
  if (*tensor) {
    read->source.array.tensor = **std::move(tensor);
    if (!path.empty()) read->source.path = (place.folder / path).lexically_normal();
  } else {
    read = source_of_file(object, path, source.luma, place);
  }
  if (read && source.luma && read->source.array.tensor.shape().c < 3) {
    return failure(fmt::format("source.luma: true is found; a source of {} channels has no luma",
                               read->source.array.tensor.shape().c));
  }
  return read;
}

}  // namespace poolscope
