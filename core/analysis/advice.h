#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/pooling/trace.h"

namespace poolscope {

/// How much a finding matters.
enum class Severity {
  note,     ///< Worth knowing; often wanted.
  warning,  ///< Most likely not what was meant.
};

/// A pipeline that no longer has the finding, and what was done to it: `Use stride 2`.
struct Remedy {
  std::string action;
  Pipeline pipeline;
};

/// A pitfall that a layer has run into.
struct Finding {
  std::string_view check = {};  ///< Its name, the same whatever the numbers: `skipped-cells`.
  std::size_t layer = 0;
  Severity severity = Severity::warning;
  std::string title = {};
  std::string reason = {};  ///< With the numbers of this layer and input.
  std::optional<Remedy> remedy = {};
};

/// A check that found nothing, and what that means.
struct PassedCheck {
  std::string_view check, text;
};

struct Advice {
  std::vector<Finding> findings;  ///< By layer.
  std::vector<PassedCheck> passed;
};

/// Goes through the pitfalls of every enabled layer of `pipeline`, of which `trace` is a run; a
/// remedy is offered only where the pipeline runs with it. `cancelled` ends it early.
/// Source: design/lessons.md, "Pitfalls".
Advice advise(const Pipeline& pipeline, const Trace& trace, const std::atomic<bool>& cancelled);

}  // namespace poolscope
