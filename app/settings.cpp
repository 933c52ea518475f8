#include "app/settings.h"

#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "core/io/file.h"
#include "core/io/json_io.h"

namespace poolscope {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;

/// The least and the most a number may be.
struct Limits {
  float least, most;
};

/// Every setting by its name: what is written and what is read is the same list.
template <class AnySettings, class Visit>
void visit_settings(AnySettings& settings, Visit visit) {
  auto& view = settings.view;
  visit("theme", view.theme);
  visit("scale", view.scale, Limits{1.0F, 2.5F});
  visit("projector", view.projector);
  visit("map", view.map);
  visit("range", view.range);
  visit("values", view.values);
  visit("indices", view.indices);
  visit("left_width", view.left_width, Limits{240.0F, 480.0F});
  visit("inspector_width", view.inspector_width, Limits{240.0F, 480.0F});
  visit("left_open", view.left_open);
  visit("inspector_open", view.inspector_open);
  visit("lab", view.lab);
  visit("engine", settings.engine);
  visit("link_axes", settings.link_axes);
  visit("tour_seen", settings.tour_seen);
}

template <class Visit>
void visit_window(auto& place, Visit visit) {
  visit("x", place.x, Limits{-32768.0F, 32767.0F});
  visit("y", place.y, Limits{-32768.0F, 32767.0F});
  visit("width", place.width, Limits{320.0F, 8192.0F});
  visit("height", place.height, Limits{320.0F, 8192.0F});
  visit("maximized", place.maximized);
}

std::string_view name_of(ThemeName theme) { return theme_text(theme); }
std::string_view name_of(ColorMap map) { return color_map_name(map); }
std::string_view name_of(RangeScale range) { return range == RangeScale::own ? "own" : "shared"; }

constexpr std::array kThemes{ThemeName::dark, ThemeName::light};
constexpr std::array kRanges{RangeScale::shared, RangeScale::own};
std::span<const ThemeName> choices(ThemeName) { return kThemes; }
std::span<const ColorMap> choices(ColorMap) { return kColorMaps; }
std::span<const RangeScale> choices(RangeScale) { return kRanges; }

struct Writer {
  json& into;

  void operator()(const char* name, const auto& value, Limits = {}) const {
    if constexpr (std::is_enum_v<std::decay_t<decltype(value)>>) {
      into[name] = name_of(value);
    } else {
      into[name] = value;
    }
  }
};

/// Takes the values that make sense; notes the first that does not.
struct Reader {
  const json& from;
  std::string& fault;

  template <class T>
  void operator()(const char* name, T& value, Limits limits = {}) const {
    const auto found = from.find(name);
    if (found == from.end()) return;
    const std::string wanted = read(*found, value, limits);
    if (!wanted.empty() && fault.empty())
      fault = fmt::format("{} is {}, not {}; the default stays", name, json_text(*found), wanted);
  }

  // Each reads a value, or gives what would have been right.
  static std::string read(const json& text, bool& value, Limits) {
    if (!text.is_boolean()) return "true or false";
    value = text.get<bool>();
    return {};
  }
  static std::string read(const json& text, std::string& value, Limits) {
    if (!text.is_string()) return "a text";
    value = text.get<std::string>();
    return {};
  }
  template <class Number>
  requires std::is_arithmetic_v<Number>
  static std::string read(const json& text, Number& value, Limits limits) {
    const double number = text.is_number() ? text.get<double>() : limits.least - 1.0;
    if (!(number >= limits.least && number <= limits.most))
      return fmt::format("a number from {} to {}", limits.least, limits.most);
    value = static_cast<Number>(number);
    return {};
  }
  template <class Choice>
  requires std::is_enum_v<Choice>
  static std::string read(const json& text, Choice& value, Limits) {
    std::string names;
    for (const Choice choice : choices(value)) {
      if (text.is_string() && text.get<std::string>() == name_of(choice)) {
        value = choice;
        return {};
      }
      names += (names.empty() ? "one of " : ", ") + std::string(name_of(choice));
    }
    return names;
  }
};

}  // namespace

std::filesystem::path settings_file() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  if (config != nullptr && *config == '/')
    return std::filesystem::path(config) / "poolscope/settings.json";
  if (const char* home = std::getenv("HOME"))
    return std::filesystem::path(home) / ".config/poolscope/settings.json";
  return {};
}

ReadSettings read_settings(const std::filesystem::path& file) {
  std::error_code error;
  if (file.empty() || !std::filesystem::exists(file, error)) return {};
  const auto read = read_json(file);
  if (!read) return {{}, read.error().message + "; the settings are the default ones"};
  if (!read->is_object()) return {{}, file.string() + ": no settings; they are the default ones"};
  Settings settings;
  std::string fault;
  visit_settings(settings, Reader{*read, fault});
  if (const auto window = read->find("window"); window != read->end() && window->is_object())
    visit_window(settings.window.emplace(), Reader{*window, fault});
  if (!fault.empty()) fault = file.string() + ": " + fault;
  return {settings, fault};
}

Result<void> write_settings(const std::filesystem::path& file, const Settings& settings) {
  json all{{"version", kVersion}};
  visit_settings(settings, Writer{all});
  if (settings.window) {
    json window = json::object();
    visit_window(*settings.window, Writer{window});
    all["window"] = std::move(window);
  }
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  return write_file(file, json_text(all, 1) + "\n");
}

View remembered_view(const View& view, const Settings& settings) {
  View next = settings.view;
  next.composite = view.composite;
  next.channel = view.channel;
  next.sample = view.sample;
  return next;
}

Result<void> SettingsKeeper::keep(const Settings& settings, bool with_window) {
  Settings wanted = settings;
  // What belongs to the input is not written.
  wanted.view = remembered_view(View{}, settings);
  if (!with_window && saved_) wanted.window = saved_->window;
  if (file_.empty() || saved_ == wanted) return {};
  saved_ = wanted;
  return write_settings(file_, wanted);
}

}  // namespace poolscope
