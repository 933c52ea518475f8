#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/pooling/layer.h"

namespace poolscope {

/// A kernel that is known by a name.
struct KernelPreset {
  std::string_view name;   ///< As a layer's text writes it: `sobel_x`.
  std::string_view about;  ///< In a few words.
  std::int64_t size = 3;   ///< Rows and columns to start with, or of the only size it has.
  bool any_size = true;
  std::int64_t count = 1;  ///< Kernels of a bank, where nothing says how many; 1: a single kernel.
  bool is_drawn = false;   ///< By a seed, each kernel and channel anew.
};

/// The preset of that name, which is one of the program's own words.
const KernelPreset& kernel_preset(std::string_view name);

/// What a bank of kernels is made for: `count` kernels that read `channels` channels each.
struct KernelSpec {
  std::string_view preset;
  Pair size;
  std::int64_t count = 1, channels = 1;
  std::uint64_t seed = 0;  ///< Of random ones.
};

/// The weights of a preset, count x channels x rows x columns; every channel gets the same, but in
/// a random bank. Precondition: a size that the preset has.
std::vector<float> preset_kernels(const KernelSpec& spec);

/// Row `taps`-1 of Pascal's triangle, normalised: [1 2 1] / 4.
std::vector<double> binomial(std::int64_t taps);

/// The products of two axes' weights, row-major.
std::vector<float> outer(const std::vector<double>& rows, const std::vector<double>& cols);

}  // namespace poolscope
