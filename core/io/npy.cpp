#include "core/io/npy.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "core/io/file.h"
#include "core/io/npy_header.h"

namespace poolscope {
namespace {

static_assert(std::endian::native == std::endian::little, "values are copied as they are stored");

constexpr std::string_view kMagic = "\x93NUMPY";

/// What a conversion to float32 lost.
struct Losses {
  std::int64_t rounded = 0;   ///< Integers that float32 cannot hold.
  std::int64_t infinite = 0;  ///< Finite numbers beyond float32's range.
};

/// IEEE 754 binary16, kept in a type of its own so that the table below can name it.
struct Half {
  std::uint16_t bits = 0;
};

float to_float(Half half) {
  const float sign = half.bits & 0x8000 ? -1.0F : 1.0F;
  const int exponent = half.bits >> 10 & 31;
  const auto fraction = static_cast<float>(half.bits & 1023);
  if (exponent == 31) {
    return fraction == 0.0F ? sign * std::numeric_limits<float>::infinity()
                            : std::numeric_limits<float>::quiet_NaN();
  }
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(fraction + 1024.0F, exponent - 25);
}

/// One value as float32, with its losses counted.
template <class T>
float converted(T value, Losses& losses) {
  if constexpr (std::is_same_v<T, Half>) {
    return to_float(value);
  } else if constexpr (std::is_same_v<T, bool>) {
    return value ? 1.0F : 0.0F;
  } else {
    const auto result = static_cast<float>(value);
    if constexpr (std::is_same_v<T, double>) {
      losses.infinite += std::isinf(result) && !std::isinf(value);
    } else if constexpr (sizeof(T) >= 4 && !std::is_same_v<T, float>) {
      // long double holds every 64-bit integer and every float.
      losses.rounded += static_cast<long double>(result) != static_cast<long double>(value);
    }
    return result;
  }
}

template <class T>
T stored(const std::uint8_t* at, bool swapped) {
  if constexpr (std::is_same_v<T, bool>) {
    return *at != 0;
  } else {
    std::array<std::uint8_t, sizeof(T)> bytes;
    std::memcpy(bytes.data(), at, sizeof(T));
    if (swapped) std::reverse(bytes.begin(), bytes.end());
    return std::bit_cast<T>(bytes);
  }
}

/// The values at `data`, one after the other, into `out`.
template <class T>
Losses convert(const std::uint8_t* data, bool swapped, std::span<float> out) {
  Losses losses;
  for (float& value : out) {
    value = converted(stored<T>(data, swapped), losses);
    data += sizeof(T);
  }
  return losses;
}

struct NpyType {
  std::string_view code;  ///< As in descr, without the byte order.
  std::string_view name;
  std::int64_t size;
  Losses (*convert)(const std::uint8_t* data, bool swapped, std::span<float> out);
};

constexpr NpyType kTypes[] = {
    {"b1", "bool", 1, convert<bool>},          {"?", "bool", 1, convert<bool>},
    {"i1", "int8", 1, convert<std::int8_t>},   {"u1", "uint8", 1, convert<std::uint8_t>},
    {"i2", "int16", 2, convert<std::int16_t>}, {"u2", "uint16", 2, convert<std::uint16_t>},
    {"i4", "int32", 4, convert<std::int32_t>}, {"u4", "uint32", 4, convert<std::uint32_t>},
    {"i8", "int64", 8, convert<std::int64_t>}, {"u8", "uint64", 8, convert<std::uint64_t>},
    {"f2", "float16", 2, convert<Half>},       {"f4", "float32", 4, convert<float>},
    {"f8", "float64", 8, convert<double>},
};

/// The name of a type that is not read, for the message.
std::string refused_name(std::string_view code) {
  switch (code.empty() ? '\0' : code[0]) {
    case 'c':
      return "complex numbers";
    case 'S':
    case 'a':
    case 'U':
      return "text";
    case 'M':
    case 'm':
      return "dates or times";
    case 'O':
      return "Python objects";
    case 'V':
      return "records";
    case 'f':
      return "wide floating point";
    default:
      return "an unknown type";
  }
}

struct TypeFound {
  const NpyType* type;
  bool swapped;
};

Result<TypeFound> find_type(std::string_view descr) {
  std::string_view code = descr;
  const bool ordered = !code.empty() && std::string_view("<>|=").find(code[0]) != code.npos;
  const bool swapped = ordered && code[0] == '>';
  if (ordered) code.remove_prefix(1);
  for (const NpyType& type : kTypes) {
    if (type.code == code) return TypeFound{&type, swapped};
  }
  return failure(fmt::format(
      "an array of {} ({}) is not read; bool, int8 to uint64 and float16 to float64 are",
      refused_name(code), excerpt(descr)));
}

/// The values of an array that was stored with its first axis running fastest, in C order.
Result<Tensor> from_fortran_order(const Tensor& stored, const Shape& shape) {
  auto buffer = Buffer<float>::allocate(shape.elements());
  if (!buffer) return tl::unexpected(buffer.error());
  std::int64_t to = 0;
  for (std::int64_t n = 0; n < shape.n; ++n) {
    for (std::int64_t c = 0; c < shape.c; ++c) {
      for (std::int64_t y = 0; y < shape.h; ++y) {
        for (std::int64_t x = 0; x < shape.w; ++x) {
          (*buffer)[to++] = stored.data()[n + shape.n * (c + shape.c * (y + shape.h * x))];
        }
      }
    }
  }
  return Tensor(shape, std::move(*buffer));
}

Result<void> check_size(Bytes data, const Shape& shape, const NpyHeader& header,
                        const NpyType& type) {
  const std::int64_t needed = shape.elements() * type.size;
  const auto found = static_cast<std::int64_t>(data.size());
  if (found == needed) return {};
  return failure(fmt::format("{}: {} of {} needs {} bytes of values, the file has {}",
                             found < needed ? "truncated" : "too long", axes_text(header.axes),
                             type.name, needed, found));
}

std::vector<std::string> notes_of(const NpyType& type, const Losses& losses) {
  if (type.name == "float32") return {};
  std::string note = fmt::format("{} converted to float32", type.name);
  if (losses.rounded > 0) {
    note += fmt::format("; {} beyond 2^24 rounded", losses.rounded);
  }
  if (losses.infinite > 0) {
    note += fmt::format("; {} beyond float32's range became infinite", losses.infinite);
  }
  return {note};
}

Result<LoadedArray> load(Bytes data, const NpyHeader& header, const Shape& shape,
                         const TypeFound& found) {
  auto buffer = Buffer<float>::allocate(shape.elements());
  if (!buffer) return tl::unexpected(buffer.error());
  const Losses losses = found.type->convert(data.data(), found.swapped, buffer->span());
  Result<Tensor> tensor = Tensor(shape, std::move(*buffer));
  if (header.fortran_order) tensor = from_fortran_order(*tensor, shape);
  if (!tensor) return tl::unexpected(tensor.error());
  LoadedArray array;
  array.tensor = *tensor;
  array.form = {static_cast<int>(header.axes.size()), DataFormat::channels_first, 2};
  array.kind = InputKind::npy;
  array.description = fmt::format("{}, {} axes", found.type->name, header.axes.size());
  array.notes = notes_of(*found.type, losses);
  return array;
}

/// The magic, version 1 and the header, padded with spaces so that the values begin at a multiple
/// of 64, as numpy writes it.
std::string written_header(std::string_view descr, std::span<const std::int64_t> axes) {
  const std::string dictionary =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr,
                  fmt::join(axes, ", "), axes.size() == 1 ? "," : "");
  constexpr std::size_t before = 10, alignment = 64;
  const std::size_t total =
      (before + dictionary.size() + 1 + alignment - 1) / alignment * alignment;
  const std::size_t length = total - before;
  POOLSCOPE_CHECK(length < 65536);
  std::string header(kMagic);
  header += {'\x01', '\x00', static_cast<char>(length & 255), static_cast<char>(length >> 8)};
  header += dictionary;
  header.resize(total - 1, ' ');
  return header + '\n';
}

template <class T>
Result<void> write_values(const std::filesystem::path& path, std::string_view descr,
                          std::span<const T> values, std::span<const std::int64_t> axes) {
  std::int64_t elements = 1;
  for (const std::int64_t axis : axes) elements *= axis;
  POOLSCOPE_CHECK(elements == static_cast<std::int64_t>(values.size()));
  const std::string header = written_header(descr, axes);
  return write_file(path, {bytes_of<char>(header), bytes_of(values)});
}

}  // namespace

bool looks_like_npy(Bytes bytes) { return begins_with(bytes, kMagic); }

Result<LoadedArray> parse_npy(Bytes bytes) {
  const auto header = parse_npy_header(bytes);
  if (!header) return tl::unexpected(header.error());
  const auto found = find_type(header->descr);
  if (!found) return tl::unexpected(found.error());
  const auto shape = shape_of_axes(header->axes, DataFormat::channels_first, "shape");
  if (!shape) return tl::unexpected(shape.error());
  const Bytes data = bytes.subspan(header->data_begin);
  if (auto sized = check_size(data, *shape, *header, *found->type); !sized) {
    return tl::unexpected(sized.error());
  }
  return load(data, *header, *shape, *found);
}

Result<LoadedArray> read_npy(const std::filesystem::path& path) {
  return read_with(parse_npy, path);
}

Result<void> write_npy(const std::filesystem::path& path, std::span<const float> values,
                       std::span<const std::int64_t> axes) {
  return write_values(path, "<f4", values, axes);
}

Result<void> write_npy(const std::filesystem::path& path, std::span<const std::int64_t> values,
                       std::span<const std::int64_t> axes) {
  return write_values(path, "<i8", values, axes);
}

}  // namespace poolscope
