#pragma once

#include "core/io/input.h"

namespace poolscope {

/// Reads the first array of an .npz file that an .npy file could hold by itself; a note names the
/// others. Errors: no zip archive, damage, none of its arrays can be read (with the first one's
/// reason). Source: numpy.savez and numpy.savez_compressed.
Result<LoadedArray> parse_npz(Bytes bytes);

/// True where the bytes begin as every zip archive does.
bool looks_like_npz(Bytes bytes);

}  // namespace poolscope
