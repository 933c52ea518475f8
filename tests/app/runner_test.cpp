#include "app/runner.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "core/engines/engine_list.h"
#include "tests/app/documents.h"

namespace poolscope {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

RunRequest request_of(const Source& source, const std::vector<std::string>& layers,
                      const std::string& engine = "reference") {
  RunRequest request{source, {}, engine};
  for (const std::string& text : layers) request.pipeline.push_back({layer_of(text), true});
  return request;
}

Evaluation run(const RunRequest& request, const Evaluation* previous = nullptr) {
  return evaluate(request, previous, nullptr);
}

/// Many seconds of work on the reference engine, given up within one row when cancelled.
RunRequest long_request() {
  static const Source source = counting_grid(1000, 1000);
  return request_of(source, {"MaxPool2d(201, stride=1, padding=100)"});
}

RunRequest short_request(float first = 1.0F) {
  return request_of(grid_source(2, 2, {first, 2, 3, 4}), {"MaxPool2d(2)"});
}

/// Polls as the window does, until `done` or half a minute is over; true if `done`.
template <class Done>
bool poll_until(Runner& runner, Done done) {
  const auto end = Clock::now() + 30s;
  while (!done()) {
    if (Clock::now() > end) return false;
    runner.poll();
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

/// Waits until the long run has been taken up.
void let_it_start(Runner& runner) {
  const auto end = Clock::now() + 100ms;
  poll_until(runner, [&] { return Clock::now() > end; });
  ASSERT_TRUE(runner.busy());
}

TEST(Evaluate, GivesTheTraceAndAPictureOfEachStage) {
  const Evaluation result = run(
      request_of(counting_grid(6, 6), {"MaxPool2d(2)", "AvgPool2d(3)", "AdaptiveMaxPool2d(2)"}));
  ASSERT_FALSE(result.trace.error) << result.trace.error->message;
  ASSERT_EQ(result.trace.stages.size(), 4U);
  ASSERT_EQ(result.pictures.size(), 4U);
  ASSERT_EQ(result.input_pictures.size(), 4U);
  EXPECT_EQ(values_of(result.trace.stages[1].values),
            (std::vector<float>{8, 10, 12, 20, 22, 24, 32, 34, 36}));
  EXPECT_EQ(values_of(result.trace.stages[2].values), (std::vector<float>{22}));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_TRUE(result.pictures[i]->tensor().same_buffer(result.trace.stages[i].values));
    EXPECT_TRUE(result.input_pictures[i]->tensor().same_buffer(result.trace.stages[i].input));
  }
  EXPECT_EQ(result.pictures[1]->overall().max, 36.0F);
  EXPECT_EQ(result.engine->name(), "reference");
  EXPECT_GT(result.seconds, 0.0);
}

TEST(Evaluate, NamesTheEnginesThatRanAndWhatTheySay) {
  const Evaluation whole = run(request_of(counting_grid(4, 4), {"MaxPool2d(2)"}, "cpu"));
  EXPECT_EQ(whole.engine_title, (*find_engine("cpu"))->title());
  EXPECT_TRUE(whole.engine_notes.empty());
  const std::string roi = "MaxRoiPool(pooled_shape=[2, 2])";
  const Evaluation mixed = run(request_of(counting_grid(4, 4), {"MaxPool2d(1)", roi, roi}, "cpu"));
  ASSERT_FALSE(mixed.trace.error) << mixed.trace.error->message;
  const std::string last = mixed.trace.stages.back().engine;
  EXPECT_EQ(mixed.engine_title,
            last == "cpu" ? whole.engine_title : whole.engine_title + " + Reference, 1 thread");
}

TEST(Evaluate, SharesThePictureOfOneTensorBetweenStages) {
  RunRequest request = request_of(counting_grid(4, 4), {"MaxPool2d(2)", "MaxPool2d(2)"});
  request.pipeline[0].enabled = false;
  const Evaluation result = run(request);
  EXPECT_EQ(result.pictures.at(0), result.pictures.at(1));
  EXPECT_EQ(result.input_pictures.at(0), result.pictures.at(0));
  EXPECT_EQ(result.input_pictures.at(2), result.pictures.at(1));
}

TEST(Evaluate, DrawsALayersInputAsTheLayerReadsIt) {
  RunRequest request =
      request_of(picture_source(2, 4, 4), {"MaxPooling2D(1, data_format=\"channels_first\")",
                                           "MaxPooling2D(1, data_format=\"channels_last\")"});
  request.source.array.form = {4, DataFormat::channels_first, 2};
  const Evaluation result = run(request);
  ASSERT_FALSE(result.trace.error) << result.trace.error->message;
  EXPECT_EQ(result.input_pictures.at(2)->shape(), (Shape{1, 4, 2, 4}));
  EXPECT_EQ(result.pictures.at(1)->shape(), (Shape{1, 2, 4, 4}));
}

TEST(Evaluate, LendsPicturesOfTensorsThatDidNotChange) {
  const RunRequest request = request_of(counting_grid(4, 4), {"MaxPool2d(2)"});
  const Evaluation first = run(request);
  RunRequest other = request;
  other.pipeline[0].layer = layer_of("AvgPool2d(2)");
  const Evaluation second = run(other, &first);
  EXPECT_EQ(second.pictures.at(0), first.pictures.at(0));
  EXPECT_NE(second.pictures.at(1), first.pictures.at(1));
}

TEST(Evaluate, LendsThePictureOfLumaWhileTheSourceIsTheSame) {
  RunRequest request = request_of(picture_source(3, 4, 4), {"MaxPool2d(2)"});
  request.source.luma = true;
  const Evaluation first = run(request);
  ASSERT_EQ(first.pictures.at(0)->shape(), (Shape{1, 1, 4, 4}));
  request.pipeline.clear();
  EXPECT_EQ(run(request, &first).pictures.at(0), first.pictures.at(0));
  request.source.luma = false;
  const Evaluation colour = run(request, &first);
  EXPECT_EQ(colour.pictures.at(0)->shape(), (Shape{1, 3, 4, 4}));
}

TEST(Evaluate, TellsAnUnknownEngineAndNothingElse) {
  const Evaluation result = run(request_of(counting_grid(2, 2), {"MaxPool2d(2)"}, "abacus"));
  ASSERT_TRUE(result.trace.error);
  EXPECT_NE(result.trace.error->message.find("abacus"), std::string::npos);
  EXPECT_EQ(result.engine, nullptr);
  EXPECT_TRUE(result.trace.stages.empty());
  EXPECT_TRUE(result.pictures.empty());
  const Evaluation next = run(short_request(), &result);
  EXPECT_EQ(next.pictures.size(), 2U);
}

TEST(Evaluate, GoesAsFarAsTheFirstImpossibleLayer) {
  const Evaluation result =
      run(request_of(counting_grid(4, 4), {"MaxPool2d(2)", "MaxPool2d(3)", "MaxPool2d(1)"}));
  ASSERT_TRUE(result.trace.error);
  EXPECT_EQ(result.trace.failed_layer, 1U);
  EXPECT_EQ(result.pictures.size(), 2U);
}

TEST(Evaluate, TakesAPipelineWithoutLayersAndABatchWithoutSamples) {
  EXPECT_EQ(run(request_of(counting_grid(2, 2), {})).pictures.size(), 1U);
  Source empty = picture_source(3, 4, 4);
  empty.array.tensor = *Tensor::copy_of({0, 3, 4, 4}, {});
  const Evaluation result = run(request_of(empty, {"MaxPool2d(2)"}));
  ASSERT_FALSE(result.trace.error) << result.trace.error->message;
  EXPECT_EQ(result.pictures.at(1)->shape(), (Shape{0, 3, 2, 2}));
}

TEST(RunRequest, IsTheSameWhileNothingThatCountsChanges) {
  const RunRequest request = request_of(picture_source(3, 4, 4), {"MaxPool2d(2)"});
  RunRequest other = request;
  other.source.path = "/elsewhere.png";
  EXPECT_TRUE(request.same_as(other));
  other.source.luma = true;
  EXPECT_FALSE(request.same_as(other));
  other = request;
  other.pipeline[0].enabled = false;
  EXPECT_FALSE(request.same_as(other));
  other = request;
  other.engine = "cpu";
  EXPECT_FALSE(request.same_as(other));
  other = request;
  other.source.array.form = {4, DataFormat::channels_last, 2};
  EXPECT_FALSE(request.same_as(other));
  EXPECT_FALSE(request.same_as(request_of(picture_source(3, 4, 4), {"MaxPool2d(2)"})))
      << "another tensor";
}

TEST(Runner, ShowsNothingBeforeTheFirstRunLands) {
  Runner runner({});
  EXPECT_EQ(runner.current(), nullptr);
  EXPECT_FALSE(runner.busy());
  EXPECT_FALSE(runner.poll());
  EXPECT_EQ(runner.busy_seconds(), 0.0);
}

TEST(Runner, LandsWhatWasAskedForAndWakesTheWindow) {
  std::atomic<int> woken = 0;
  Runner runner([&] { ++woken; });
  runner.request(short_request(9.0F));
  EXPECT_TRUE(runner.busy());
  EXPECT_TRUE(poll_until(runner, [&] { return runner.current() != nullptr; }));
  EXPECT_EQ(runner.current()->trace.stages.at(1).values.values()[0], 9.0F);
  EXPECT_TRUE(poll_until(runner, [&] { return !runner.busy() && woken == 1; }));
}

TEST(Runner, DoesNotRunAgainWhatItShows) {
  Runner runner({});
  const RunRequest request = short_request();
  runner.request(request);
  runner.wait();
  const Evaluation* const shown = runner.current();
  runner.request(request);
  EXPECT_FALSE(runner.busy());
  runner.wait();
  EXPECT_EQ(runner.current(), shown);
}

TEST(Runner, LetsTheNewestRequestWin) {
  Runner runner({});
  runner.request(long_request());
  let_it_start(runner);
  for (const float first : {10.0F, 11.0F, 12.0F}) runner.request(short_request(first));
  const auto start = Clock::now();
  ASSERT_TRUE(poll_until(runner, [&] { return runner.current() != nullptr; }));
  EXPECT_EQ(runner.current()->trace.stages.at(1).values.values()[0], 12.0F);
  EXPECT_LT(Clock::now() - start, 10s);
  EXPECT_FALSE(runner.current()->trace.error);
  EXPECT_FALSE(runner.busy());
}

TEST(Runner, KeepsTheLastGoodEvaluationWhenARunIsCancelled) {
  Runner runner({});
  runner.request(short_request());
  runner.wait();
  const Evaluation* const good = runner.current();
  ASSERT_NE(good, nullptr);
  runner.request(long_request());
  let_it_start(runner);
  EXPECT_EQ(runner.current(), good) << "the old picture stays while the new run is under way";
  EXPECT_GT(runner.busy_seconds(), 0.0);
  runner.cancel();
  ASSERT_TRUE(poll_until(runner, [&] { return !runner.busy(); }));
  EXPECT_EQ(runner.current(), good);
  EXPECT_FALSE(good->trace.error);
}

TEST(Runner, RunsACancelledRequestWhenAskedAgain) {
  Runner runner({});
  const RunRequest request = short_request();
  runner.request(long_request());
  let_it_start(runner);
  runner.request(request);
  runner.cancel();
  ASSERT_TRUE(poll_until(runner, [&] { return !runner.busy(); }));
  EXPECT_EQ(runner.current(), nullptr);
  runner.request(request);
  runner.wait();
  ASSERT_NE(runner.current(), nullptr);
  EXPECT_TRUE(runner.current()->request.same_as(request));
}

TEST(Runner, LandsTheErrorOfAnUnknownEngineAndGoesOn) {
  Runner runner({});
  RunRequest request = short_request();
  request.engine = "abacus";
  runner.request(request);
  runner.wait();
  ASSERT_NE(runner.current(), nullptr);
  EXPECT_TRUE(runner.current()->trace.error);
  request.engine = "cpu";
  runner.request(request);
  runner.wait();
  EXPECT_FALSE(runner.current()->trace.error);
  EXPECT_EQ(runner.current()->engine, *find_engine("cpu"));
}

TEST(Runner, LendsPicturesFromRunToRun) {
  Runner runner({});
  RunRequest request = short_request();
  runner.request(request);
  runner.wait();
  const auto picture = runner.current()->pictures.at(0);
  request.pipeline.clear();
  runner.request(request);
  runner.wait();
  EXPECT_EQ(runner.current()->pictures.at(0), picture);
}

TEST(Runner, GoesAwayAtOnceWhileARunIsUnderWay) {
  auto runner = std::make_unique<Runner>(std::function<void()>());
  runner->request(long_request());
  let_it_start(*runner);
  const auto start = Clock::now();
  runner.reset();
  EXPECT_LT(Clock::now() - start, 5s);
}

TEST(Runner, GoesAwayAtOnceWhileARequestWaits) {
  for (int i = 0; i < 20; ++i) {
    auto runner = std::make_unique<Runner>(std::function<void()>());
    runner->request(long_request());
    if (i % 2 == 0) std::this_thread::sleep_for(1ms);
    runner->request(short_request());
    runner->request(long_request());
    const auto start = Clock::now();
    runner.reset();
    ASSERT_LT(Clock::now() - start, 5s);
  }
}

}  // namespace
}  // namespace poolscope
