#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/engines/engine.h"

namespace poolscope {

/// One input, the layers on it, and the files that take the last layer's values and winners.
struct ApplyCase {
  std::filesystem::path input;
  Pipeline pipeline;
  std::filesystem::path output;                  ///< .npy or .png
  std::optional<std::filesystem::path> indices;  ///< .npy
};

struct Applied {
  std::vector<std::int64_t> axes;  ///< Of the output, as the user's array has them.
  std::vector<std::string> notes;  ///< Conversions and choices that the user is to be told.
};

/// Reads, runs and writes one case. Errors: nothing is written then, and older files stay.
Result<Applied> apply_case(const ApplyCase& job, const Engine& engine);

}  // namespace poolscope
