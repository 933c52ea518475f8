#pragma once

#include <cstdint>
#include <vector>

#include "hwy/targets.h"

namespace poolscope {

/// The instruction sets that this machine has and the kernels are built for, scalar among them.
inline std::vector<std::int64_t> instruction_sets() {
  std::vector<std::int64_t> sets;
  for (std::int64_t left = hwy::SupportedTargets() & HWY_TARGETS; left != 0; left &= left - 1) {
    sets.push_back(left & -left);
  }
  return sets;
}

/// Makes every kernel use one instruction set as long as it lives.
class ForcedInstructionSet {
 public:
  explicit ForcedInstructionSet(std::int64_t set) { use(set); }
  ~ForcedInstructionSet() { use(0); }
  ForcedInstructionSet(const ForcedInstructionSet&) = delete;
  ForcedInstructionSet& operator=(const ForcedInstructionSet&) = delete;

 private:
  static void use(std::int64_t set) {
    hwy::SetSupportedTargetsForTest(set);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

}  // namespace poolscope
