#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/models/model.h"

namespace poolscope {

/// `cpu`, and the graphics devices that the linked build can use here.
std::vector<std::string> torch_devices();

/// Opens a TorchScript file on `device`: `cpu`, or another of torch_devices(). A model saved in
/// training mode is put into evaluation, and a note says so. Errors: what check_script_archive()
/// says, with the file's name; what LibTorch cannot load; a forward that needs more than one input.
Result<std::shared_ptr<const Model>> open_script(const std::filesystem::path& path,
                                                 const std::string& device);

}  // namespace poolscope
