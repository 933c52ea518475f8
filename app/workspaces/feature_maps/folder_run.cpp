#include "app/workspaces/feature_maps/folder_run.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/io/input.h"
#include "core/models/top_k.h"

namespace poolscope {
namespace {

namespace fs = std::filesystem;

std::string plain(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char letter) {
    return letter == '-' || letter == '_' ? ' ' : static_cast<char>(std::tolower(letter));
  });
  return result;
}

/// The first class of each of the two models.
Result<std::pair<std::size_t, std::size_t>> first_classes(const FolderRequest& request,
                                                          const fs::path& image,
                                                          const std::atomic<bool>& cancelled) {
  const auto array = read_input(image);
  if (!array) return tl::unexpected(array.error());
  const auto input = model_input(*array, request.preprocessing);
  if (!input) return tl::unexpected(input.error());
  ModelRequest run{input->values, input->axes};
  run.budget = 0;
  run.cancelled = &cancelled;
  std::array<std::size_t, 2> first{};
  for (std::size_t& index : first) {
    const auto done = request.model->run(run);
    if (!done) return tl::unexpected(done.error());
    const auto classes = top_classes(done->output, 1);
    if (!classes) return tl::unexpected(classes.error());
    if (classes->empty()) return failure("the model's output has no classes");
    index = classes->front().index;
    run.swaps = request.swaps;
  }
  return std::pair{first[0], first[1]};
}

}  // namespace

std::vector<fs::path> images_in(const fs::path& folder) {
  constexpr std::array<std::string_view, 7> kExtensions{".png", ".jpg", ".jpeg", ".bmp",
                                                        ".tga", ".psd", ".hdr"};
  std::vector<fs::path> images;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string extension = plain(entry.path().extension().string());
    if (std::ranges::count(kExtensions, extension) > 0 && entry.is_regular_file(error))
      images.push_back(entry.path());
  }
  std::ranges::sort(images);
  return images;
}

std::optional<std::size_t> class_of_name(const fs::path& image,
                                         const std::vector<std::string>& labels) {
  const std::string name = plain(image.stem().string());
  const std::string folder = plain(image.parent_path().filename().string());
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::string label = plain(labels[i]);
    if (label.empty() || (folder != label && !name.starts_with(label))) continue;
    // Of `lake` and `lake shore` the longer one is meant.
    if (!best || labels[*best].size() < label.size()) best = i;
  }
  return best;
}

FolderResult compare_over(const FolderRequest& request, std::atomic<std::int64_t>& done,
                          const std::atomic<bool>& cancelled) {
  FolderResult result;
  for (const fs::path& image : request.images) {
    if (cancelled) return result;
    const auto first = first_classes(request, image, cancelled);
    ++done;
    if (!first) {
      if (result.failed++ == 0) result.error = first.error().message;
      continue;
    }
    ++result.images;
    result.same_class += first->first == first->second ? 1 : 0;
    const auto truth = class_of_name(image, request.labels);
    if (!truth) continue;
    ++result.known;
    result.right_before += first->first == *truth ? 1 : 0;
    result.right_after += first->second == *truth ? 1 : 0;
  }
  return result;
}

}  // namespace poolscope
