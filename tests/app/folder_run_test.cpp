#include "app/workspaces/feature_maps/folder_run.h"

#include <fstream>

#include <gtest/gtest.h>

#include "core/io/image_io.h"
#include "tests/app/documents.h"
#include "tests/io/temporary_folder.h"

namespace poolscope {
namespace {

namespace fs = std::filesystem;

/// Tells light pictures (class 1) from dark ones (class 0); with any swap it says the opposite.
class LightModel final : public Model {
 public:
  LightModel() {
    ModelLayer pool{"pool", "MaxPool2d"};
    pool.is_pooling = true;
    layers_ = {std::move(pool)};
  }
  const std::vector<ModelLayer>& layers() const override { return layers_; }
  const std::vector<std::string>& notes() const override { return notes_; }
  Result<ModelRun> run(const ModelRequest& request) const override {
    const float light = request.input.values().front();
    const bool swapped = !request.swaps.empty();
    const float score = swapped ? -light : light;
    const auto map = [](std::vector<float> values) {
      const auto count = static_cast<std::int64_t>(values.size());
      return ModelMap{*Tensor::copy_of({1, count, 1, 1}, values), {1, count}, true, "float32"};
    };
    return ModelRun{{map({light, swapped ? 3.0F * light : light})}, map({0.0F, score})};
  }
  Result<ModelMap> plain(const ModelRequest&) const override { return failure("not asked for"); }
  Result<Tensor> filter(std::size_t, std::int64_t) const override { return failure("none"); }
  Result<void> save(const std::vector<LayerSwap>&, const fs::path&) const override {
    return failure("not asked for");
  }

 private:
  std::vector<ModelLayer> layers_;
  std::vector<std::string> notes_;
};

/// A data set with a folder a class: two dark pictures, a light one, and a file that is none.
class Folders : public testing::Test {
 protected:
  Folders() {
    for (const char* name : {"dark", "light"}) fs::create_directory(folder_.path() / name);
    picture("dark/a.png", 0);
    picture("dark/b.png", 0);
    picture("light/c.png", 255);
    std::ofstream(folder_.path() / "light" / "broken.png") << "no picture";
    std::ofstream(folder_.path() / "light" / "readme.txt") << "no picture either";
  }

  void picture(const char* name, std::uint8_t value) {
    const std::vector<std::uint8_t> pixels(4, value);
    EXPECT_TRUE(write_png(folder_.path() / name, pixels, 2, 2, 1));
  }

  const std::vector<std::string> labels_{"Dark", "Light"};
  test::TemporaryFolder folder_;
};

TEST_F(Folders, AreReadTogetherWhereTheyAreCalledAsClasses) {
  EXPECT_EQ(images_in(folder_.path() / "dark", labels_).size(), 4U);
  EXPECT_EQ(images_in(folder_.path() / "dark", {}).size(), 2U);
  EXPECT_EQ(images_in(folder_.path() / "dark", {"Night"}).size(), 2U);
  EXPECT_TRUE(images_in(folder_.path() / "none", labels_).empty());
}

TEST_F(Folders, TellTheClassOfTheirImages) {
  EXPECT_EQ(class_of_name("/set/light/c.png", labels_), std::optional<std::size_t>(1));
  EXPECT_EQ(class_of_name("/set/dark-3.png", labels_), std::optional<std::size_t>(0));
  EXPECT_EQ(class_of_name("/set/c.png", labels_), std::nullopt);
  EXPECT_EQ(class_of_name("/set/lake_shore_2.png", {"lake", "lake shore"}),
            std::optional<std::size_t>(1));
}

TEST_F(Folders, AreAnsweredBeforeAndAfterTheChange) {
  FolderRequest request;
  request.model = std::make_shared<const LightModel>();
  request.swaps = {{0, layer_of("AvgPool2d(2)")}};
  request.images = images_in(folder_.path() / "dark", labels_);
  request.preprocessing = {false, 0, 0, true, {0.5}, {0.5}};
  request.labels = labels_;
  std::atomic<std::int64_t> done = 0;
  const FolderResult result = compare_over(request, done, false);
  EXPECT_EQ(done, 4);
  EXPECT_EQ(result.images, 3);
  EXPECT_EQ(result.known(), 3);
  EXPECT_EQ(result.same_class, 0);
  EXPECT_EQ(result.before.answers.right(), 3);
  EXPECT_EQ(result.before.answers.count(0, 0), 2);
  EXPECT_EQ(result.after.answers.right(), 0);
  EXPECT_EQ(result.after.answers.count(1, 0), 1);
  EXPECT_EQ(result.before.sums.at(0), -1.0) << "two dark pictures of -1, a light one of 1";
  EXPECT_EQ(result.after.sums.at(0), -2.0);
  EXPECT_EQ(result.failed, 1);
  EXPECT_NE(result.error.find("broken.png"), std::string::npos) << result.error;
}

TEST_F(Folders, StopWhenCancelled) {
  FolderRequest request;
  request.model = std::make_shared<const LightModel>();
  request.images = images_in(folder_.path() / "dark", labels_);
  std::atomic<std::int64_t> done = 0;
  EXPECT_EQ(compare_over(request, done, true).images, 0);
  EXPECT_EQ(done, 0);
}

}  // namespace
}  // namespace poolscope
