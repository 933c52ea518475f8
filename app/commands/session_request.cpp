#include "app/commands/session_request.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/actions.h"
#include "app/samples.h"
#include "app/session.h"
#include "core/engines/engine_list.h"

namespace poolscope {
namespace {

Result<void> change(Document& document, decltype(Action::change) change) {
  auto next = apply(document, {std::move(change)});
  if (!next) return tl::unexpected(next.error());
  document = std::move(*next);
  return {};
}

/// The session with what the command line says besides.
Result<Document> changed_session(const SessionRequest& request, const Pipeline& pipeline) {
  auto opened = open_session(request.session);
  if (!opened) return tl::unexpected(opened.error());
  for (const std::string& note : opened->notes) fmt::print(stderr, "note: {}\n", note);
  Document document = std::move(opened->document);
  if (!request.pool.input.empty()) {
    auto source = read_source(request.pool.input);
    if (!source) return tl::unexpected(source.error());
    if (auto done = change(document, action::OpenSource{source->array, source->path}); !done)
      return tl::unexpected(done.error());
  }
  if (!pipeline.empty()) {
    if (auto done = change(document, action::SetPipeline{pipeline}); !done)
      return tl::unexpected(done.error());
  }
  if (request.pool.engine != PoolRequest{}.engine) document.engine = request.pool.engine;
  apply_look(request.view, document.view);
  return document;
}

}  // namespace

void add_session_options(CLI::App& options, SessionRequest& request) {
  options.add_option("--session", request.session, "Session to start from (.poolscope)")
      ->type_name("FILE");
  add_input_option(options, request.pool);
  add_layer_option(options, request.pool);
  add_engine_option(options, request.pool);
}

Result<Document> requested_document(const SessionRequest& request) {
  const auto pipeline = parse_pipeline(request.pool.layers);
  if (!pipeline) return tl::unexpected(pipeline.error());
  if (auto found = find_engine(request.pool.engine); !found) return tl::unexpected(found.error());
  if (!request.session.empty()) return changed_session(request, *pipeline);
  auto source = request.pool.input.empty() ? default_source() : read_source(request.pool.input);
  if (!source) return tl::unexpected(source.error());
  return make_document(std::move(*source), request.pool.layers, request.pool.engine, request.view);
}

}  // namespace poolscope
