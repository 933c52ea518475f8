#pragma once

#include <string>

#include "app/ui.h"

namespace poolscope {

/// The document, what was last computed from it (small values included) and where the controls lie
/// on the screen, as JSON: for tests and bug reports.
std::string document_json(const Document& document, const Evaluation* evaluation,
                          const UiMemory& memory);

}  // namespace poolscope
