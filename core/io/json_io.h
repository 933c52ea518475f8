#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/result.h"

namespace poolscope {

/// Objects nested deeper than this are refused, so that walking one cannot exhaust the stack.
inline constexpr int kMaxJsonDepth = 200;

/// Parses JSON text. Errors: the first fault with its line and column (both from 1, as editors
/// count), in one line; nesting beyond kMaxJsonDepth.
Result<nlohmann::json> parse_json(std::string_view text);

/// Reads and parses a file. Errors: those of read_file and parse_json, with the file's name.
Result<nlohmann::json> read_json(const std::filesystem::path& path);

/// JSON text on one line, or indented by `indent` spaces a level. Text that is not UTF-8 (a file's
/// name may be any bytes) has the sign U+FFFD in place of the wrong bytes.
std::string json_text(const nlohmann::json& value, int indent = -1);

/// A float as a JSON number of exactly its value; JSON has no NaN and no infinities, so these are
/// the strings "nan", "inf" and "-inf".
nlohmann::json json_number(float value);

/// The float that json_number wrote. Errors: anything else.
Result<float> float_of_json(const nlohmann::json& value);

}  // namespace poolscope
