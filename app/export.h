#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "app/document.h"
#include "core/io/code_export.h"

namespace poolscope {

/// What a picture shows: one canvas with its title and numbers, or the whole window.
enum class ExportedCanvas { input, windows, output, all };

std::vector<std::string_view> exported_canvas_names();
/// Errors: another name, with those there are.
Result<ExportedCanvas> exported_canvas_named(std::string_view name);

struct PictureRequest {
  ExportedCanvas canvas = ExportedCanvas::all;
  int scale = 1;                    ///< Pixels of the picture for one of the window's, 1 to 4.
  int width = 1600, height = 1000;  ///< Of the window.
};

/// Draws the document's window, without a display, into a PNG. Errors: a picture too large, said
/// before anything is drawn; a canvas that is not on it; those of files.
Result<void> export_png(const Document& document, const PictureRequest& request,
                        const std::filesystem::path& path);

/// A GIF never shows more windows than this; of more, every second, third, ... is shown.
inline constexpr std::int64_t kMaxGifFrames = 240;

/// What a GIF will be.
struct GifPlan {
  std::int64_t windows = 0;  ///< Of the selected layer.
  std::int64_t every = 1;    ///< This many windows on from one frame to the next.
  std::int64_t frames = 0;
  std::int64_t cols = 1;  ///< Of the output.
};
/// Errors: no output to play, or pictures too large.
Result<GifPlan> plan_gif(const Document& document, const PictureRequest& request);

/// Told of each frame that is done; false cancels.
using ExportProgress = std::function<bool(std::int64_t done, std::int64_t all)>;

/// The selected layer's window sliding over the input, row by row, while the output fills in.
/// Errors: those of plan_gif and files; "cancelled".
Result<void> export_gif(const Document& document, const PictureRequest& request,
                        const std::filesystem::path& path, const ExportProgress& progress);

enum class StageFormat { npy, csv };
struct StageRequest {
  StageFormat format = StageFormat::npy;
  std::optional<std::size_t> stage = {};  ///< 0: the input; i: layer i. Empty: the last.
};

/// The values of a stage in the order of the user's array. Errors: no such stage, a layer that
/// cannot run; those of files.
Result<void> export_stage(const Document& document, const StageRequest& request,
                          const std::filesystem::path& path);

/// The document's pipeline and input, for code that reads `file` where the input is large.
Result<CodeRequest> code_request(const Document& document, std::string file);

/// A Python script; a large input is written beside it as .npy. Errors: those of exported_code and
/// files.
Result<void> export_code(const Document& document, CodeFramework framework,
                         const std::filesystem::path& path);

}  // namespace poolscope
