#include "app/commands/staged_file.h"

#include <fmt/format.h>
#include <unistd.h>

namespace poolscope {

StagedFile::StagedFile(const std::filesystem::path& target)
    : target_(target),
      path_(target.parent_path() /
            fmt::format(".poolscope-{}{}", getpid(), target.extension().string())) {}

StagedFile::~StagedFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

Result<void> StagedFile::commit() {
  std::error_code fault;
  std::filesystem::rename(path_, target_, fault);
  if (fault)
    return failure(fmt::format("{}: cannot be written: {}", target_.string(), fault.message()));
  return {};
}

}  // namespace poolscope
