#include "core/io/json_io.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/io/bytes.h"
#include "core/io/file.h"

namespace poolscope {
namespace {

/// Where byte `offset` of `text` is: `line 3, column 5`.
std::string place(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t last_break = before.rfind('\n');
  const std::size_t column =
      last_break == std::string_view::npos ? before.size() + 1 : before.size() - last_break;
  return fmt::format("line {}, column {}", line, column);
}

/// nlohmann's message without its number, its own position and its line breaks.
std::string reason(std::string_view what) {
  constexpr std::string_view noise = "syntax error ";
  if (const auto at = what.find(noise); at != std::string_view::npos) {
    what.remove_prefix(at + noise.size());
  } else if (const auto bracket = what.find("] "); bracket != std::string_view::npos) {
    what.remove_prefix(bracket + 2);
  }
  std::string line(what.substr(0, 200));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return line;
}

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text) {
  bool too_deep = false;
  const auto deep_failure = failure(fmt::format("nested deeper than {} levels", kMaxJsonDepth));
  const auto watch = [&](int around, nlohmann::json::parse_event_t event, nlohmann::json&) {
    const bool opens = event == nlohmann::json::parse_event_t::array_start ||
                       event == nlohmann::json::parse_event_t::object_start;
    too_deep |= opens && around >= kMaxJsonDepth;
    return !too_deep;
  };
  try {
    auto value = nlohmann::json::parse(text.begin(), text.end(), watch);
    if (too_deep) return deep_failure;
    return value;
  } catch (const nlohmann::json::parse_error& error) {
    if (too_deep) return deep_failure;
    const std::size_t offset = std::min(error.byte > 0 ? error.byte - 1 : 0, text.size());
    auto fault = failure(fmt::format("{}: {}", place(text, offset), reason(error.what())));
    fault.value().position = offset;
    return fault;
  } catch (const std::exception& error) {
    return failure(reason(error.what()));
  }
}

Result<nlohmann::json> read_json(const std::filesystem::path& path) {
  auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  auto value = parse_json(text_of(*bytes));
  if (!value) return tl::unexpected(about_file(path, value.error()));
  return value;
}

std::string json_text(const nlohmann::json& value, int indent) {
  return value.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json json_number(float value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return static_cast<double>(value);
}

Result<float> float_of_json(const nlohmann::json& value) {
  if (value.is_number()) {
    const auto number = value.get<double>();
    if (std::abs(number) <= static_cast<double>(std::numeric_limits<float>::max())) {
      return static_cast<float>(number);
    }
    return failure(fmt::format("{} is beyond float32 (3.4e38)", number));
  }
  if (value == "nan") return std::numeric_limits<float>::quiet_NaN();
  if (value == "inf") return std::numeric_limits<float>::infinity();
  if (value == "-inf") return -std::numeric_limits<float>::infinity();
  return failure(fmt::format("{} is not a number, \"nan\", \"inf\" or \"-inf\"",
                             json_text(value).substr(0, 40)));
}

}  // namespace poolscope
