#pragma once

#include <cstdint>
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

/// A way of preprocessing that goes by a name.
struct PreprocessingPreset {
  std::string_view title;  ///< `ImageNet`.
  Preprocessing settings;
};
const std::vector<PreprocessingPreset>& preprocessing_presets();

/// What a model is given.
struct ModelInput {
  Tensor values;
  std::vector<std::int64_t> axes;
  Tensor picture;  ///< The same cells as they look: before numbers were normalised.
  bool is_image = false;
  float white = 1.0F;       ///< Of the picture, where it is an image.
  std::string name;         ///< Of the file.
  std::string description;  ///< Of the file: `512x384, RGB8`.
};

/// Errors: a picture that has no cells, numbers that do not fit its channels, a division by 0,
/// memory. Arrays that are no image are taken as they are.
/// Source: torchvision 0.14, Resize (bilinear, antialiased), CenterCrop, Normalize.
Result<ModelInput> model_input(const LoadedArray& array, const Preprocessing& how);

/// Rows and columns as bilinear interpolation gives them, with the filter as wide as the step where
/// it is larger than a cell. Errors: memory, no size.
Result<Tensor> resized(const Tensor& tensor, std::int64_t rows, std::int64_t cols);

}  // namespace poolscope
