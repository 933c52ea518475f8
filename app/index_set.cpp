#include "app/index_set.h"

#include <algorithm>

namespace poolscope {

void IndexSet::add(IndexRange range) {
  if (range.begin >= range.end) return;
  const auto first = std::ranges::lower_bound(ranges_, range.begin, {}, &IndexRange::end);
  auto last = first;
  for (; last != ranges_.end() && last->begin <= range.end; ++last) {
    range.begin = std::min(range.begin, last->begin);
    range.end = std::max(range.end, last->end);
  }
  ranges_.insert(ranges_.erase(first, last), range);
}

bool IndexSet::contains(std::int64_t index) const {
  const auto range = std::ranges::upper_bound(ranges_, index, {}, &IndexRange::end);
  return range != ranges_.end() && range->begin <= index;
}

std::int64_t IndexSet::count() const {
  std::int64_t count = 0;
  for (const IndexRange& range : ranges_) count += range.end - range.begin;
  return count;
}

std::vector<IndexRange> IndexSet::gaps(IndexRange within) const {
  std::vector<IndexRange> found;
  std::int64_t at = within.begin;
  const auto first = std::ranges::upper_bound(ranges_, within.begin, {}, &IndexRange::end);
  for (auto range = first; range != ranges_.end() && range->begin < within.end; ++range) {
    if (range->begin > at) found.push_back({at, range->begin});
    at = range->end;
  }
  if (at < within.end) found.push_back({at, within.end});
  return found;
}

}  // namespace poolscope
