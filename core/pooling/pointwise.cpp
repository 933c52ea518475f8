#include "core/pooling/pointwise.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace poolscope {
namespace {

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

/// The share of a standard normal distribution up to x, and its density there.
double normal_share(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double normal_density(double x) {
  return std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi);
}

/// x * share, whose limit at -inf is 0.
double gated(double x, double share) { return share == 0.0 ? 0.0 : x * share; }

/// log(1 + e^x) without leaving double.
double soft_positive(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

}  // namespace

double pointwise_value(const Pointwise& pointwise, double x, std::int64_t channel) {
  const double a = pointwise.a;
  if (std::isnan(x)) return x;
  switch (pointwise.function) {
    case PointwiseFunction::clamp:
      return std::min(std::max(x, a), pointwise.b);
    case PointwiseFunction::leaky_relu:
      return x > 0.0 ? x : a * x;
    case PointwiseFunction::elu:
      return x > 0.0 ? x : a * std::expm1(x);
    case PointwiseFunction::gelu:
      return gated(x, normal_share(x));
    case PointwiseFunction::silu:
      return gated(x, sigmoid(x));
    case PointwiseFunction::softplus:
      return soft_positive(a * x) / a;
    case PointwiseFunction::sigmoid:
      return sigmoid(x);
    case PointwiseFunction::tanh:
      return std::tanh(x);
    case PointwiseFunction::abs:
      return std::abs(x);
    case PointwiseFunction::square:
      return x * x;
    case PointwiseFunction::affine:
      break;
  }
  const auto c = static_cast<std::size_t>(channel);
  return pointwise.scale[c] * x + pointwise.shift[c];
}

double pointwise_slope(const Pointwise& pointwise, double x, std::int64_t channel) {
  const double a = pointwise.a;
  switch (pointwise.function) {
    case PointwiseFunction::clamp:
      return x > a && x < pointwise.b ? 1.0 : 0.0;
    case PointwiseFunction::leaky_relu:
      return x > 0.0 ? 1.0 : a;
    case PointwiseFunction::elu:
      return x > 0.0 ? 1.0 : a * std::exp(x);
    case PointwiseFunction::gelu:
      return normal_share(x) + gated(x, normal_density(x));
    case PointwiseFunction::silu:
      return sigmoid(x) * (1.0 + gated(x, sigmoid(-x)));
    case PointwiseFunction::softplus:
      return sigmoid(a * x);
    case PointwiseFunction::sigmoid:
      return sigmoid(x) * sigmoid(-x);
    case PointwiseFunction::tanh:
      return 1.0 - std::tanh(x) * std::tanh(x);
    case PointwiseFunction::abs:
      return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0;
    case PointwiseFunction::square:
      return 2.0 * x;
    case PointwiseFunction::affine:
      break;
  }
  return pointwise.scale[static_cast<std::size_t>(channel)];
}

}  // namespace poolscope
