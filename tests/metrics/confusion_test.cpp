#include "core/metrics/confusion.h"

#include <gtest/gtest.h>

namespace poolscope {
namespace {

/// Truth 0: four right, one taken for 2. Truth 1: one right, two taken for 0. Truth 2: three right.
ConfusionMatrix example() {
  ConfusionMatrix matrix;
  const auto add = [&](std::size_t truth, std::size_t answer, int times) {
    for (int i = 0; i < times; ++i) matrix.add(truth, answer);
  };
  add(0, 0, 4), add(0, 2, 1), add(1, 1, 1), add(1, 0, 2), add(2, 2, 3);
  return matrix;
}

std::vector<std::size_t> classes_of(const ConfusionMatrix& matrix) {
  std::vector<std::size_t> classes;
  for (const auto& [of, score] : matrix.scores()) classes.push_back(of);
  return classes;
}

TEST(Confusion, CountsPairsOfTruthAndAnswer) {
  const ConfusionMatrix matrix = example();
  EXPECT_EQ(matrix.total(), 11);
  EXPECT_EQ(matrix.right(), 8);
  EXPECT_DOUBLE_EQ(matrix.accuracy(), 8.0 / 11.0);
  EXPECT_EQ(matrix.count(1, 0), 2);
  EXPECT_EQ(matrix.count(0, 1), 0);
  EXPECT_EQ(classes_of(matrix), (std::vector<std::size_t>{0, 1, 2}));
}

/// The figures are scikit-learn's, of precision_recall_fscore_support.
TEST(Confusion, ScoresAClassAsScikitLearnDoes) {
  const ConfusionMatrix matrix = example();
  const ClassScore first = matrix.scores().at(0), second = matrix.scores().at(1),
                   third = matrix.scores().at(2);
  EXPECT_EQ(first.support, 5);
  EXPECT_DOUBLE_EQ(first.precision(), 4.0 / 6.0);
  EXPECT_DOUBLE_EQ(first.recall(), 4.0 / 5.0);
  EXPECT_DOUBLE_EQ(first.f1(), 8.0 / 11.0);
  EXPECT_DOUBLE_EQ(second.precision(), 1.0);
  EXPECT_DOUBLE_EQ(second.recall(), 1.0 / 3.0);
  EXPECT_DOUBLE_EQ(second.f1(), 0.5);
  EXPECT_DOUBLE_EQ(third.precision(), 0.75);
  EXPECT_DOUBLE_EQ(third.f1(), 6.0 / 7.0);
  EXPECT_DOUBLE_EQ(matrix.macro_f1(), (8.0 / 11.0 + 0.5 + 6.0 / 7.0) / 3.0);
}

TEST(Confusion, ListsTheMostFrequentMistakesFirst) {
  const auto mistakes = example().mistakes();
  ASSERT_EQ(mistakes.size(), 2U);
  EXPECT_EQ(mistakes[0], (ConfusionMatrix::Mistake{1, 0, 2}));
  EXPECT_EQ(mistakes[1], (ConfusionMatrix::Mistake{0, 2, 1}));
}

TEST(Confusion, HasNoFiguresToDivideByWithoutExamples) {
  const ConfusionMatrix empty;
  EXPECT_EQ(empty.accuracy(), 0.0);
  EXPECT_EQ(empty.macro_f1(), 0.0);
  EXPECT_EQ(ClassScore().precision(), 0.0);
  EXPECT_TRUE(empty.scores().empty());
  ConfusionMatrix never_answered;
  never_answered.add(5, 7);
  EXPECT_EQ(never_answered.scores().at(5).precision(), 0.0);
  EXPECT_EQ(never_answered.scores().at(7).recall(), 0.0);
  EXPECT_EQ(classes_of(never_answered), (std::vector<std::size_t>{5, 7}));
}

}  // namespace
}  // namespace poolscope
