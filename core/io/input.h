#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/tensor.h"
#include "core/io/bytes.h"

namespace poolscope {

/// Where an array came from; decides how it is shown and described.
enum class InputKind { image, grid, npy };

/// An array read from a file or a text, as float32.
struct LoadedArray {
  Tensor tensor;
  /// Images: rank 4, unspecified (they have no axis order of their own). Grids: unspecified, rank
  /// 2, or as deep as their brackets. npy: the file's rank, channels_first.
  ArrayForm form;
  InputKind kind = InputKind::grid;
  std::string name;         ///< File name without folders, or empty for typed text.
  std::string description;  ///< One line for people: `512x384, RGB8`, `float64, 3 axes`.
  /// White of an image: 255, 65535, or 0 where the file names none (HDR, npy, grids).
  float white = 0.0F;
  std::vector<std::string> notes;  ///< `float64 converted to float32`, ...
  /// Of a file with several arrays: the one that was read, and the names of all.
  std::string member;
  std::vector<std::string> members;
};

/// Reads an image (PNG, JPEG, BMP, TGA, PSD, HDR), a grid (.txt, .csv), an .npy or an
/// .npz file, by the file's content where it tells and by its extension where it does not. Errors:
/// missing, empty, truncated, too large or unknown, naming the file, the reason and what would
/// work. `member` names the array of an .npz that is meant; other files have none.
Result<LoadedArray> read_input(const std::filesystem::path& path, std::string_view member = {});

/// The same from the bytes of a file; of its name only the extension counts.
Result<LoadedArray> parse_input(Bytes bytes, const std::filesystem::path& name);

/// The extensions that read_input knows, in lower case with their dot.
std::vector<std::string_view> input_extensions();

/// Reads a file and turns its bytes into an array with `parse`; errors carry the file's name.
Result<LoadedArray> read_with(Result<LoadedArray> (*parse)(Bytes),
                              const std::filesystem::path& path);

}  // namespace poolscope
