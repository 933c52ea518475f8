#include "app/model_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "core/engines/torch_room.h"

namespace poolscope {

bool is_model_name(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 4> kExtensions{".pt", ".pth", ".ts", ".torchscript"};
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return std::ranges::count(kExtensions, extension) > 0;
}

Result<OpenModelFile> open_model_file(const std::filesystem::path& path) {
  const auto room = torch_room();
  if (!room) return tl::unexpected(room.error());
  auto model = (*room)->open_model(path);
  if (!model) return tl::unexpected(model.error());
  return OpenModelFile{path, std::move(*model)};
}

}  // namespace poolscope
