#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/commands/session_request.h"
#include "app/offscreen.h"
#include "core/io/image_io.h"

namespace poolscope {
namespace {

constexpr const char* kRenderExamples =
    "Examples:\n"
    "  poolscope render --input photo.png --layer 'MaxPool2d(3, 2, 1)' --output shot.png\n"
    "  poolscope render --input grid.txt --layer 'AvgPool2d(2)' --size 1600x1000 --scale 1.6 "
    "--theme light --output shot.png\n"
    "  poolscope render --session lesson.poolscope --output lesson.png";

struct RenderOptions {
  SessionRequest request;
  std::filesystem::path output;
};

Result<void> run_render(const RenderOptions& options) {
  const auto size = parse_size(options.request.view.size);
  if (!size) return tl::unexpected(size.error());
  auto document = requested_document(options.request);
  if (!document) return tl::unexpected(document.error());
  const auto image = render_offscreen(std::move(*document), size->first, size->second);
  if (!image) return tl::unexpected(image.error());
  return write_png(options.output, image->pixels, image->width, image->height, 4);
}

}  // namespace

Command add_render(CLI::App& program) {
  auto options = std::make_shared<RenderOptions>();
  CLI::App* render =
      program.add_subcommand("render", "Draw the window into a PNG file, without a display");
  render->footer(kRenderExamples);
  add_session_options(*render, options->request);
  add_view_options(*render, options->request.view);
  render->add_option("-o,--output", options->output, "PNG file to write")
      ->required()
      ->type_name("FILE");
  return {render, [options] { return run_render(*options); }};
}

}  // namespace poolscope
