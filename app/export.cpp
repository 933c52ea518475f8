#include "app/export.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "app/actions.h"
#include "app/commands/pool_request.h"
#include "app/commands/staged_file.h"
#include "app/offscreen.h"
#include "core/engines/engine_list.h"
#include "core/io/file.h"
#include "core/io/gif.h"
#include "core/io/grid_text.h"
#include "core/io/image_io.h"
#include "core/io/npy.h"

namespace poolscope {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 4> kCanvasNames{"input", "windows", "output", "all"};
/// Larger pictures than this are left to several smaller ones; drivers draw up to so many a side.
constexpr std::int64_t kMaxSide = 16384;
constexpr std::int64_t kMaxGifPixels = std::int64_t{1} << 31;
/// In hundredths of a second.
constexpr int kFrameDelay = 50, kQuickDelay = 10, kLastDelay = 200;

Result<void> check_size(const PictureRequest& request) {
  const std::int64_t width = std::int64_t{request.width} * request.scale;
  const std::int64_t height = std::int64_t{request.height} * request.scale;
  if (std::max(width, height) <= kMaxSide) return {};
  return failure(
      fmt::format("a picture of {}x{} pixels is too large; at most {} a side: take a "
                  "smaller window or scale",
                  width, height, kMaxSide));
}

/// The window of the document, so many times larger.
Result<std::unique_ptr<OffscreenWindow>> scaled_window(Document document,
                                                       const PictureRequest& request) {
  if (auto fits = check_size(request); !fits) return tl::unexpected(fits.error());
  document.view.scale *= static_cast<float>(request.scale);
  return OffscreenWindow::create(std::move(document), request.width * request.scale,
                                 request.height * request.scale);
}

/// The part of the picture that shows the canvas.
Result<WindowImage> cropped(WindowImage image, const UiMemory& memory, ExportedCanvas canvas) {
  if (canvas == ExportedCanvas::all) return image;
  const std::string name(kCanvasNames[static_cast<std::size_t>(canvas)]);
  const auto found = memory.controls.find("canvas/" + name);
  if (found == memory.controls.end()) {
    return failure(fmt::format("the canvas {} is not on a window of this size", name));
  }
  const Rect& rect = found->second;
  const int left = std::clamp(static_cast<int>(std::floor(rect.min.x)), 0, image.width - 1);
  const int top = std::clamp(static_cast<int>(std::floor(rect.min.y)), 0, image.height - 1);
  const int right = std::clamp(static_cast<int>(std::ceil(rect.max.x)), left + 1, image.width);
  const int bottom = std::clamp(static_cast<int>(std::ceil(rect.max.y)), top + 1, image.height);
  WindowImage part{right - left, bottom - top, {}};
  for (int y = top; y < bottom; ++y) {
    const auto row =
        image.pixels.begin() + 4 * (static_cast<std::ptrdiff_t>(y) * image.width + left);
    part.pixels.insert(part.pixels.end(), row, row + 4 * static_cast<std::ptrdiff_t>(part.width));
  }
  return part;
}

Result<WindowImage> canvas_picture(OffscreenWindow& window, ExportedCanvas canvas) {
  return cropped(window.picture(), window.app().memory(), canvas);
}

Result<Tensor> stage_values(const Document& document, const StageRequest& request,
                            ArrayForm& form) {
  const std::size_t layers = document.pipeline.size();
  const std::size_t stage = request.stage.value_or(layers);
  if (stage > layers) {
    return failure(
        fmt::format("there is no stage {}; from 0, the input, to {}, the output", stage, layers));
  }
  const auto engine = find_engine(document.engine);
  if (!engine) return tl::unexpected(engine.error());
  LoadedArray input = document.source.array;
  auto read = pipeline_input(document.source);
  if (!read) return tl::unexpected(read.error());
  input.tensor = *std::move(read);
  const Pipeline part(document.pipeline.begin(),
                      document.pipeline.begin() + static_cast<std::ptrdiff_t>(stage));
  auto trace = run_whole(**engine, part, input, {});
  if (!trace) return tl::unexpected(trace.error());
  form = trace->stages.back().plan.form;
  return trace->stages.back().values;
}

}  // namespace

std::vector<std::string_view> exported_canvas_names() {
  return {kCanvasNames.begin(), kCanvasNames.end()};
}

Result<ExportedCanvas> exported_canvas_named(std::string_view name) {
  const auto found = std::ranges::find(kCanvasNames, name);
  if (found != kCanvasNames.end()) return static_cast<ExportedCanvas>(found - kCanvasNames.begin());
  return failure(
      fmt::format("canvas {}; there are {}", excerpt(name), fmt::join(kCanvasNames, ", ")));
}

