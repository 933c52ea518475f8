#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/result.h"

namespace poolscope::bench {

/// Runs a TorchScript model on a random array of 1x3xSIDExSIDE and prints what it costs to keep all
/// of its maps: time beside that of its plain forward and of copying as many bytes, and memory
/// beyond the program with LibTorch open. Targets: 1.3 times the former; the bytes of maps and
/// parameters and 64 MiB. Errors: those of opening and running the model.
Result<void> time_model(const std::filesystem::path& path, std::int64_t side);

}  // namespace poolscope::bench
