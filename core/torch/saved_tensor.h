#pragma once

#include <filesystem>

#include "core/models/model.h"

namespace poolscope {

/// Reads what torch.save() wrote of a tensor, or of a tuple or list of several: the first one. No
/// code of the file runs. Errors: with the file's name, no such file (a TorchScript model, the
/// format before PyTorch 1.6), classes inside, shapes that arrays cannot have.
Result<ModelMap> read_saved_tensor(const std::filesystem::path& path);

}  // namespace poolscope
