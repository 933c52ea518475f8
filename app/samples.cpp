#include "app/samples.h"

#include <algorithm>
#include <fstream>

#include "core/base/resources.h"

namespace poolscope {
namespace {

/// The n-th comment line on top of a grid file, without its `#`.
std::string comment_line(const std::filesystem::path& path, int line) {
  std::ifstream file(path);
  std::string text;
  for (int i = 0; i <= line; ++i) {
    if (!std::getline(file, text) || text.empty() || text.front() != '#') return {};
  }
  const auto begin = text.find_first_not_of("# ");
  return begin == std::string::npos ? std::string{} : text.substr(begin);
}

/// `alpine-lake` as `Alpine lake`.
std::string title_of_name(std::string stem) {
  std::replace(stem.begin(), stem.end(), '-', ' ');
  if (!stem.empty() && stem.front() >= 'a' && stem.front() <= 'z')
    stem.front() = static_cast<char>(stem.front() - 32);
  return stem;
}

void add_folder(std::vector<Sample>& found, const char* folder, bool is_grid) {
  const auto path = resource_path(folder);
  if (!path) return;
  std::error_code error;
  std::vector<Sample> here;
  for (const auto& entry : std::filesystem::directory_iterator(*path, error)) {
    if (!entry.is_regular_file(error)) continue;
    Sample sample{entry.path(), entry.path().filename().string(), "", "", is_grid};
    if (is_grid) sample.title = comment_line(sample.path, 0);
    if (is_grid) sample.about = comment_line(sample.path, 1);
    if (sample.title.empty()) sample.title = title_of_name(entry.path().stem().string());
    here.push_back(std::move(sample));
  }
  std::sort(here.begin(), here.end(),
            [](const Sample& a, const Sample& b) { return a.name < b.name; });
  // The grid every lesson starts with comes first.
  std::stable_partition(here.begin(), here.end(),
                        [](const Sample& s) { return s.name == "g6.txt"; });
  found.insert(found.end(), here.begin(), here.end());
}

}  // namespace

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = [] {
    std::vector<Sample> found;
    add_folder(found, "assets/samples", false);
    add_folder(found, "assets/grids", true);
    return found;
  }();
  return all;
}

Result<Source> read_source(const std::filesystem::path& path) {
  auto array = read_input(path);
  if (!array) return tl::unexpected(array.error());
  return Source{std::move(*array), path, false};
}

Result<Source> default_source() {
  auto path = resource_path("assets/samples/alpine-lake.png");
  if (!path) return tl::unexpected(path.error());
  return read_source(*path);
}

void open_file(const Ui& ui, const std::filesystem::path& path) { ui.memory.open_request = path; }

}  // namespace poolscope
