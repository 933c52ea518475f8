#include "core/pooling/nearest.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace poolscope {
namespace {

constexpr int kEdit = 8;
constexpr int kCaseEdit = 1;

char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c; }

int replacement_cost(char a, char b) {
  if (a == b) return 0;
  return lower_case(a) == lower_case(b) ? kCaseEdit : kEdit;
}

/// Levenshtein's distance, one row of its table at a time.
int edit_distance(std::string_view a, std::string_view b) {
  std::vector<int> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = kEdit * static_cast<int>(j);
  for (const char c : a) {
    int diagonal = row[0];
    row[0] += kEdit;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int replaced = diagonal + replacement_cost(c, b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + kEdit, row[j - 1] + kEdit});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest_name(std::string_view word, std::span<const std::string_view> names) {
  constexpr std::size_t longest = 64;
  std::string_view nearest;
  int least = std::numeric_limits<int>::max();
  for (const std::string_view name : names) {
    const int distance = edit_distance(word.substr(0, longest), name);
    if (distance >= least) continue;
    least = distance;
    nearest = name;
  }
  return nearest;
}

}  // namespace poolscope
