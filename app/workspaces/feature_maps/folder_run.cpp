#include "app/workspaces/feature_maps/folder_run.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

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

/// Mean of the finite values; 0 without any.
double mean_of(const Tensor& map) {
  double sum = 0.0;
  std::int64_t count = 0;
  for (const float value : map.values()) {
    if (!std::isfinite(value)) continue;
    sum += static_cast<double>(value);
    ++count;
  }
  return count == 0 ? 0.0 : sum / static_cast<double>(count);
}

/// Those whose means are taken: pools, and convolutions with a stride.
std::vector<std::size_t> compared_layers(const Model& model) {
  std::vector<std::size_t> layers;
  for (std::size_t i = 0; i < model.layers().size(); ++i)
    if (model.layers()[i].is_pooling && !model.layers()[i].is_container) layers.push_back(i);
  return layers;
}

/// A model's first class, and the means of the compared layers' maps.
struct Answer {
  std::size_t first = 0;
  std::vector<double> means;
};

/// Those of the two models.
Result<std::array<Answer, 2>> answers_on(const FolderRequest& request, const fs::path& image,
                                         const std::vector<std::size_t>& layers,
                                         const std::atomic<bool>& cancelled) {
  const auto array = read_input(image);
  if (!array) return tl::unexpected(array.error());
  const auto input = model_input(*array, request.preprocessing);
  if (!input) return tl::unexpected(input.error());
  ModelRequest run{input->values, input->axes};
  run.wanted = layers;
  // Without any pool nothing is wanted, not everything.
  if (layers.empty()) run.budget = 0;
  run.cancelled = &cancelled;
  std::array<Answer, 2> answers{};
  for (Answer& answer : answers) {
    const auto done = request.model->run(run);
    if (!done) return tl::unexpected(done.error());
    const auto classes = top_classes(done->output, 1);
    if (!classes) return tl::unexpected(classes.error());
    if (classes->empty()) return failure("the model's output has no classes");
    answer.first = classes->front().index;
    for (const std::size_t layer : layers)
      answer.means.push_back(mean_of(done->maps[layer].values));
    run.swaps = request.swaps;
  }
  return answers;
}

void add_images(const fs::path& folder, std::vector<fs::path>& images) {
  constexpr std::array<std::string_view, 7> kExtensions{".png", ".jpg", ".jpeg", ".bmp",
                                                        ".tga", ".psd", ".hdr"};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string extension = plain(entry.path().extension().string());
    if (std::ranges::count(kExtensions, extension) > 0 && entry.is_regular_file(error))
      images.push_back(entry.path());
  }
}

}  // namespace

std::vector<fs::path> images_in(const fs::path& folder, const std::vector<std::string>& labels) {
  const auto is_folder_name = [&](const std::string& label) {
    return !label.empty() && plain(label) == plain(folder.filename().string());
  };
  std::vector<fs::path> images;
  if (std::ranges::none_of(labels, is_folder_name)) {
    add_images(folder, images);
  } else {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder.parent_path(), error))
      if (entry.is_directory(error)) add_images(entry.path(), images);
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
  const auto layers = compared_layers(*request.model);
  for (const fs::path& image : request.images) {
    if (cancelled) return result;
    const auto answers = answers_on(request, image, layers, cancelled);
    ++done;
    if (!answers) {
      if (result.failed++ == 0) result.error = answers.error().message;
      continue;
    }
    const auto& [before, after] = *answers;
    ++result.images;
    result.same_class += before.first == after.first ? 1 : 0;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      result.before.sums[layers[i]] += before.means[i];
      result.after.sums[layers[i]] += after.means[i];
    }
    const auto truth = class_of_name(image, request.labels);
    if (!truth) continue;
    result.before.answers.add(*truth, before.first);
    result.after.answers.add(*truth, after.first);
  }
  return result;
}

}  // namespace poolscope
