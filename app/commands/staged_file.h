#pragma once

#include <filesystem>

#include "core/base/result.h"

namespace poolscope {

/// A file that waits beside its target until everything else of its run is written; gone again
/// unless commit() puts it into place.
class StagedFile {
 public:
  explicit StagedFile(const std::filesystem::path& target);
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  /// Where to write it.
  const std::filesystem::path& path() const { return path_; }
  /// A link keeps pointing where it points, and an older file keeps its permissions.
  /// Errors: the target cannot be replaced.
  Result<void> commit();

 private:
  std::filesystem::path target_, path_;
};

}  // namespace poolscope
