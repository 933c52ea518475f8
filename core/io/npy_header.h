#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/bytes.h"

namespace poolscope {

/// The header of an .npy file, as it is written there.
struct NpyHeader {
  std::string descr;  ///< The type: `<f4`.
  bool fortran_order = false;
  std::vector<std::int64_t> axes;
  std::size_t data_begin = 0;  ///< Where the values begin, in bytes.
};

/// Reads the magic, the version (1 to 3) and the header, a Python dictionary with exactly the keys
/// descr, fortran_order and shape, in any order. Errors: another version, a header that ends early
/// or is longer than the file, anything that is not such a dictionary, a type that is not a text
/// (a record).
Result<NpyHeader> parse_npy_header(Bytes bytes);

}  // namespace poolscope
