#include "app/commands/staged_file.h"

#include <fmt/format.h>
#include <unistd.h>

namespace poolscope {

namespace fs = std::filesystem;

StagedFile::StagedFile(const fs::path& target) : target_(target) {
  std::error_code absent;
  if (const fs::path resolved = fs::canonical(target, absent); !absent) target_ = resolved;
  path_ =
      target_.parent_path() / fmt::format(".poolscope-{}{}", getpid(), target.extension().string());
}

StagedFile::~StagedFile() {
  std::error_code ignored;
  fs::remove(path_, ignored);
}

Result<void> StagedFile::commit() {
  std::error_code ignored, fault;
  if (fs::exists(target_, ignored)) {
    fs::permissions(path_, fs::status(target_, ignored).permissions(), ignored);
  }
  fs::rename(path_, target_, fault);
  if (fault) {
    return failure(fmt::format("{}: cannot be written: {}", target_.string(), fault.message()));
  }
  return {};
}

}  // namespace poolscope
