#include "core/io/input.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "core/io/file.h"
#include "core/io/grid_text.h"
#include "core/io/image_io.h"
#include "core/io/npy.h"
#include "core/io/npz.h"

namespace poolscope {
namespace {

Result<LoadedArray> parse_grid_bytes(Bytes bytes) { return parse_grid(text_of(bytes)); }

struct Reader {
  std::string_view article, name;
  std::array<std::string_view, 2> extensions;
  bool (*looks_like)(Bytes);  ///< Null where the content does not tell.
  Result<LoadedArray> (*parse)(Bytes);
};

/// Every format that can be opened. TGA has no magic bytes, so it is looked for last.
constexpr Reader kReaders[] = {
    {"a", "PNG", {".png"}, looks_like_png, parse_image<inspect_png>},
    {"a", "JPEG", {".jpg", ".jpeg"}, looks_like_jpeg, parse_image<inspect_jpeg>},
    {"a", "BMP", {".bmp"}, looks_like_bmp, parse_image<inspect_bmp>},
    {"a", "PSD", {".psd"}, looks_like_psd, parse_image<inspect_psd>},
    {"an", "HDR", {".hdr"}, looks_like_hdr, parse_image<inspect_hdr>},
    {"an", "npy", {".npy"}, looks_like_npy, parse_npy},
    {"an", "npz", {".npz"}, looks_like_npz, [](Bytes bytes) { return parse_npz(bytes); }},
    {"a", "TGA", {".tga"}, looks_like_tga, parse_image<inspect_tga>},
    {"a", "grid text", {".txt", ".csv"}, nullptr, parse_grid_bytes},
};

std::string lower_case_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

const Reader* reader_for_content(Bytes bytes) {
  const auto found = std::find_if(std::begin(kReaders), std::end(kReaders), [&](const Reader& r) {
    return r.looks_like != nullptr && r.looks_like(bytes);
  });
  return found == std::end(kReaders) ? nullptr : found;
}

const Reader* reader_for_extension(std::string_view extension) {
  if (extension.empty()) return nullptr;
  const auto found = std::find_if(std::begin(kReaders), std::end(kReaders), [&](const Reader& r) {
    return r.extensions[0] == extension || r.extensions[1] == extension;
  });
  return found == std::end(kReaders) ? nullptr : found;
}

/// Where the content does not tell, the extensions that do.
std::string what_works() {
  std::string names;
  for (const Reader& reader : kReaders) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", reader.name);
    if (reader.looks_like == nullptr) {
      names += fmt::format(" ({})", fmt::join(reader.extensions, ", "));
    }
  }
  return fmt::format("what is read: {}", names);
}

Result<const Reader*> choose_reader(Bytes bytes, const std::filesystem::path& name) {
  if (bytes.empty()) return failure("the file is empty");
  if (const Reader* reader = reader_for_content(bytes)) return reader;
  const std::string extension = lower_case_extension(name);
  const Reader* reader = reader_for_extension(extension);
  if (reader == nullptr) {
    return failure(fmt::format("unknown type ({}); {}",
                               extension.empty() ? "no extension" : extension, what_works()));
  }
  if (reader->looks_like == nullptr) return reader;
  return failure(fmt::format("not {} {}: it begins with {}; {}", reader->article, reader->name,
                             first_bytes(bytes), what_works()));
}

Result<LoadedArray> named(const std::filesystem::path& path, Result<LoadedArray> array) {
  if (!array) return tl::unexpected(about_file(path, array.error()));
  array->name = path.filename().string();
  return array;
}

}  // namespace

Result<LoadedArray> parse_input(Bytes bytes, const std::filesystem::path& name) {
  const auto reader = choose_reader(bytes, name);
  if (!reader) return tl::unexpected(reader.error());
  return (*reader)->parse(bytes);
}

Result<LoadedArray> read_input(const std::filesystem::path& path, std::string_view member) {
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  if (member.empty()) return named(path, parse_input(*bytes, path));
  if (!looks_like_npz(*bytes)) return tl::unexpected(no_member(path, member));
  return named(path, parse_npz(*bytes, member));
}

std::vector<std::string_view> input_extensions() {
  std::vector<std::string_view> extensions;
  for (const Reader& reader : kReaders) {
    for (const std::string_view extension : reader.extensions) {
      if (!extension.empty()) extensions.push_back(extension);
    }
  }
  return extensions;
}

Result<LoadedArray> read_with(Result<LoadedArray> (*parse)(Bytes),
                              const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  if (bytes->empty()) return failure(fmt::format("{}: the file is empty", path.string()));
  return named(path, parse(*bytes));
}

}  // namespace poolscope
