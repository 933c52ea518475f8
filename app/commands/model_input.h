#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/models/model.h"

namespace CLI {
class App;
}

namespace poolscope {

/// What a model reads, as the command line says it.
struct ModelInputOptions {
  std::filesystem::path path;
  std::string array;        ///< Of an .npz; empty for the first.
  std::string data_format;  ///< Of an array; empty leaves its axes as they are.

  // Of a picture: a preset, and what differs from it.
  std::string preset = "imagenet";
  std::optional<std::int64_t> resize, crop;
  std::vector<double> mean, std;
  bool grey = false;
};

/// Adds `--input` and what belongs to it.
void add_model_input(CLI::App& part, ModelInputOptions& options);

/// Reads it. An array keeps its axes but for those of `data_format`; a picture is resized, cropped
/// and normalised. Errors: those of the file and of model_input().
Result<ModelRequest> read_model_request(const ModelInputOptions& options);

}  // namespace poolscope
