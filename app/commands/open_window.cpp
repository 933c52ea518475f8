#include "app/commands/open_window.h"

#include <CLI/CLI.hpp>

#include "app/commands/session_request.h"
#include "app/commands/usage.h"
#include "app/session.h"
#include "app/window.h"

namespace poolscope {
namespace {

struct OpenOptions {
  std::vector<std::filesystem::path> files;
  PoolRequest request;
  ViewOptions view;
  std::filesystem::path dump_document;
};

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
  (is_session_name(first) ? request.session : request.pool.input) = first;
  auto document = requested_document(request);
  if (document && !late.empty()) late.erase(late.begin());
  if (!document && !options.files.empty() && document.error().kind != ErrorKind::usage) {
    request.session = request.pool.input = "";
    document = requested_document(request);
  }
  if (!document) return tl::unexpected(document.error());
  return run_window(std::move(*document), {late, options.dump_document, size->first, size->second});
}

}  // namespace

Command add_open_window(CLI::App& program) {
  auto options = std::make_shared<OpenOptions>();
  program
      .add_option("files", options->files,
                  "Picture, grid, .npy or session to open; the last one stays")
      ->type_name("FILE");
  add_layer_option(program, options->request);
  add_engine_option(program, options->request);
  add_view_options(program, options->view);
  program
      .add_option("--dump-document", options->dump_document,
                  "Write the document as JSON after every action, for tests and bug reports")
      ->type_name("FILE");
  return {&program, [options] { return open_window(*options); }};
}

}  // namespace poolscope
