#include "tests/bench/measure.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>
#include <thread>

#include <benchmark/benchmark.h>
#include <unistd.h>

namespace poolscope::bench {
namespace {

/// Longer than idle threads of any of the contenders keep a core busy.
constexpr auto kPause = std::chrono::milliseconds(8);
/// What a repetition takes at least, in seconds: short runs are repeated within it.
constexpr double kShortest = 0.004;
/// One that takes this long, in seconds, is run but once.
constexpr double kLong = 1.0;
/// How long a contender runs before its time is taken, in seconds: its threads wake up meanwhile.
constexpr double kWarmUp = 0.005;

/// A contender of a row and what is known of it.
struct Runner {
  std::string name;
  std::unique_ptr<Contender> contender;
  double once = 0.0;  ///< Seconds of its first run.
  bool failed = false, agrees = true;
};

/// Keeps the time of every repetition, in ns by contender.
class Collector final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
      times_[run.run_name.function_name].push_back(run.real_accumulated_time * 1e9 /
                                                   static_cast<double>(run.iterations));
    }
  }
  double median(const std::string& name) {
    std::vector<double>& times = times_[name];
    if (times.empty()) return 0.0;
    std::ranges::sort(times);
    const std::size_t middle = times.size() / 2;
    return times.size() % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
  }

 private:
  std::map<std::string, std::vector<double>> times_;
};

double seconds_of(Contender& contender, bool& failed) {
  const auto start = std::chrono::steady_clock::now();
  failed = !contender.run();
  const double wall =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return contender.own_seconds().value_or(wall);
}

/// How far values in [-1, 1) may be apart when one side sums a window in float, in order.
double tolerance(const Task& task) {
  if (task.pool.reduction == Reduction::max) return 0.0;
  double taps = 1.0;
  for (const AxisWindow& row : task.pool.planes.front().rows) {
    for (const AxisWindow& col : task.pool.planes.front().cols) {
      taps = std::max(taps, static_cast<double>(row.count) * static_cast<double>(col.count));
    }
    if (task.pool.planes.front().rows.size() > 1000) break;
  }
  const double sum = 1e-6 + 6e-8 * taps;
  if (task.pool.reduction == Reduction::power) return 1e-4 * taps;
  return task.pool.divisor_override ? sum * taps : sum;
}

bool agree(std::span<const float> a, std::span<const float> b, double within) {
  return a.size() == b.size() && std::ranges::equal(a, b, [&](float x, float y) {
           return std::abs(double{x} - double{y}) <= within;
         });
}

/// Runs each contender once and holds its values against ours.
void check(const Task& task, std::vector<Runner>& runners) {
  std::vector<float> ours;
  for (Runner& runner : runners) {
    runner.once = seconds_of(*runner.contender, runner.failed);
    if (runner.failed) continue;
    const std::vector<float> values = runner.contender->values();
    if (ours.empty()) ours = values;
    runner.agrees = values.empty() || agree(ours, values, tolerance(task));
  }
}

/// Seconds of a run when warm.
double warm_up(Contender& contender) {
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  int runs = 0;
  do {
    contender.run();
    ++runs;
  } while (seconds() < kWarmUp);
  return seconds() / runs;
}

void enlist(Runner& runner, const Effort& effort) {
  const double once = std::max(warm_up(*runner.contender), 1e-7);
  const double runs = std::clamp(kShortest / once, 1.0, 5000.0);
  const double repetitions =
      std::clamp(effort.seconds / (runs * once), 3.0, static_cast<double>(effort.repetitions));
  benchmark::internal::Benchmark* enlisted =
      benchmark::RegisterBenchmark(runner.name.c_str(),
                                   [&runner](benchmark::State& state) {
                                     std::this_thread::sleep_for(kPause);
                                     warm_up(*runner.contender);
                                     for (auto unused : state) {
                                       (void)unused;
                                       runner.contender->run();
                                       if (const auto own = runner.contender->own_seconds())
                                         state.SetIterationTime(*own);
                                     }
                                   })
          ->Iterations(static_cast<benchmark::IterationCount>(runs))
          ->Repetitions(static_cast<int>(repetitions));
  runner.contender->own_seconds() ? enlisted->UseManualTime() : enlisted->UseRealTime();
}

/// Taps of all windows of a plane.
double plane_taps(const Task& task) {
  const auto taps = [](const std::vector<AxisWindow>& windows) {
    return std::accumulate(windows.begin(), windows.end(), 0.0,
                           [](double sum, const AxisWindow& window) {
                             return sum + static_cast<double>(window.count);
                           });
  };
  const PlaneWindows& windows = task.pool.planes.front();
  return taps(windows.rows) * taps(windows.cols);
}

std::vector<Runner> make_runners(const Task& task, const Effort& effort) {
  const double work = plane_taps(task) * static_cast<double>(task.row.shape.planes());
  std::vector<Runner> runners;
  const auto add = [&](const Entry& entry) {
    if (!runners.empty() && work > std::min(entry.most_taps, effort.most_taps)) return;
    auto contender = entry.make(task);
    if (contender) runners.push_back({std::string(entry.name), std::move(contender)});
  };
  for (const Entry& entry : contenders()) add(entry);
  for (const Entry& limit : {kMemcpy, kRead}) {
    runners.push_back({std::string(limit.name), limit.make(task)});
  }
  return runners;
}

bool reads_once(const Task& task) {
  const Shape& in = task.row.shape;
  return in.elements() * static_cast<std::int64_t>(sizeof(float)) <=
             ::sysconf(_SC_LEVEL2_CACHE_SIZE) &&
         plane_taps(task) <= static_cast<double>(in.plane_size());
}

}  // namespace

double Row::ratio(std::string_view engine) const {
  const auto timing = std::ranges::find(timings, engine, &Timing::engine);
  return timing == timings.end() || !timing->agrees ? 0.0 : timing->ns / ours();
}

void start_measuring() {
  char program[] = "poolscope_bench";
  char interleave[] = "--benchmark_enable_random_interleaving=true";
  char* arguments[] = {program, interleave, nullptr};
  int count = 2;
  benchmark::Initialize(&count, arguments);
}

Result<Row> measure(const Task& task, const Effort& effort) {
  std::vector<Runner> runners = make_runners(task, effort);
  check(task, runners);
  if (runners.front().failed) return failure("the engine failed, perhaps for want of memory");

  for (Runner& runner : runners) {
    if (!runner.failed && runner.once < kLong) enlist(runner, effort);
  }
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector, ".");
  benchmark::ClearRegisteredBenchmarks();

  Row row{.row = task.row, .reads_once = reads_once(task), .timings = {}};
  for (const Runner& runner : runners) {
    const double ns = runner.once < kLong ? collector.median(runner.name) : runner.once * 1e9;
    if (runner.name == kMemcpy.name) {
      row.memcpy_ns = ns;
    } else if (runner.name == kRead.name) {
      row.read_ns = ns;
    } else if (!runner.failed) {
      row.timings.push_back({runner.name, ns, runner.agrees});
    }
  }
  return row;
}

}  // namespace poolscope::bench
