#include "core/base/resources.h"

#include <string>
#include <vector>

#include <fmt/format.h>

namespace poolscope {
namespace {

namespace fs = std::filesystem;

constexpr int kParentsSearched = 3;

Result<std::vector<fs::path>> resource_folders() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return failure(fmt::format("/proc/self/exe: {}", error.message()));
  std::vector<fs::path> folders;
  fs::path folder = program.parent_path();
  const fs::path installed = folder.parent_path() / "share" / "poolscope";
  for (int level = 0; level <= kParentsSearched; ++level) {
    folders.push_back(folder);
    if (!folder.has_relative_path()) break;
    folder = folder.parent_path();
  }
  folders.push_back(installed);
  return folders;
}

}  // namespace

Result<fs::path> resource_path(std::string_view relative) {
  const auto folders = resource_folders();
  if (!folders) return tl::unexpected(folders.error());
  std::string searched;
  for (const fs::path& folder : *folders) {
    std::error_code error;
    if (fs::exists(folder / relative, error)) return folder / relative;
    searched += (searched.empty() ? "" : ", ") + folder.string();
  }
  return failure(fmt::format("{}: not found beside the program; looked in {}", relative, searched));
}

}  // namespace poolscope
