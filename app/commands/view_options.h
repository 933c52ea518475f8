#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/document.h"

namespace CLI {
class App;
}

namespace poolscope {

/// How a window looks: --theme, --scale and --size.
struct ViewOptions {
  std::optional<std::string> theme = {};
  std::optional<float> scale = {};
  std::string size = "1600x1000";
};

/// Adds the three options to a (sub)command; the second leaves out --scale.
void add_view_options(CLI::App& options, ViewOptions& view);
void add_look_options(CLI::App& options, ViewOptions& view);

/// Gives the view what the options say; what was left out stays.
void apply_look(const ViewOptions& options, View& view);

/// Width and height of --size, in pixels. Errors (kind usage): anything but WIDTHxHEIGHT, each from
/// 320 to 8192.
Result<std::pair<int, int>> parse_size(const std::string& text);

/// What a window starts with: `source`, and `layers` where there are any. Errors: a layer text.
Result<Document> make_document(Source source, const std::vector<std::string>& layers,
                               const std::string& engine, const ViewOptions& view);

}  // namespace poolscope
