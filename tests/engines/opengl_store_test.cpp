#include "core/engines/opengl_store.h"

#include <numeric>
#include <vector>

#include "tests/gpu/gl_test.h"

namespace poolscope {
namespace {

using GlStoreTest = GlTest;

TEST_F(GlStoreTest, FailsWithTheSizeWhereTheGpuHasNoRoom) {
  log_.reset();  // The driver reports what is asked for here as an error.
  GlStore store;
  const auto reserved = store.reserve(std::int64_t{1} << 50);
  ASSERT_FALSE(reserved);
  EXPECT_EQ(reserved.error().message, "the GPU is out of memory: 1073741824.0 MiB asked for");
  EXPECT_TRUE(store.reserve(1 << 20)) << "the next one works";
}

TEST_F(GlStoreTest, NoticesWritesBesideItsCells) {
  constexpr std::int64_t cells = 10;
  for (const std::int64_t cell : {std::int64_t{-1}, cells}) {
    GlStore store;
    ASSERT_TRUE(store.reserve_guarded(cells));
    EXPECT_TRUE(store.guards_are_whole(cells));
    const float value = 1.0F;
    glBindBuffer(GL_SHADER_STORAGE_BUFFER, store.buffer.get());
    glBufferSubData(GL_SHADER_STORAGE_BUFFER, (kOpenGlGuardCells + cell) * 4, 4, &value);
    EXPECT_FALSE(store.guards_are_whole(cells)) << cell;
  }
}

TEST_F(GlStoreTest, ReadsItsCellsPieceByPiece) {
  std::vector<std::int32_t> written(5'000'000), read(written.size());
  std::iota(written.begin(), written.end(), 7);
  const auto cells = static_cast<std::int64_t>(written.size());
  GlStore store;
  ASSERT_TRUE(store.reserve_guarded(cells));
  glBindBuffer(GL_SHADER_STORAGE_BUFFER, store.buffer.get());
  glBufferSubData(GL_SHADER_STORAGE_BUFFER, kOpenGlGuardCells * 4, cells * 4, written.data());
  GlStaging staging;
  const auto take = [&read](std::int64_t cell, const void* bits, std::int64_t count) {
    const auto* from = static_cast<const std::int32_t*>(bits);
    std::copy(from, from + count, read.begin() + cell);
  };
  ASSERT_TRUE(read_cells(
      staging, store, cells, [] { return false; }, take));
  EXPECT_EQ(read, written);
  const auto stopped = read_cells(
      staging, store, cells, [] { return true; }, take);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().message, "cancelled");
}

}  // namespace
}  // namespace poolscope
