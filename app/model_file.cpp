#include "app/model_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include <fmt/format.h>

#include "core/engines/torch_room.h"
#include "core/io/npz.h"

namespace poolscope {

bool is_model_name(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 4> kExtensions{".pt", ".pth", ".ts", ".torchscript"};
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return std::ranges::count(kExtensions, extension) > 0;
}

Result<LoadedArray> read_model_array(const std::filesystem::path& path, std::string_view member) {
  if (!is_model_name(path)) return read_input(path, member);
  if (!member.empty()) return tl::unexpected(no_member(path, member));
  const auto room = torch_room();
  if (!room) return tl::unexpected(room.error());
  const auto tensor = (*room)->read_tensor(path);
  if (!tensor) return tl::unexpected(tensor.error());
  const auto shape = shape_of_axes(tensor->axes, DataFormat::channels_first, path.string());
  if (!shape) return tl::unexpected(shape.error());
  auto values = Tensor::copy_of(*shape, tensor->values.values());
  if (!values) return tl::unexpected(values.error());
  LoadedArray array;
  array.tensor = std::move(*values);
  const auto rank = static_cast<int>(tensor->axes.size());
  array.form = {rank, DataFormat::channels_first, 2};
  array.kind = InputKind::npy;
  array.name = path.filename().string();
  array.description = fmt::format("{}, {} axes", tensor->type, rank);
  return array;
}

Result<OpenModelFile> open_model_file(const std::filesystem::path& path,
                                      const std::string& device) {
  const auto room = torch_room();
  if (!room) return tl::unexpected(room.error());
  auto model = (*room)->open_model(path, device);
  if (!model) return tl::unexpected(model.error());
  return OpenModelFile{path, std::move(*model), device};
}

}  // namespace poolscope
