#pragma once

#include <filesystem>

#include "core/engines/engine.h"

namespace poolscope {

/// Runs every case of a JSON array of {"input", "layer": text or list of texts, "output",
/// "indices"?}, paths relative to that file, and prints a JSON line a case, in order: {"output",
/// "shape"} or
/// {"error"}. Errors: no such array, or any case that failed.
Result<void> apply_batch(const std::filesystem::path& file, const Engine& engine);

}  // namespace poolscope
