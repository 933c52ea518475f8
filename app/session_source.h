#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/document.h"
#include "core/io/json_io.h"

namespace poolscope {

/// Values are kept in the session itself up to this size (1 MiB; 8-bit pictures take a byte a
/// value, all else four), or where their file is not to be found from the session.
inline constexpr std::int64_t kSmallInput = std::int64_t{1} << 20;
/// And never beyond this one (64 MiB).
inline constexpr std::int64_t kLargestEmbedded = std::int64_t{64} << 20;

/// Where a session lies: what its paths are relative to.
struct SessionPlace {
  std::filesystem::path folder;
  /// Only files below `folder` are read. Off for our own autosaves, which name files anywhere.
  bool confined = true;
};

/// A source as JSON. Its values are embedded where they are small, else named by their file's path
/// and a checksum. Errors: too large to embed and not in reach.
Result<nlohmann::json> source_json(const Source& source, const SessionPlace& place);

/// The source that source_json wrote, and what there is to tell of it. Errors: values that do not
/// fit their shape, a file that is missing or out of reach.
struct ReadSource {
  Source source;
  std::vector<std::string> notes;
};
Result<ReadSource> source_of_json(const nlohmann::json& json, const SessionPlace& place);

}  // namespace poolscope
