#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "app/session_source.h"

/// Sessions: a document as a `.poolscope` file, which is JSON in UTF-8.
///
///   {"format": "poolscope session", "version": 1,
///    "source": {"kind": "grid", "name": "g6.txt", "path": "g6.txt", "shape": [1, 1, 6, 6],
///               "rank": 2, "values": [1, 3, ...], ...},
///    "pipeline": [{"layer": "MaxPool2d(kernel_size=2)", "enabled": true}, ...],
///    "selected_layer": 0, "engine": "auto", "view": {...}, "selection": {...}, "camera": {...},
///    "edit": {...}, "notes": "..."}
///
/// The source's values are `values` (a number each, row-major over N, C, H, W; "nan", "inf" and
/// "-inf" are texts), `uint8` or `float32` (base64, little-endian); all come back bit for bit. A
/// source beyond 1 MiB whose file lies in the session's folder or below it has no values but only
/// the file's `path`, relative to that folder, and the `checksum` of what it held; other paths are
/// a note of where values came from and are not opened. A key that is missing has its default, one
/// that is unknown is passed over; `format`, `version` and `source` must be there.
namespace poolscope {

inline constexpr int kSessionVersion = 1;
inline constexpr std::string_view kSessionExtension = ".poolscope";

/// Whether a file's name is that of a session.
bool is_session_name(const std::filesystem::path& path);

/// A document as the text of a session. Errors: a source that is neither small nor in reach, more
/// layers than are read again.
Result<std::string> session_text(const Document& document, const SessionPlace& place);

/// The part of a session that is work: all but the source's values, and without where the user
/// looks (selection, camera, edited cell, selected layer). Two documents with equal texts and the
/// same values differ in nothing that anyone would save for.
std::string work_text(const Document& document);

/// A document read from a session, and what there is to tell of it.
struct OpenedSession {
  Document document;
  std::vector<std::string> notes;
};
/// Errors: no JSON, another format, a newer version, a value that cannot be, a missing or hostile
/// file; the message names the value, what was found, and what would be right.
Result<OpenedSession> parse_session(std::string_view text, const SessionPlace& place);

/// The same for files; an opened document knows its session. Errors: also those of files.
Result<void> save_session(const Document& document, const std::filesystem::path& path);
Result<OpenedSession> open_session(const std::filesystem::path& path);

}  // namespace poolscope
