#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/io/input.h"
#include "core/models/model.h"

namespace poolscope {

/// Whether a file's name is that of a TorchScript model: `.pt`, `.pth`, `.ts`, `.torchscript`.
bool is_model_name(const std::filesystem::path& path);

/// A model that is open, the file it came from, and where it runs.
struct OpenModelFile {
  std::filesystem::path path;
  std::shared_ptr<const Model> model;
  std::string device = "cpu";
};

/// An array that a model can read: a file as read_input() takes it, or a tensor that torch.save()
/// wrote, by its name. Errors: theirs.
Result<LoadedArray> read_model_array(const std::filesystem::path& path,
                                     std::string_view member = {});

/// Opens LibTorch, where that was not done before, and the model. This takes seconds: call it off
/// the UI thread. Errors: as TorchRoom::open_model().
Result<OpenModelFile> open_model_file(const std::filesystem::path& path,
                                      const std::string& device = "cpu");

}  // namespace poolscope
