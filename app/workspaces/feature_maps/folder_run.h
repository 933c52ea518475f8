#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/model_document.h"
#include "core/metrics/confusion.h"
#include "core/models/model.h"

namespace poolscope {

/// A model before and after a change, on the same images.
struct FolderRequest {
  std::shared_ptr<const Model> model;
  std::vector<LayerSwap> swaps;
  std::vector<std::filesystem::path> images;
  Preprocessing preprocessing;
  std::vector<std::string> labels;
};

/// What one of the two models gave.
struct FolderSide {
  ConfusionMatrix answers;             ///< Of the images whose class is known.
  std::map<std::size_t, double> sums;  ///< By pooling layer: its map's mean, over all images.
};

/// How the answers compare. An image whose name or folder begins with a label is one of that class.
struct FolderResult {
  std::int64_t images = 0;      ///< That both models ran on.
  std::int64_t same_class = 0;  ///< The first class stayed.
  FolderSide before, after;
  std::int64_t failed = 0;
  std::string error;  ///< Of the first image that failed.

  std::int64_t known() const { return before.answers.total(); }
};

/// The pictures of a folder, by name. Where the folder itself is called as a class, its pictures
/// and those of the folders beside it: so data sets have a folder a class.
std::vector<std::filesystem::path> images_in(const std::filesystem::path& folder,
                                             const std::vector<std::string>& labels);

/// The class that an image's name or its folder's tells; spaces, `-` and `_` are one.
std::optional<std::size_t> class_of_name(const std::filesystem::path& image,
                                         const std::vector<std::string>& labels);

/// Runs both models on every image; `done` counts them. Thread: any; meant for a worker.
FolderResult compare_over(const FolderRequest& request, std::atomic<std::int64_t>& done,
                          const std::atomic<bool>& cancelled);

}  // namespace poolscope
