#include "core/torch/saved_tensor.h"

#include <torch/csrc/jit/serialization/pickle.h>

#include "core/io/file.h"
#include "core/io/zip_archive.h"
#include "core/torch/libtorch.h"
#include "core/torch/script_capture.h"

namespace poolscope {
namespace {

Result<void> check_saved(Bytes bytes) {
  const auto archive = ZipArchive::open(bytes);
  if (!archive) {
    return failure(archive.error().message + "; what torch.save() wrote since PyTorch 1.6 is one");
  }
  for (const auto& member : archive->members()) {
    if (member.name.find("/code/") != std::string::npos) {
      return failure("a TorchScript model; a tensor that torch.save() wrote is wanted");
    }
  }
  return {};
}

Result<ModelMap> unpickled(Bytes bytes) {
  if (auto good = check_saved(bytes); !good) return tl::unexpected(good.error());
  return libtorch::guarded([&]() -> Result<ModelMap> {
    const std::string_view text = text_of(bytes);
    const at::Tensor tensor =
        libtorch::first_tensor(torch::jit::pickle_load({text.begin(), text.end()}));
    if (!tensor.defined()) return failure("no tensor inside");
    return libtorch::map_of(tensor.cpu(), true);
  });
}

}  // namespace

Result<ModelMap> read_saved_tensor(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  auto map = unpickled(*bytes);
  if (!map) return tl::unexpected(about_file(path, map.error()));
  return map;
}

}  // namespace poolscope
