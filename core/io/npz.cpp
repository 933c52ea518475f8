#include "core/io/npz.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/io/npy.h"
#include "core/io/zip_archive.h"

namespace poolscope {
namespace {

constexpr std::string_view kExtension = ".npy";

struct NamedMember {
  std::size_t index;
  std::string name;  ///< As numpy.load has it: without its extension.
};

std::vector<NamedMember> arrays_of(const ZipArchive& archive) {
  std::vector<NamedMember> arrays;
  for (std::size_t i = 0; i < archive.members().size(); ++i) {
    const std::string& name = archive.members()[i].name;
    if (!name.ends_with(kExtension)) continue;
    arrays.push_back({i, name.substr(0, name.size() - kExtension.size())});
  }
  return arrays;
}

/// `x is read; not y, z`; empty where there are none.
std::optional<std::string> others_note(const std::vector<NamedMember>& arrays, std::size_t taken) {
  if (arrays.size() < 2) return {};
  std::string others;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    if (i != taken) others += (others.empty() ? "" : ", ") + arrays[i].name;
  }
  return fmt::format("{} is read; not {}", arrays[taken].name, others);
}

Result<LoadedArray> read_member(const ZipArchive& archive, std::size_t index) {
  const auto bytes = archive.read(index, ZipArchive::kMaxUnpacked);
  return bytes ? parse_npy(*bytes) : tl::unexpected(bytes.error());
}

}  // namespace

Result<LoadedArray> parse_npz(Bytes bytes, std::string_view member) {
  const auto archive = ZipArchive::open(bytes);
  if (!archive) return tl::unexpected(archive.error());
  const auto arrays = arrays_of(*archive);
  if (arrays.empty()) return failure("the zip archive holds no .npy array");
  std::vector<std::string> names;
  for (const NamedMember& array : arrays) names.push_back(array.name);
  if (!member.empty() && std::ranges::count(names, member) == 0)
    return failure(fmt::format("no array {}; there are {}", member, fmt::join(names, ", ")));
  std::optional<Error> first;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    if (!member.empty() && names[i] != member) continue;
    auto array = read_member(*archive, arrays[i].index);
    if (!array && !first) first = Error{fmt::format("{}: {}", names[i], array.error().message)};
    if (!array) continue;
    array->description = fmt::format("{}: {}", names[i], array->description);
    if (auto note = others_note(arrays, i); note && member.empty())
      array->notes.push_back(std::move(*note));
    array->member = names[i];
    array->members = std::move(names);
    return array;
  }
  return tl::unexpected(*first);
}

Error no_member(const std::filesystem::path& path, std::string_view member) {
  return {fmt::format("{}: no array {}; only .npz files hold several", path.string(), member)};
}

bool looks_like_npz(Bytes bytes) { return begins_with(bytes, "PK\3\4"); }

}  // namespace poolscope
