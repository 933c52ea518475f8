#include "core/gpu/shader_library.h"

#include <filesystem>
#include <fstream>

#include "tests/gpu/gl_test.h"

namespace poolscope {
namespace {

constexpr std::string_view kVertex = "#version 330 core\nvoid main() { gl_Position = vec4(0); }\n";

/// A folder of shader files, gone with the test.
class GlShaderLibrary : public GlTest {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("poolscope_shaders_" +
               std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::create_directories(folder_ / "common");
    write("a.vert", kVertex);
    GlTest::SetUp();
  }
  void TearDown() override {
    GlTest::TearDown();
    std::filesystem::remove_all(folder_);
  }

  void write(std::string_view file, std::string_view text) const {
    std::ofstream(folder_ / file) << text;
  }
  /// What building a.vert with this fragment stage says.
  std::string error_of(std::string_view fragment) const {
    write("a.frag", fragment);
    const auto program = ShaderLibrary(folder_).program({"a.vert", "a.frag"});
    return program ? "" : program.error().message;
  }

  std::filesystem::path folder_;
};

TEST_F(GlShaderLibrary, BuildsWithIncludesOfIncludesReadOnce) {
  write("common/one.glsl", "float one() { return 1.0; }\n");
  write("common/two.glsl", "#include \"common/one.glsl\"\nfloat two() { return one() + one(); }\n");
  EXPECT_EQ(
      error_of("#version 330 core\n#include \"common/one.glsl\"\n"
               "#include \"common/two.glsl\"\nout vec4 c;\nvoid main() { c = vec4(two()); }\n"),
      "");
}

TEST_F(GlShaderLibrary, ErrorsPointIntoTheIncludedFile) {
  write("common/bad.glsl", "float fine() { return 1.0; }\n\nfloat bad() { return missing; }\n");
  const std::string error = error_of(
      "#version 330 core\n\n#include \"common/bad.glsl\"\nout vec4 c;\nvoid main() { c = vec4(1); "
      "}\n");
  EXPECT_EQ(error.find("common/bad.glsl:3: "), 0U) << error;
  EXPECT_NE(error.find("missing"), std::string::npos) << error;
  EXPECT_EQ(error.find('\n'), std::string::npos) << error;
}

TEST_F(GlShaderLibrary, ErrorsAfterAnIncludePointIntoTheStage) {
  write("common/fine.glsl", "float fine() { return 1.0; }\n");
  const std::string error = error_of(
      "#version 330 core\n#include \"common/fine.glsl\"\nout vec4 c;\nvoid main() { c = absent; "
      "}\n");
  EXPECT_EQ(error.find("a.frag:4: "), 0U) << error;
}

TEST_F(GlShaderLibrary, NamesTheLineOfAnIncludeThatIsNotThere) {
  const std::string error = error_of("#version 330 core\n#include \"common/none.glsl\"\n");
  EXPECT_EQ(error.find("a.frag:2: "), 0U) << error;
  EXPECT_NE(error.find("common/none.glsl"), std::string::npos) << error;
}

TEST_F(GlShaderLibrary, NamesAnIncludeWithoutQuotes) {
  EXPECT_EQ(error_of("#version 330 core\n#include <x.glsl>\n").find("a.frag:2: "), 0U);
}

TEST_F(GlShaderLibrary, DefinesReachTheStageWithoutMovingItsLines) {
  write("a.frag", "#version 330 core\nout vec4 c;\nvoid main() { c = vec4(SCALE); }\n");
  const std::vector<ShaderDefine> defines{{"SCALE", "2.0"}, {"OTHER", "1"}};
  const ShaderLibrary library(folder_);
  EXPECT_TRUE(library.program({"a.vert", "a.frag"}, defines));
  const auto without = library.program({"a.vert", "a.frag"});
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().message.find("a.frag:3: "), 0U) << without.error().message;
}

TEST_F(GlShaderLibrary, TellsWhyStagesDoNotLink) {
  write(
      "a.vert",
      "#version 330 core\nout float given;\nvoid main() { given = 1.0; gl_Position = vec4(0); }\n");
  const std::string error = error_of(
      "#version 330 core\nin vec3 given;\nout vec4 c;\nvoid main() { c = vec4(given, 1); }\n");
  EXPECT_EQ(error.find("a.vert + a.frag: "), 0U) << error;
  EXPECT_NE(error.find("given"), std::string::npos) << error;
}

TEST_F(GlShaderLibrary, RefusesAFileThatIsNoStage) {
  const auto program = ShaderLibrary(folder_).program({"a.txt"});
  ASSERT_FALSE(program);
  EXPECT_NE(program.error().message.find(".vert, .frag or .comp"), std::string::npos);
}

TEST(ShaderErrors, ReadsTheLogsOfAllDrivers) {
  const ShaderSource source{"", {{"a.frag", 1}, {"common/x.glsl", 1}, {"a.frag", 3}}};
  EXPECT_EQ(first_shader_error("0:2(8): error: `y' undeclared\n", source),
            "common/x.glsl:1: error: `y' undeclared");
  EXPECT_EQ(first_shader_error("0(1) : warning C7050: w\n0(3) : error C1503: undefined\n", source),
            "a.frag:3: error C1503: undefined");
  EXPECT_EQ(first_shader_error("ERROR: 0:2: 'y' : undeclared identifier\n", source),
            "common/x.glsl:1: 'y' : undeclared identifier");
  EXPECT_EQ(first_shader_error("0:4(1): error: past the end\n", source),
            "0:4(1): error: past the end");
  EXPECT_EQ(first_shader_error("out of luck\nand more\n", source), "out of luck");
  EXPECT_EQ(first_shader_error("", source), "");
}

}  // namespace
}  // namespace poolscope
