#pragma once

#include <filesystem>
#include <string_view>

#include "core/base/result.h"

namespace poolscope {

/// Finds a file or folder that comes with the program, such as `shaders/heatmap.frag` or
/// `assets/colormaps.png`: in the folder of the running executable, in the three above it, or in
/// `../share/poolscope`. The working directory plays no part.
/// Errors: it is in none of them; the message lists where it was looked for.
Result<std::filesystem::path> resource_path(std::string_view relative);

}  // namespace poolscope
