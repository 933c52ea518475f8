#include "app/commands/open_window.h"

#include <CLI/CLI.hpp>

#include "app/commands/pool_request.h"
#include "app/commands/usage.h"
#include "app/commands/view_options.h"
#include "app/samples.h"
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
  auto source = options.files.empty() ? default_source() : read_source(options.files.front());
  if (source && !late.empty()) late.erase(late.begin());
  if (!source) source = default_source();
  if (!source) return tl::unexpected(source.error());
  auto document = make_document(std::move(*source), options.request.layers, options.request.engine,
                                options.view);
  if (!document) return tl::unexpected(document.error());
  return run_window(std::move(*document), {late, options.dump_document, size->first, size->second});
}

}  // namespace

Command add_open_window(CLI::App& program) {
  auto options = std::make_shared<OpenOptions>();
  program.add_option("files", options->files, "Picture, grid or .npy to open; the last one stays")
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
