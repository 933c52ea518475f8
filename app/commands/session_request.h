#pragma once

#include <filesystem>
#include <optional>

#include "app/commands/pool_request.h"
#include "app/commands/view_options.h"

namespace poolscope {

/// A document as the command line asks for it: a session, or an input with layers, or a session
/// with another input or other layers.
struct SessionRequest {
  std::filesystem::path session;
  PoolRequest pool;
  ViewOptions view;
};

/// Adds --session, --input, --layer and --engine.
void add_session_options(CLI::App& options, SessionRequest& request);

/// What was asked for; notes of a session go to stderr. Errors: layer texts first, then files.
Result<Document> requested_document(const SessionRequest& request);

}  // namespace poolscope
