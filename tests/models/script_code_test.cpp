#include "core/models/script_code.h"

#include <gtest/gtest.h>

namespace poolscope {
namespace {

class FileAccess : public testing::TestWithParam<const char*> {};
class NoFileAccess : public testing::TestWithParam<const char*> {};

TEST_P(FileAccess, IsFoundHoweverItIsSpelled) { EXPECT_TRUE(file_access(GetParam())); }

INSTANTIATE_TEST_SUITE_P(
    Spellings, FileAccess,
    testing::Values("torch.save(x, \"p\")", "torch . save (x, 'p')", "torch.\\\n  save(x, 'p')",
                    "torch.from_file('p', None, 4)", "ops.aten.save(x, 'p')",
                    "t = torch\nt.save(x)", "f = torch.save\nf(x, 'p')",
                    "getattr(torch, \"save\")(x, 'p')", "getattr(torch, \"sa\" 've')(x, 'p')",
                    "getattr(torch, \"\\x73ave\")(x, 'p')", "y = '''a''' ; torch.save(y, y)",
                    "s = \"\\\"\"; torch.save(s, s)", "x = 1 # '\ntorch.save(x, x)",
                    "__torch__.torch.classes.c10d.FileStore(p, 1)", "c = __torch__.torch.classes"));

TEST_P(NoFileAccess, IsLeftAlone) { EXPECT_EQ(file_access(GetParam()), std::nullopt); }

INSTANTIATE_TEST_SUITE_P(
    HarmlessCode, NoFileAccess,
    testing::Values("", "def save(self, x: Tensor) -> Tensor:\n  return torch.relu(x)",
                    "save = torch.max_pool2d(x, [2, 2])", "# torch.save(x, 'p')",
                    "ops.prim.RaiseException('call torch.save(x) first')",
                    "_0 = getattr(self.layer1, \"0\")", "getattr(self, \"save_me\")",
                    "__torch__.torch.classes.quantized.Conv2dPackedParamsBase", "torch.saved(x)"));

TEST(FileAccessMessage, NamesWhatWasFound) {
  EXPECT_EQ(file_access("y = torch.save(x, 'p')"), "torch.save");
  EXPECT_EQ(file_access("getattr(torch, 'from_file')"), "getattr of \"from_file\"");
}

}  // namespace
}  // namespace poolscope
