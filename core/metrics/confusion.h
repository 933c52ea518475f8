#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace poolscope {

/// How well one class is told from the others. A figure that would divide by 0 is 0.
/// Source: scikit-learn's precision_recall_fscore_support with zero_division=0.
struct ClassScore {
  std::int64_t support = 0;  ///< Examples that are of this class.
  std::int64_t answers = 0;  ///< Examples that were said to be.
  std::int64_t right = 0;    ///< Both.

  double precision() const;  ///< Of what was said to be of this class, the share that is: 0 to 1.
  double recall() const;     ///< Of what is of this class, the share that was found: 0 to 1.
  double f1() const;         ///< Harmonic mean of both: 0 to 1.
};

/// How often each class was taken for each. Classes are counted from 0; only pairs that came up
/// take memory, so that there may be thousands of classes.
class ConfusionMatrix {
 public:
  /// One more example of class `truth` that was answered as class `answer`.
  void add(std::size_t truth, std::size_t answer);

  std::int64_t count(std::size_t truth, std::size_t answer) const;
  std::int64_t total() const { return total_; }
  std::int64_t right() const;
  double accuracy() const;  ///< Share of right answers, 0 to 1; 0 without examples.
  /// Of the classes that came up, as truth or as answer, by class.
  std::map<std::size_t, ClassScore> scores() const;
  /// Mean over scores(), each counting alike.
  double macro_f1() const;

  /// A wrong answer, and how often it was given.
  struct Mistake {
    std::size_t truth = 0, answer = 0;
    std::int64_t count = 0;
    bool operator==(const Mistake&) const = default;
  };
  /// The most frequent first; equally frequent ones by their classes.
  std::vector<Mistake> mistakes() const;

 private:
  std::map<std::pair<std::size_t, std::size_t>, std::int64_t> counts_;  ///< By truth and answer.
  std::int64_t total_ = 0;
};

}  // namespace poolscope
