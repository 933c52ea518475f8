#include "app/commands/view_options.h"

#include <charconv>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/actions.h"
#include "app/commands/pool_request.h"
#include "app/commands/usage.h"
#include "core/engines/engine_list.h"
#include "core/io/number_text.h"

namespace poolscope {
namespace {

constexpr int kMinSide = 320, kMaxSide = 8192;

/// A whole number that fills `text`, or 0.
int whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

/// What is wrong with --scale, or nothing; CLI::Range would take "nan".
std::string scale_fault(const std::string& text) {
  const auto scale = parse_number(text);
  if (scale && *scale >= 1.0F && *scale <= 2.5F) return {};
  return fmt::format("{} is not a number from 1 to 2.5", text);
}

}  // namespace

void add_view_options(CLI::App& options, ViewOptions& view) {
  options.add_option("--scale", view.scale, "Size of the interface, 1 to 2.5")
      ->check(scale_fault)
      ->type_name("X");
  add_look_options(options, view);
}

void add_look_options(CLI::App& options, ViewOptions& view) {
  options.add_option("--theme", view.theme, "dark, light or projector")
      ->check(CLI::IsMember({"dark", "light", "projector"}))
      ->type_name("NAME");
  options.add_option("--size", view.size, "Size of the window in pixels")
      ->type_name("WIDTHxHEIGHT");
}

void apply_look(const ViewOptions& options, View& view) {
  if (options.theme) {
    view.theme = *options.theme == "light" ? ThemeName::light : ThemeName::dark;
    view.projector = *options.theme == "projector";
  }
  if (options.scale) view.scale = *options.scale;
}

Result<std::pair<int, int>> parse_size(const std::string& text) {
  const auto cross = text.find('x');
  const int width = whole_number(std::string_view(text).substr(0, cross));
  const int height =
      cross == std::string::npos ? 0 : whole_number(std::string_view(text).substr(cross + 1));
  for (const int side : {width, height}) {
    if (side < kMinSide || side > kMaxSide) {
      return usage_error(fmt::format("--size {}: WIDTHxHEIGHT is read, each from {} to {}", text,
                                     kMinSide, kMaxSide));
    }
  }
  return std::pair{width, height};
}

Result<Document> make_document(Source source, const std::vector<std::string>& layers,
                               const std::string& engine, const ViewOptions& view) {
  const auto pipeline = parse_pipeline(layers);
  if (!pipeline) return tl::unexpected(pipeline.error());
  if (auto found = find_engine(engine); !found) return tl::unexpected(found.error());
  Document document = starting_document(std::move(source));
  if (!pipeline->empty()) {
    auto changed = apply(document, {action::SetPipeline{*pipeline}});
    if (!changed) return tl::unexpected(changed.error());
    document = std::move(*changed);
  }
  document.engine = engine;
  apply_look(view, document.view);
  return document;
}

}  // namespace poolscope
