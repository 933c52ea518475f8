#pragma once

#include <filesystem>
#include <string_view>

#include "core/io/input.h"

namespace poolscope {

/// Reads the array of that name, as numpy.load has it; without one the first that an .npy file
/// could hold by itself. Names all in `members`; a note names those that were not asked about.
/// Errors: no zip archive, damage, no such array, it cannot be read (or none can: with the first
/// one's reason). Source: numpy.savez and numpy.savez_compressed.
Result<LoadedArray> parse_npz(Bytes bytes, std::string_view member = {});

/// What is wrong with asking another file for one of its arrays.
Error no_member(const std::filesystem::path& path, std::string_view member);

/// True where the bytes begin as every zip archive does.
bool looks_like_npz(Bytes bytes);

}  // namespace poolscope
