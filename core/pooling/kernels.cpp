#include "core/pooling/kernels.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/base/check.h"
#include "core/pooling/lowered_pool.h"

namespace poolscope {
namespace {

using Kernel = std::vector<float>;

/// One kernel of a bank: `kernel` of spec.count, as it reads `channel`.
struct Place {
  const KernelSpec& spec;
  std::int64_t kernel = 0, channel = 0;
};

std::vector<double> even(std::int64_t taps) {
  return std::vector<double>(static_cast<std::size_t>(taps), 1.0 / static_cast<double>(taps));
}

/// The middle tap alone; of an even number the one before the middle.
std::vector<double> centre(std::int64_t taps) {
  std::vector<double> row(static_cast<std::size_t>(taps), 0.0);
  row[static_cast<std::size_t>((taps - 1) / 2)] = 1.0;
  return row;
}

Kernel identity(const Place& place) {
  return outer(centre(place.spec.size.h), centre(place.spec.size.w));
}

Kernel box(const Place& place) { return outer(even(place.spec.size.h), even(place.spec.size.w)); }

/// The binomial filter, whose variance is (taps - 1) / 4.
Kernel gaussian(const Place& place) {
  return outer(binomial(place.spec.size.h), binomial(place.spec.size.w));
}

/// A wave under a Gaussian, turned by kernel/count of half a turn: it answers to edges and stripes
/// across its wave, not to even areas (its sum is 0; the weights above 0 add up to 1). The
/// wavelength is half of the longer side, sigma a fifth, the aspect 1/2.
/// Source: Daugman 1985 (Uncertainty relation ... optimized by visual cortical filters).
Kernel gabor(const Place& place) {
  const auto [rows, cols] = place.spec.size;
  const auto side = static_cast<double>(std::max(rows, cols));
  const double angle =
      std::numbers::pi * static_cast<double>(place.kernel) / static_cast<double>(place.spec.count);
  std::vector<double> wave;
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < cols; ++c) {
      const double y = static_cast<double>(r) - static_cast<double>(rows - 1) / 2.0;
      const double x = static_cast<double>(c) - static_cast<double>(cols - 1) / 2.0;
      const double along = x * std::cos(angle) + y * std::sin(angle);
      const double across = y * std::cos(angle) - x * std::sin(angle);
      const double spread = (along * along + across * across / 4.0) / (side * side / 25.0);
      wave.push_back(std::exp(-spread / 2.0) * std::cos(4.0 * std::numbers::pi * along / side));
    }
  }
  const double mean =
      std::accumulate(wave.begin(), wave.end(), 0.0) / static_cast<double>(wave.size());
  double above = 0.0;
  for (double& weight : wave) {
    weight -= mean;
    above += std::max(weight, 0.0);
  }
  Kernel kernel;
  for (const double weight : wave) {
    kernel.push_back(static_cast<float>(above > 0.0 ? weight / above : 0.0));
  }
  return kernel;
}

/// Even draws from -1/sqrt(n) to 1/sqrt(n), n the taps of a kernel over all its channels: what
/// torch.nn.Conv2d starts from. Each weight depends on the seed and its place alone.
Kernel random(const Place& place) {
  const std::int64_t taps = place.spec.size.h * place.spec.size.w;
  const double bound = 1.0 / std::sqrt(static_cast<double>(taps * place.spec.channels));
  Kernel kernel;
  for (std::int64_t i = 0; i < taps; ++i) {
    const double drawn =
        hashed_number({place.spec.seed, static_cast<std::uint64_t>(place.kernel),
                       static_cast<std::uint64_t>(place.channel), static_cast<std::uint64_t>(i)});
    kernel.push_back(static_cast<float>(bound * (2.0 * drawn - 1.0)));
  }
  return kernel;
}

Kernel sobel_x(const Place&) { return {-1, 0, 1, -2, 0, 2, -1, 0, 1}; }
Kernel sobel_y(const Place&) { return {-1, -2, -1, 0, 0, 0, 1, 2, 1}; }
Kernel laplacian(const Place&) { return {0, 1, 0, 1, -4, 1, 0, 1, 0}; }
Kernel sharpen(const Place&) { return {0, -1, 0, -1, 5, -1, 0, -1, 0}; }
Kernel emboss(const Place&) { return {-2, -1, 0, -1, 1, 1, 0, 1, 2}; }

struct Entry {
  KernelPreset preset;
  Kernel (*make)(const Place& place);
};

/// One line a preset.
constexpr Entry kEntries[] = {
    {{"identity", "the centre alone: nothing changes"}, identity},
    {{"box", "box blur: the average"}, box},
    {{"gaussian", "soft blur: binomial, [1 2 1] / 4"}, gaussian},
    {{"sobel_x", "vertical edges", 3, false}, sobel_x},
    {{"sobel_y", "horizontal edges", 3, false}, sobel_y},
    {{"laplacian", "edges of every direction", 3, false}, laplacian},
    {{"sharpen", "each cell against its neighbours", 3, false}, sharpen},
    {{"emboss", "relief, lit from one corner", 3, false}, emboss},
    {{"gabor", "a bank of turned waves", 7, true, 4}, gabor},
    {{"random", "as an untrained network starts", 3, true, 4, true}, random},
    {{"average", "box blur: the average"}, box},
    {{"binomial", "soft blur: [1 2 1] / 4"}, gaussian},
    {{"centre", "the centre alone"}, identity},
};

const Entry& entry_of(std::string_view name) {
  const auto found = std::ranges::find_if(
      kEntries, [name](const Entry& entry) { return entry.preset.name == name; });
  POOLSCOPE_CHECK(found != std::end(kEntries));
  return *found;
}

}  // namespace

const KernelPreset& kernel_preset(std::string_view name) { return entry_of(name).preset; }

std::vector<float> preset_kernels(const KernelSpec& spec) {
  const Entry& entry = entry_of(spec.preset);
  std::vector<float> weights;
  for (std::int64_t kernel = 0; kernel < spec.count; ++kernel) {
    for (std::int64_t channel = 0; channel < spec.channels; ++channel) {
      const Kernel made = entry.make({spec, kernel, channel});
      weights.insert(weights.end(), made.begin(), made.end());
    }
  }
  return weights;
}

std::vector<double> binomial(std::int64_t taps) {
  std::vector<double> row{1.0};
  while (static_cast<std::int64_t>(row.size()) < taps) {
    row.push_back(0.0);
    for (std::size_t i = row.size() - 1; i > 0; --i) row[i] = (row[i] + row[i - 1]) / 2.0;
    row[0] /= 2.0;
  }
  return row;
}

std::vector<float> outer(const std::vector<double>& rows, const std::vector<double>& cols) {
  std::vector<float> weights;
  for (const double row : rows) {
    for (const double col : cols) weights.push_back(static_cast<float>(row * col));
  }
  return weights;
}

}  // namespace poolscope
