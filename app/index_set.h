#pragma once

#include <cstdint>
#include <vector>

namespace poolscope {

/// The numbers from `begin` to before `end`.
struct IndexRange {
  std::int64_t begin = 0, end = 0;

  bool operator==(const IndexRange&) const = default;
};

/// A set of numbers, as the ranges it is made of: whole rows of windows cost as little as one.
class IndexSet {
 public:
  void add(IndexRange range);
  bool contains(std::int64_t index) const;
  /// How many numbers it has.
  std::int64_t count() const;
  bool empty() const { return ranges_.empty(); }
  /// Ascending; no two of them touch.
  const std::vector<IndexRange>& ranges() const { return ranges_; }
  /// The ranges of `within` that are not in the set.
  std::vector<IndexRange> gaps(IndexRange within) const;

  bool operator==(const IndexSet&) const = default;

 private:
  std::vector<IndexRange> ranges_;
};

}  // namespace poolscope
