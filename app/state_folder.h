#pragma once

#include <filesystem>

namespace poolscope {

/// Where the program keeps what it remembers: `$XDG_STATE_HOME/poolscope`, or
/// `~/.local/state/poolscope`; empty where neither is known. It may not exist yet.
std::filesystem::path state_folder();

/// Whether a file lies there: one that the program wrote itself.
bool is_own_file(const std::filesystem::path& path);

}  // namespace poolscope
