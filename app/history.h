#pragma once

#include <vector>

#include "app/actions.h"

namespace poolscope {

/// The document and its past and future. Snapshots share their tensors, so a step costs little.
class History {
 public:
  explicit History(Document document) : present_(std::move(document)) {}

  const Document& document() const { return present_; }
  /// Applies an action; on an error nothing changes.
  Result<void> apply(const Action& action);
  bool can_undo() const { return !past_.empty(); }
  bool can_redo() const { return !future_.empty(); }
  /// The session worked on was saved as `path`: every step of it has that name from now on.
  void set_session(const std::filesystem::path& path);
  void undo();
  void redo();

 private:
  static constexpr std::size_t kMaxSteps = 500;

  Document present_;
  std::vector<Document> past_, future_;
  std::uint64_t last_gesture_ = 0;
};

}  // namespace poolscope
