#pragma once

#include <cstdint>
#include <vector>

namespace poolscope {

/// What becomes of each value x by itself; a and b are the numbers of a Pointwise.
enum class PointwiseFunction {
  clamp,       ///< min(max(x, a), b): ReLU, ReLU6, Hardtanh.
  leaky_relu,  ///< x, below 0 times a.
  elu,         ///< x, below 0 a * (e^x - 1).
  gelu,        ///< x * P(X <= x) of a standard normal X.
  silu,        ///< x * sigmoid(x).
  softplus,    ///< log(1 + e^(a x)) / a.
  sigmoid,     ///< 1 / (1 + e^-x).
  tanh,
  abs,
  square,
  affine,  ///< scale * x + shift, by channel.
};

/// A function of each value by itself. NaN stays NaN.
struct Pointwise {
  PointwiseFunction function = PointwiseFunction::clamp;
  double a = 0.0, b = 0.0;
  std::vector<double> scale = {}, shift = {};  ///< Of an affine one: one a channel.

  bool operator==(const Pointwise&) const = default;
};

/// The function's value at x in a plane of `channel`.
double pointwise_value(const Pointwise& pointwise, double x, std::int64_t channel);

/// Its slope there; where there is none, what PyTorch's autograd has: 0 at a clamp's ends and for
/// |x| at 0, a leaky ReLU's and an ELU's from below.
double pointwise_slope(const Pointwise& pointwise, double x, std::int64_t channel);

}  // namespace poolscope
