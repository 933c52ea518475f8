#include "app/export.h"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/actions.h"
#include "app/commands/commands.h"
#include "app/commands/session_request.h"
#include "app/commands/usage.h"

namespace poolscope {
namespace {

constexpr const char* kExportExamples =
    "Examples:\n"
    "  poolscope export png --input grid.txt --layer 'MaxPool2d(2)' --canvas output --scale 2 "
    "--output out.png\n"
    "  poolscope export gif --session lesson.poolscope --output lesson.gif\n"
    "  poolscope export code --input x.npy --layer 'AvgPool2d(2)' --framework pytorch "
    "--output pool.py\n"
    "  poolscope export csv --session lesson.poolscope --stage 0 --output input.csv";

struct ExportOptions {
  SessionRequest request;
  std::filesystem::path output;
  std::string canvas = "all", framework;
  int scale = 1;
  std::optional<std::size_t> stage;
};

Result<Document> document_of(const ExportOptions& options) {
  if (options.request.session.empty() && options.request.pool.input.empty())
    return usage_error("export: --input or --session is required; poolscope export --help");
  auto document = requested_document(options.request);
  if (!document || !options.request.session.empty() || !options.request.pool.layers.empty())
    return document;
  return apply(*document, {action::SetPipeline{}});  // No layer asked for: the input itself.
}

struct PictureJob {
  Document document;
  PictureRequest request;
};

/// What both kinds of pictures ask for.
Result<PictureJob> picture_job(const ExportOptions& options) {
  const auto size = parse_size(options.request.view.size);
  if (!size) return tl::unexpected(size.error());
  auto document = document_of(options);
  if (!document) return tl::unexpected(document.error());
  const auto canvas = exported_canvas_named(options.canvas);
  if (!canvas) return usage_error(canvas.error().message);
  return PictureJob{std::move(*document), {*canvas, options.scale, size->first, size->second}};
}

Result<void> run_png(const ExportOptions& options) {
  const auto job = picture_job(options);
  if (!job) return tl::unexpected(job.error());
  return export_png(job->document, job->request, options.output);
}

Result<void> run_gif(const ExportOptions& options) {
  const auto job = picture_job(options);
  if (!job) return tl::unexpected(job.error());
  const auto progress = [](std::int64_t done, std::int64_t all) {
    fmt::print(stderr, "\rframe {} of {}{}", done, all, done == all ? "\n" : "");
    return true;
  };
  return export_gif(job->document, job->request, options.output, progress);
}

Result<void> run_stage(const ExportOptions& options, StageFormat format) {
  auto document = document_of(options);
  if (!document) return tl::unexpected(document.error());
  return export_stage(*document, {format, options.stage}, options.output);
}

Result<void> run_code(const ExportOptions& options) {
  auto document = document_of(options);
  if (!document) return tl::unexpected(document.error());
  auto framework = options.framework.empty()
                       ? Result<CodeFramework>(suited_framework(document->pipeline))
                       : code_framework_named(options.framework);
  if (!framework) return usage_error(framework.error().message);
  return export_code(*document, *framework, options.output);
}

CLI::App* add_kind(CLI::App& parent, const char* name, const char* about,
                   const std::shared_ptr<ExportOptions>& options) {
  CLI::App* kind = parent.add_subcommand(name, about);
  add_session_options(*kind, options->request);
  kind->add_option("-o,--output", options->output, "File to write")->required()->type_name("FILE");
  return kind;
}

void add_picture_options(CLI::App& kind, const std::shared_ptr<ExportOptions>& options) {
  kind.add_option("--canvas", options->canvas,
                  fmt::format("What is drawn: {}", fmt::join(exported_canvas_names(), ", ")))
      ->type_name("NAME");
  kind.add_option("--scale", options->scale, "Pixels for one of the window's, 1 to 4")
      ->check(CLI::Range(1, 4))
      ->type_name("N");
  add_look_options(kind, options->request.view);
}

}  // namespace

Command add_export(CLI::App& program) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* exported = program.add_subcommand(
      "export", "Write a picture, an animation, the values or the code of a pipeline");
  exported->footer(kExportExamples);
  exported->require_subcommand(1);
  CLI::App* png = add_kind(*exported, "png", "The window, or one canvas, as PNG", options);
  CLI::App* gif = add_kind(*exported, "gif", "The window sliding over the input, as GIF", options);
  CLI::App* code = add_kind(*exported, "code", "A Python script that does the same", options);
  CLI::App* npy = add_kind(*exported, "npy", "The values of a stage as .npy, float32", options);
  CLI::App* csv = add_kind(*exported, "csv", "The values of a stage as text", options);
  add_picture_options(*png, options);
  add_picture_options(*gif, options);
  code->add_option("--framework", options->framework,
                   fmt::format("{}; left out: the one whose layers they are",
                               fmt::join(code_framework_names(), ", ")))
      ->type_name("NAME");
  for (CLI::App* kind : {npy, csv}) {
    kind->add_option("--stage", options->stage,
                     "0 for the input, i for the output of layer i; left out: the last")
        ->type_name("N");
  }
  return {exported, [=] {
            if (png->parsed()) return run_png(*options);
            if (gif->parsed()) return run_gif(*options);
            if (code->parsed()) return run_code(*options);
            return run_stage(*options, npy->parsed() ? StageFormat::npy : StageFormat::csv);
          }};
}

}  // namespace poolscope
