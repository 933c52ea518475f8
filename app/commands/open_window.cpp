#include "app/commands/open_window.h"

#include <CLI/CLI.hpp>

#include "app/commands/session_request.h"
#include "app/commands/usage.h"
#include "app/model_file.h"
#include "app/session.h"
#include "app/window.h"
#include "core/engines/engine_list.h"

namespace poolscope {
namespace {

struct OpenOptions {
  std::vector<std::filesystem::path> files;
  PoolRequest request;
  ViewOptions view;
  std::filesystem::path dump_document;
  bool keeps_settings = true;
  bool has_theme = false, has_scale = false, has_size = false, has_engine = false;
};

/// The document as it was left last time, except for what the command line says.
void remember(Document& document, const Settings& settings, const OpenOptions& options) {
  const View asked = document.view;
  document.view = remembered_view(asked, settings);
  if (options.has_theme) {
    document.view.theme = asked.theme;
    document.view.projector = asked.projector;
  }
  if (options.has_scale) document.view.scale = asked.scale;
  if (!options.has_engine && find_engine(settings.engine)) document.engine = settings.engine;
}

Result<void> open_window(const OpenOptions& options) {
  const auto size = parse_size(options.view.size);
  if (!size) return tl::unexpected(size.error());
  if (auto parsed = parse_pipeline(options.request.layers); !parsed)
    return tl::unexpected(parsed.error());
  for (const auto& file : options.files) {
    std::error_code error;
    if (!std::filesystem::exists(file, error)) return failure(file.string() + ": no such file");
  }
  // A file that cannot be read is told in the window, which then starts with the sample.
  std::vector<std::filesystem::path> late = options.files;
  SessionRequest request{{}, options.request, options.view};
  const auto first = late.empty() ? std::filesystem::path() : late.front();
  const bool is_model = is_model_name(first);
  if (!is_model) (is_session_name(first) ? request.session : request.pool.input) = first;
  auto document = requested_document(request);
  if (document && !late.empty() && !is_model) late.erase(late.begin());
  if (!document && !options.files.empty() && document.error().kind != ErrorKind::usage) {
    request.session = request.pool.input = "";
    document = requested_document(request);
  }
  if (!document) return tl::unexpected(document.error());
  WindowOptions window{late, options.dump_document, size->first, size->second};
  window.scale_is_chosen = options.has_scale;
  if (options.keeps_settings) {
    window.settings_file = settings_file();
    ReadSettings read = read_settings(window.settings_file);
    window.message = read.message;
    window.settings = read.settings;
  }
  if (const auto& settings = window.settings) {
    remember(*document, *settings, options);
    window.scale_is_chosen = true;
    if (settings->window && !options.has_size) {
      window.width = settings->window->width;
      window.height = settings->window->height;
    }
  }
  return run_window(std::move(*document), window);
}

}  // namespace

Command add_open_window(CLI::App& program) {
  auto options = std::make_shared<OpenOptions>();
  program
      .add_option("files", options->files,
                  "Picture, grid, .npy, model (.pt) or session to open; the last one stays")
      ->type_name("FILE");
  add_layer_option(program, options->request);
  add_engine_option(program, options->request);
  add_view_options(program, options->view);
  program
      .add_option("--dump-document", options->dump_document,
                  "Write the document as JSON after every action, for tests and bug reports")
      ->type_name("FILE");
  program.add_flag("--no-settings{false}", options->keeps_settings,
                   "Neither read nor keep what is remembered from one start to the next");
  return {&program, [options, &program] {
            options->has_theme = program.count("--theme") > 0;
            options->has_scale = program.count("--scale") > 0;
            options->has_size = program.count("--size") > 0;
            options->has_engine = program.count("--engine") > 0;
            return open_window(*options);
          }};
}

}  // namespace poolscope
