#include "app/input_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace poolscope {
namespace {

using Kind = InputEvent::Kind;

constexpr int kA = 65, kB = 66, kCtrl = 341;

InputEvent press(int key) { return {.kind = Kind::key, .code = key, .down = true}; }
InputEvent release(int key) { return {.kind = Kind::key, .code = key}; }
InputEvent text(int character) { return {.kind = Kind::text, .code = character}; }
InputEvent button(bool down) { return {.kind = Kind::button, .down = down}; }
InputEvent move(double x) { return {.kind = Kind::move, .x = x}; }

/// The sizes of the frames that answer to the events, until none is left.
std::vector<std::size_t> frames_of(const std::vector<InputEvent>& events) {
  InputQueue queue;
  for (const InputEvent& event : events) queue.add(event);
  std::vector<std::size_t> sizes;
  while (!queue.empty()) sizes.push_back(queue.take_frame().size());
  return sizes;
}

using Sizes = std::vector<std::size_t>;

TEST(InputQueue, JoinsMoves) { EXPECT_EQ(frames_of({move(1), move(2), move(3)}), Sizes{3}); }

TEST(InputQueue, PressesTheButtonWhereTheMouseIs) {
  EXPECT_EQ(frames_of({move(1), button(true), button(false), move(2)}), (Sizes{2, 1, 1}));
}

TEST(InputQueue, ShowsEachKeyDownForAFrame) {
  EXPECT_EQ(frames_of({press(kA), text('a'), release(kA), press(kB), text('b'), release(kB)}),
            (Sizes{2, 3, 1}));
}

TEST(InputQueue, ShowsAKeyUpBeforeItIsPressedAgain) {
  EXPECT_EQ(frames_of({press(kA), release(kA), press(kA), release(kA)}), (Sizes{1, 1, 1, 1}));
}

TEST(InputQueue, KeepsAModifierDownForThePressBeforeItsRelease) {
  EXPECT_EQ(frames_of({press(kCtrl), press(kA), release(kCtrl), release(kA)}), (Sizes{1, 1, 2}));
}

TEST(InputQueue, DropsRepeatsThatRunAheadOfTheFrames) {
  InputEvent again = press(kA);
  again.repeat = true;
  EXPECT_EQ(frames_of({press(kA), again, again, release(kA)}), (Sizes{1, 1}));
}

TEST(InputQueue, LosesNothingAndKeepsTheOrder) {
  EXPECT_TRUE(rc::check([] {
    const auto kinds = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 5));
    InputQueue queue;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      queue.add({.kind = static_cast<Kind>(kinds[i]),
                 .down = *rc::gen::arbitrary<bool>(),
                 .x = static_cast<double>(i)});
    }
    double expected = 0.0;
    while (!queue.empty()) {
      const auto frame = queue.take_frame();
      RC_ASSERT(!frame.empty());
      for (const InputEvent& event : frame) RC_ASSERT(event.x == expected++);
    }
    RC_ASSERT(expected == static_cast<double>(kinds.size()));
  }));
}

}  // namespace
}  // namespace poolscope
