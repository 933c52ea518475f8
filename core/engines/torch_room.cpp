#include "core/engines/torch_room.h"

#include <filesystem>

#include <dlfcn.h>
#include <fmt/format.h>

namespace poolscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLibrary = "libpoolscope_torch.so";

/// The folder of the library that this code is in.
Result<fs::path> own_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&torch_room), &info) == 0) {
    return failure("the folder of libpoolscope_core.so cannot be found");
  }
  std::error_code error;
  const fs::path library = fs::canonical(info.dli_fname, error);
  if (error) return failure(fmt::format("{}: {}", info.dli_fname, error.message()));
  return library.parent_path();
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

Result<const TorchRoom*> open_room() {
  const auto folder = own_folder();
  if (!folder) return tl::unexpected(folder.error());
  const fs::path path = *folder / kLibrary;
  if (!is_there(path)) {
    return failure(fmt::format("{} is not in {}; install the package libtorch-dev and build again",
                               kLibrary, folder->string()));
  }
  // Never closed: its engine lives as long as the program.
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return failure(fmt::format("{}; is the package libtorch-dev installed?", dlerror()));
  }
  const auto room = reinterpret_cast<TorchRoomFunction>(dlsym(library, kTorchRoomFunction));
  if (room == nullptr) {
    return failure(
        fmt::format("{} has no function {}; build it again", path.string(), kTorchRoomFunction));
  }
  std::string reason;
  const TorchRoom* const opened = room(reason);
  if (opened == nullptr) return failure(fmt::format("LibTorch cannot be used: {}", reason));
  return opened;
}

}  // namespace

bool has_torch_library() {
  const auto folder = own_folder();
  return folder && is_there(*folder / kLibrary);
}

Result<const TorchRoom*> torch_room() {
  static const Result<const TorchRoom*> room = open_room();
  return room;
}

}  // namespace poolscope
