#include "core/metrics/confusion.h"

#include <algorithm>

namespace poolscope {
namespace {

double share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

double ClassScore::precision() const { return share(right, answers); }
double ClassScore::recall() const { return share(right, support); }
double ClassScore::f1() const { return share(2 * right, support + answers); }

void ConfusionMatrix::add(std::size_t truth, std::size_t answer) {
  ++counts_[{truth, answer}];
  ++total_;
}

std::int64_t ConfusionMatrix::count(std::size_t truth, std::size_t answer) const {
  const auto found = counts_.find({truth, answer});
  return found == counts_.end() ? 0 : found->second;
}

std::int64_t ConfusionMatrix::right() const {
  std::int64_t right = 0;
  for (const auto& [pair, count] : counts_) right += pair.first == pair.second ? count : 0;
  return right;
}

double ConfusionMatrix::accuracy() const { return share(right(), total_); }

std::map<std::size_t, ClassScore> ConfusionMatrix::scores() const {
  std::map<std::size_t, ClassScore> scores;
  for (const auto& [pair, count] : counts_) {
    const auto [truth, answer] = pair;
    scores[truth].support += count;
    scores[answer].answers += count;
    if (truth == answer) scores[truth].right += count;
  }
  return scores;
}

double ConfusionMatrix::macro_f1() const {
  const auto all = scores();
  double sum = 0.0;
  for (const auto& [of, score] : all) sum += score.f1();
  return all.empty() ? 0.0 : sum / static_cast<double>(all.size());
}

std::vector<ConfusionMatrix::Mistake> ConfusionMatrix::mistakes() const {
  std::vector<Mistake> mistakes;
  for (const auto& [pair, count] : counts_) {
    if (pair.first != pair.second) mistakes.push_back({pair.first, pair.second, count});
  }
  std::ranges::stable_sort(mistakes, std::greater{}, &Mistake::count);
  return mistakes;
}

}  // namespace poolscope
