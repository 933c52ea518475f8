#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace poolscope {

/// What in TorchScript source reads or writes files, or could hide that it does: `torch.save`,
/// `torch.from_file`, a class of another library (c10d's FileStore). Any attribute of such a name
/// counts, whatever it belongs to, as `torch` can be given another name; nothing where all is
/// harmless. Comments and texts do not count.
std::optional<std::string> file_access(std::string_view code);

}  // namespace poolscope
