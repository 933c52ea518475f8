#pragma once

#include <array>
#include <functional>
#include <optional>
#include <ostream>
#include <random>
#include <string>

#include "tests/engines/windows.h"
#include "tests/parity/parity.h"

namespace poolscope {

/// One reduction of the grid, as a change to a pool of windows.
struct Kind {
  const char* name;
  Reduction reduction;
  bool winners = false;
  bool count_padding = true;
  double exponent = 2.0;
  bool magnitude = false;
  std::optional<double> least = {};
  double alpha = 0.5, scale = 1.0;
  bool sampled = false;

  friend std::ostream& operator<<(std::ostream& to, const Kind& kind) { return to << kind.name; }
};
inline constexpr std::array kKinds{
    Kind{"Max", Reduction::max},
    Kind{"MaxWithWinners", Reduction::max, true},
    Kind{"Mean", Reduction::mean},
    Kind{"MeanOfTapsInside", Reduction::mean, false, false},
    Kind{"PowerOne", Reduction::power, false, true, 1.0},
    Kind{"PowerTwo", Reduction::power, false, true, 2.0},
    Kind{"PowerThreeOfMagnitudes", Reduction::power, false, true, 3.0, true},
};

/// A kind is named in the tests' names.
inline void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

/// The research pools; not every engine has them.
inline constexpr std::array kResearchKinds{
    Kind{"Min", Reduction::min},
    Kind{"MinWithWinners", Reduction::min, true},
    Kind{"Median", Reduction::median},
    Kind{"MedianWithWinners", Reduction::median, true},
    Kind{"Mixed", Reduction::mixed, false, false},
    Kind{"PowerEight", Reduction::power, false, false, 8.0},
    Kind{.name = "GeneralizedMean",
         .reduction = Reduction::power,
         .count_padding = false,
         .exponent = 3.0,
         .least = 1e-6},
    Kind{"Softmax", Reduction::softmax},
    Kind{.name = "SharpSoftmax", .reduction = Reduction::softmax, .scale = 20.0},
    Kind{"LogSumExp", Reduction::log_sum_exp},
    Kind{.name = "FlatLogSumExp", .reduction = Reduction::log_sum_exp, .scale = 0.25},
};

inline constexpr std::array kStochasticKinds{
    Kind{"StochasticExpected", Reduction::stochastic},
    Kind{.name = "StochasticDrawn", .reduction = Reduction::stochastic, .sampled = true},
};

/// Gives the windows of a pool that reduction.
void set_reduction(LoweredPool& pool, const Kind& kind);

/// One setting of the grid that every engine faces.
struct GridCase {
  AxisSpec rows, cols;
  Shape shape;
  Fill fill;
};

/// Calls visit(case) over kernels x strides x paddings x dilations x ceil; sizes and fills take
/// turns, `repeats` of them for each setting.
void for_each_case(int repeats, const std::function<void(const GridCase&)>& visit);

/// The pool of a case; without windows where not one fits.
LoweredPool pool_of(GridCase grid_case, const Kind& kind);
std::string text(const GridCase& grid_case);

/// Windows without any order, other ones for each plane.
LoweredPool scattered_pool(const Shape& shape, std::mt19937& random, const Kind& kind);

/// Runs the engine under test; nothing where it leaves the run to another engine.
using GridRun = std::function<std::optional<PoolOutput>(
    const Tensor& input, const LoweredPool& pool, const RunOptions& options)>;

/// Holds an engine against the reference on every case, `repeats` for each setting, and gives how
/// many were compared. Fails the test that calls it, and stops after a few faults.
int compare_on_grid(const Kind& kind, int repeats, const GridRun& run, const Bounds& bounds = {});
/// The same on adaptive windows, on windows of each plane, and for weighted sums, whose weights
/// count every tap of a window.
void compare_on_adaptive_windows(const Kind& kind, const GridRun& run, const Bounds& bounds = {});
void compare_on_windows_of_each_plane(const Kind& kind, const GridRun& run,
                                      const Bounds& bounds = {});
void compare_weighted_sums(const GridRun& run, const Bounds& bounds = {});

}  // namespace poolscope