Result<void> export_png(const Document& document, const PictureRequest& request,
                        const fs::path& path) {
  auto window = scaled_window(document, request);
  if (!window) return tl::unexpected(window.error());
  const auto image = canvas_picture(**window, request.canvas);
  if (!image) return tl::unexpected(image.error());
  return write_png(path, image->pixels, image->width, image->height, 4);
}

Result<GifPlan> plan_gif(const Document& document, const PictureRequest& request) {
  if (auto fits = check_size(request); !fits) return tl::unexpected(fits.error());
  const Source& source = document.source;
  Shape shape = source.array.tensor.shape();
  if (source.luma) shape.c = 1;
  const PipelinePlan plan = plan_pipeline(document.pipeline, shape, source.array.form);
  const std::size_t stage = document.selected_layer + 1;
  if (plan.error && plan.stages.size() <= stage) {
    return failure(fmt::format("there is no output to play: {}", plan.error->message));
  }
  if (stage >= plan.stages.size())
    return failure("there is no layer whose windows could be played");
  GifPlan gif;
  gif.windows = plan.stages[stage].shape.plane_size();
  gif.cols = plan.stages[stage].shape.w;
  gif.every = (gif.windows + kMaxGifFrames - 1) / kMaxGifFrames;
  gif.frames = (gif.windows + gif.every - 1) / gif.every;
  const std::int64_t pixels =
      std::int64_t{request.width} * request.height * request.scale * request.scale;
  if (pixels * gif.frames > kMaxGifPixels) {
    return failure(
        fmt::format("{} frames of {} million pixels are too large for a GIF; at most {} "
                    "million together: take a smaller window or scale",
                    gif.frames, pixels / 1000000, kMaxGifPixels / 1000000));
  }
  return gif;
}

Result<void> export_gif(const Document& document, const PictureRequest& request,
                        const fs::path& path, const ExportProgress& progress) {
  const auto plan = plan_gif(document, request);
  if (!plan) return tl::unexpected(plan.error());
  auto window = scaled_window(document, request);
  if (!window) return tl::unexpected(window.error());
  (*window)->picture();
  (*window)->act(action::HideOutputs{true});
  std::optional<GifWriter> gif;
  for (std::int64_t frame = 0; frame < plan->frames; ++frame) {
    const std::int64_t at = frame * plan->every;
    (*window)->act(action::RevealOutputs{{0, at + 1}});
    (*window)->act(action::SetSelection{{at / plan->cols, at % plan->cols, true}});
    const auto image = canvas_picture(**window, request.canvas);
    if (!image) return tl::unexpected(image.error());
    if (!gif) {
      auto made = GifWriter::create(image->width, image->height);
      if (!made) return tl::unexpected(made.error());
      gif.emplace(std::move(*made));
    }
    const bool last = frame + 1 == plan->frames;
    const int delay = last ? kLastDelay : plan->frames > 40 ? kQuickDelay : kFrameDelay;
    if (auto added = gif->add(image->pixels, delay); !added) return added;
    if (!progress(frame + 1, plan->frames)) return failure("cancelled");
  }
  const auto bytes = gif->finish();
  if (!bytes) return tl::unexpected(bytes.error());
  return write_file(path, *bytes);
}

Result<void> export_stage(const Document& document, const StageRequest& request,
                          const fs::path& path) {
  ArrayForm form;
  const auto values = stage_values(document, request, form);
  if (!values) return tl::unexpected(values.error());
  if (request.format == StageFormat::csv) return write_file(path, grid_text(*values, ", "));
  const auto stored = to_array_order(*values, form);
  if (!stored) return tl::unexpected(stored.error());
  return write_npy(path, stored->values(), array_axes(values->shape(), form));
}

Result<CodeRequest> code_request(const Document& document, std::string file) {
  auto input = pipeline_input(document.source);
  if (!input) return tl::unexpected(input.error());
  return CodeRequest{document.pipeline, *std::move(input), document.source.array.form,
                     document.source.array.name, std::move(file)};
}

Result<void> export_code(const Document& document, CodeFramework framework, const fs::path& path) {
  const fs::path array = fs::path(path).replace_extension(".npy");
  const auto request = code_request(document, array.filename().string());
  if (!request) return tl::unexpected(request.error());
  const auto code = exported_code(*request, framework);
  if (!code) return tl::unexpected(code.error());
  if (!reads_file(*request)) return write_file(path, *code);
  StagedFile staged(array);
  const Shape& shape = request->input.shape();
  const std::array axes{shape.n, shape.c, shape.h, shape.w};
  if (auto written = write_npy(staged.path(), request->input.values(), axes); !written)
    return tl::unexpected(written.error());
  if (auto written = write_file(path, *code); !written) return written;
  return staged.commit();
}

}  // namespace poolscope
