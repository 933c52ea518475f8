#include "core/models/script_archive.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/io/zip_archive.h"
#include "core/models/script_code.h"

namespace poolscope {
namespace {

constexpr std::uint64_t kMaxCode = std::uint64_t{16} << 20;
constexpr std::uint64_t kMaxPickle = std::uint64_t{1} << 30;

constexpr const char* kExport =
    "a TorchScript model is needed: torch.jit.script(model.eval()).save(\"model.pt\")";

tl::unexpected<Error> not_a_script(std::string_view what) {
  return failure(fmt::format("{}; {}", what, kExport));
}

bool is_code(std::string_view name) {
  return name.find("/code/") != std::string_view::npos && name.ends_with(".py");
}
bool is_pickle(std::string_view name) { return name.ends_with(".pkl"); }
bool is_data(std::string_view name) { return name.ends_with("/data.pkl"); }

/// What a file says that LibTorch's Python part wrote, which only Python can read.
Result<void> describe_pickle(const ZipArchive& archive) {
  const auto& members = archive.members();
  const auto data = std::ranges::find_if(members, is_data, &ZipArchive::Member::name);
  if (data == members.end()) return not_a_script("a zip archive without a model");
  const auto bytes = archive.read(static_cast<std::size_t>(data - members.begin()), kMaxPickle);
  if (!bytes) return tl::unexpected(bytes.error());
  const std::string_view text = text_of(*bytes);
  const bool module = text.find("_modules") != std::string_view::npos;
  return not_a_script(module ? "a pickled module, which needs its Python source to be opened"
                             : "weights without their network (a state_dict, or tensors)");
}

/// Classes that a pickle would make, of libraries whose constructors touch files.
Result<void> check_member(std::string_view name, std::string_view text) {
  constexpr std::string_view kClasses = "__torch__.torch.classes.";
  std::optional<std::string> danger;
  if (is_code(name)) {
    danger = file_access(text);
  } else {
    for (auto at = text.find(kClasses); at != std::string_view::npos && !danger;
         at = text.find(kClasses, at + 1)) {
      danger = file_access(text.substr(at, text.find('\n', at) - at));
    }
  }
  if (!danger) return {};
  return failure(
      fmt::format("refused: its code ({}) uses {}, which can read or write files", name, *danger));
}

/// LibTorch stores weights as they are, so a file that grows much as it is read was made to fill
/// the memory.
Result<void> check_growth(const ZipArchive& archive, std::size_t packed) {
  constexpr std::uint64_t kMuch = 64, kFree = std::uint64_t{64} << 20;
  std::uint64_t unpacked = 0;
  for (const auto& member : archive.members()) unpacked += member.bytes;
  if (unpacked <= kFree + kMuch * packed) return {};
  return failure(fmt::format("refused: {} bytes unpack to {}, as no model does", packed, unpacked));
}

Result<void> check_members(const ZipArchive& archive) {
  const auto& members = archive.members();
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string& name = members[i].name;
    if (!is_code(name) && !is_pickle(name)) continue;
    const auto bytes = archive.read(i, is_code(name) ? kMaxCode : kMaxPickle);
    if (!bytes) return tl::unexpected(bytes.error());
    if (auto checked = check_member(name, text_of(*bytes)); !checked) return checked;
  }
  return {};
}

}  // namespace

Result<void> check_script_archive(Bytes bytes) {
  if (bytes.empty()) return not_a_script("the file is empty");
  if (begins_with(bytes, "\x80")) return not_a_script("a Python pickle");
  if (!begins_with(bytes, "PK")) {
    return not_a_script(
        fmt::format("not a TorchScript file, it begins with {}", first_bytes(bytes)));
  }
  const auto archive = ZipArchive::open(bytes);
  if (!archive) return tl::unexpected(archive.error());
  if (auto grown = check_growth(*archive, bytes.size()); !grown) return grown;
  if (std::ranges::none_of(archive->members(), is_code, &ZipArchive::Member::name)) {
    return describe_pickle(*archive);
  }
  return check_members(*archive);
}

}  // namespace poolscope
