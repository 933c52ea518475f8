#include "app/state_folder.h"

#include <algorithm>
#include <cstdlib>

namespace poolscope {

namespace fs = std::filesystem;

fs::path state_folder() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state != '\0') return fs::path(state) / "poolscope";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return fs::path(home) / ".local/state/poolscope";
  return {};
}

bool is_own_file(const fs::path& path) {
  std::error_code missing;
  const fs::path folder = fs::canonical(state_folder(), missing);
  if (missing) return false;
  const fs::path file = fs::canonical(path, missing);
  return !missing && std::ranges::mismatch(folder, file).in1 == folder.end();
}

}  // namespace poolscope
