#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/input.h"

namespace poolscope {

/// How a picture becomes the array that a model reads, in the order of the fields. Defaults are
/// those that ImageNet's models were trained with.
struct Preprocessing {
  bool grey = false;          ///< One channel (BT.601); else three, a grey picture's all alike.
  std::int64_t resize = 256;  ///< Of the shorter side; 0 keeps the picture's size.
  std::int64_t crop = 224;    ///< Of the square cut from the middle; 0 keeps all.
  bool unit = true;           ///< White becomes 1; else values stay as the file has them.
  /// Subtracted, then divided by; one a channel, or one for all.
  std::vector<double> mean{0.485, 0.456, 0.406}, std{0.229, 0.224, 0.225};

  bool operator==(const Preprocessing&) const = default;
};

/// The same with one channel or with three. One channel has no room for three
/// means: they become 0.5, and so do the divisors.
Preprocessing with_grey(Preprocessing how, bool grey);

/// A way of preprocessing that goes by a name.
struct PreprocessingPreset {
  std::string_view name;   ///< `imagenet`: on the command line.
  std::string_view title;  ///< `ImageNet`.
  Preprocessing settings;
};
const std::vector<PreprocessingPreset>& preprocessing_presets();

/// Where an array of 3 or 4 axes most likely keeps its channels: last, where the two sides before
/// are alike, larger than 1, and the last is not, or where it is 1, 3 or 4 and both before are at
/// least 8.
DataFormat likely_format(std::span<const std::int64_t> axes);

/// What a model is given.
struct ModelInput {
  Tensor values;
  std::vector<std::int64_t> axes;
  Tensor picture;  ///< The same cells as they look: before numbers were normalised.
  bool is_image = false;
  float white = 1.0F;       ///< Of the picture, where it is an image.
  std::string name;         ///< Of the file.
  std::string description;  ///< Of the file: `512x384, RGB8`.
  /// Where the file's array has its channels; unspecified for images and arrays without them.
  DataFormat data_format = DataFormat::unspecified;
  std::string member;                ///< Of a file with several arrays: the one that was read.
  std::vector<std::string> members;  ///< All of them.
};

/// Arrays that are no image are taken as they are, but for their channels, which come first; where
/// they were is `data_format`, or likely_format() where that is unspecified. Errors: a picture that
/// has no cells, numbers that do not fit its channels, a division by 0, memory. Source: torchvision
/// 0.14, Resize (bilinear, antialiased), CenterCrop, Normalize.
Result<ModelInput> model_input(const LoadedArray& array, const Preprocessing& how,
                               DataFormat data_format = DataFormat::unspecified);

/// Rows and columns as bilinear interpolation gives them, with the filter as wide as the step where
/// it is larger than a cell. Errors: memory, no size.
Result<Tensor> resized(const Tensor& tensor, std::int64_t rows, std::int64_t cols);

}  // namespace poolscope
