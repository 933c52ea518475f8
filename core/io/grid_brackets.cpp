#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>

#include "core/io/bytes.h"
#include "core/io/grid_numbers.h"

namespace poolscope {
namespace {

constexpr std::size_t kMaxDepth = 4;
constexpr std::string_view kSpaces = " \t\n\r\v\f";

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }

/// Lists of one depth: how long each must be, and how many are complete.
struct Depth {
  std::optional<std::int64_t> length;
  std::int64_t complete = 0;
};

/// A list that is open. The outermost one is the text itself.
struct OpenList {
  char opened_by = '\0';
  std::size_t position = 0;
  std::int64_t items = 0;
  bool after_comma = false;
};

class BracketReader {
 public:
  explicit BracketReader(std::string_view text) : text_(text) {}

  Result<GridNumbers> read() {
    take_wrapper();
    while (!finished_ && next()) {
      if (auto done = read_one(); !done) return tl::unexpected(done.error());
    }
    if (depth() > 0) return text_failure(open_.back().position, "a bracket that is not closed");
    if (wrapped_ && !finished_) return text_failure(text_.size(), "a closing ) is missing");
    if (next()) return fault(fmt::format("{} after the end of the array", rest()));
    return result();
  }

 private:
  std::size_t depth() const { return open_.size() - 1; }
  std::string rest() const { return excerpt(text_.substr(at_)); }
  tl::unexpected<Error> fault(std::string what) const { return text_failure(at_, std::move(what)); }

  /// Moves to the next character that is no space; false at the end.
  bool next() {
    at_ = std::min(text_.find_first_not_of(kSpaces, at_), text_.size());
    return at_ < text_.size();
  }

  /// `array(`, `np.array(`, `torch.tensor(`.
  void take_wrapper() {
    next();
    std::size_t end = at_;
    while (end < text_.size() && is_name(text_[end])) ++end;
    if (end == at_ || end >= text_.size() || text_[end] != '(') return;
    at_ = end + 1;
    wrapped_ = true;
  }

  Result<void> read_one() {
    switch (text_[at_]) {
      case '[':
      case '(':
        return open_list();
      case ']':
      case ')':
        return close_list();
      case ',':
        return comma();
      case ';':
      case '/':
        return fault(fmt::format("{} within brackets; write [[1, 2], [3, 4]]", rest()));
      default:
        return number();
    }
  }

  Result<void> open_list() {
    if (number_depth_ && depth() >= *number_depth_) return fault("a list among numbers");
    if (depth() == kMaxDepth) return fault("more than 4 levels of brackets");
    open_.push_back({text_[at_], at_});
    ++at_;
    return {};
  }

  Result<void> close_list() {
    const char closer = text_[at_];
    if (depth() == 0 && wrapped_ && closer == ')') {
      finished_ = true;
      ++at_;
      return {};
    }
    if (depth() == 0 || (open_.back().opened_by == '[') != (closer == ']')) {
      return fault(fmt::format("a \"{}\" that closes nothing", closer));
    }
    if (open_.back().items == 0) return fault("an empty list");
    if (auto same = check_length(); !same) return same;
    open_.pop_back();
    ++at_;
    return count_item();
  }

  /// Holds the list that closes here against the others of its depth.
  Result<void> check_length() {
    constexpr std::array<const char*, 4> lists{"row", "plane", "sample", "batch"};
    constexpr std::array<const char*, 4> items{"numbers", "rows", "planes", "samples"};
    Depth& seen = depths_[depth()];
    const std::int64_t found = open_.back().items;
    const std::int64_t wanted = seen.length.value_or(found);
    if (found != wanted) {
      const std::size_t height = *number_depth_ - depth();
      return text_failure(open_.back().position,
                          fmt::format("{} {} has {} {}, {} 0 has {}", lists[height], seen.complete,
                                      found, items[height], lists[height], wanted));
    }
    seen.length = found;
    ++seen.complete;
    return {};
  }

  Result<void> count_item() {
    ++open_.back().items;
    open_.back().after_comma = false;
    return {};
  }

  Result<void> comma() {
    OpenList& list = open_.back();
    if (list.items == 0 || list.after_comma) return fault("a comma without a number before it");
    list.after_comma = true;
    ++at_;
    if (depth() == 0 && wrapped_) take_keywords();
    return {};
  }

  /// `dtype=float32)` and whatever else follows the numbers in a print of an array.
  void take_keywords() {
    if (!next() || !std::isalpha(static_cast<unsigned char>(text_[at_]))) return;
    const std::size_t end = text_.find_last_not_of(kSpaces);
    if (text_[end] != ')') return;
    at_ = end + 1;
    finished_ = true;
  }

  Result<void> number() {
    const std::size_t end = std::min(text_.find_first_of(" \t\n\r\v\f[](),;/", at_), text_.size());
    const std::string_view token = text_.substr(at_, end - at_);
    if (token == "...") return fault("\"...\" stands for numbers left out; print the whole array");
    if (depth() == 0) return fault(fmt::format("{} outside the brackets", excerpt(token)));
    if (number_depth_.value_or(depth()) != depth()) return fault("a number among lists");
    if (open_.back().items == 0 && depths_[depth()].complete == 0) number_depth_ = depth();
    const TextCell cell{depths_[depth()].complete, open_.back().items, token, at_};
    if (auto added = numbers_.add(cell); !added) return added;
    at_ = end;
    return count_item();
  }

  Result<GridNumbers> result() {
    if (!number_depth_) return failure("no numbers between the brackets");
    if (open_.back().items > 1) numbers_.axes.push_back(open_.back().items);
    for (std::size_t d = 1; d <= *number_depth_; ++d) numbers_.axes.push_back(*depths_[d].length);
    if (numbers_.axes.size() == 1) numbers_.axes.insert(numbers_.axes.begin(), 1);
    return std::move(numbers_);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool wrapped_ = false, finished_ = false;
  std::vector<OpenList> open_{OpenList{}};
  std::array<Depth, kMaxDepth + 1> depths_;
  std::optional<std::size_t> number_depth_;
  GridNumbers numbers_;
};

}  // namespace

Result<GridNumbers> parse_brackets(std::string_view text) { return BracketReader(text).read(); }

}  // namespace poolscope
