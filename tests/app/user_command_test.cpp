#include "app/user_command.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "app/palette.h"
#include "tests/app/user_commands.h"

namespace poolscope {
namespace {

TEST(CommandTable, NamesEachCommandOnce) {
  std::set<std::string> ids;
  for (const UserCommand& command : command_table()) {
    EXPECT_TRUE(ids.insert(command.id).second) << command.id;
    EXPECT_FALSE(command.title.empty()) << command.id;
    EXPECT_FALSE(command.group.empty()) << command.id;
    EXPECT_EQ(&find_command(command.id), &command);
  }
}

TEST(CommandTable, GivesEachKeyToOneCommand) {
  std::map<std::string, std::string> owner;
  for (const UserCommand& command : command_table()) {
    for (const KeyPress& press : command.keys) {
      const std::string key = key_text(press);
      EXPECT_TRUE(owner.emplace(key, command.id).second)
          << key << " belongs to " << owner[key] << " and to " << command.id;
    }
  }
}

TEST(CommandTable, HelpIsTheLastMenu) {
  ASSERT_FALSE(menu_names().empty());
  EXPECT_EQ(menu_names().front(), "File");
  EXPECT_EQ(menu_names().back(), "Help");
}

TEST(KeyText, IsWhatPeopleWrite) {
  EXPECT_EQ(key_text(ctrl_shift(Key::z)), "Ctrl+Shift+Z");
  EXPECT_EQ(key_text({Key::f10}), "F10");
  EXPECT_EQ(key_text(ctrl(Key::n0)), "Ctrl+0");
  EXPECT_EQ(key_text(shift(Key::left)), "Shift+←");
}

TEST(KeyOfCharacter, FindsLettersDigitsAndSigns) {
  EXPECT_EQ(key_of_character('z'), Key::z);
  EXPECT_EQ(key_of_character('A'), Key::a);
  EXPECT_EQ(key_of_character('7'), Key::n7);
  EXPECT_EQ(key_of_character('='), Key::plus);
  EXPECT_EQ(key_of_character('#'), Key::none);
  for (char c = 'a'; c <= 'z'; ++c)
    EXPECT_EQ(key_text({key_of_character(c)}), std::string(1, static_cast<char>(c - 32)));
}

TEST(TipWithKey, EndsWithTheKeyOfTheCommand) {
  EXPECT_EQ(tip_with_key("Undo", "undo"), "Undo (Ctrl+Z)");
  EXPECT_EQ(tip_with_key("Said so far", "messages"), "Said so far");
}

TEST(MatchScore, WantsAllLettersInTheirOrder) {
  EXPECT_TRUE(match_score("mgm", "Colours: Magma"));
  EXPECT_TRUE(match_score("add lp", "Add layer: LPPool2d"));
  EXPECT_TRUE(match_score("", "anything"));
  EXPECT_FALSE(match_score("mmga", "Magma"));
  EXPECT_FALSE(match_score("magmas", "Magma"));
}

TEST(MatchScore, PrefersBeginningsOfWordsAndLettersTogether) {
  EXPECT_GT(match_score("lt", "Light theme"), match_score("lt", "Fault"));
  EXPECT_GT(match_score("und", "Undo"), match_score("und", "Colours: Shared range, naked"));
  EXPECT_GT(match_score("max", "Add layer: MaxPool2d"), match_score("max", "Some xaaxax mixaxx"));
}

TEST(MatchingCommands, PutTheBestFirstAndKeepTheOrderOfTheTableWithoutAQuery) {
  const auto& table = command_table();
  EXPECT_EQ(matching_commands(table, "").size(), table.size());
  EXPECT_EQ(matching_commands(table, " ").front().id, table.front().id);
  for (const auto& [query, id] :
       {std::pair{"undo", "undo"}, {"dark", "theme/dark"}, {"zw", "zoom"}, {"msg", "messages"}}) {
    const auto found = matching_commands(table, query);
    ASSERT_FALSE(found.empty()) << query;
    EXPECT_EQ(found.front().id, id) << query;
  }
  EXPECT_TRUE(matching_commands(table, "qqqqqq").empty());
}

class GlCommands : public CommandTest {
 protected:
  /// Runs a command and all in its submenu, and checks what they did.
  void run_all(const Document& document, const UserCommand& command) {
    const Ui ui = ui_of(document);
    if (command.items) {
      std::set<std::string> ids;
      for (const UserCommand& item : command.items(ui)) {
        EXPECT_TRUE(ids.insert(item.id).second) << item.id;
        run_all(document, item);
      }
      return;
    }
    memory_ = {};
    run_command(ui, command);
    const bool refused = !command.reason(ui).empty();
    EXPECT_FALSE(refused && (!actions_.empty() || !memory_.asked_next.empty())) << command.id;
    for (const Action& action : actions_) {
      const auto applied = apply(document, action);
      EXPECT_TRUE(applied) << command.id << ": " << (applied ? "" : applied.error().message);
    }
    const bool asks_panel = !command.run && !refused;
    EXPECT_EQ(memory_.asked_next.size(), asks_panel ? 1U : 0U) << command.id;
  }
};

TEST_F(GlCommands, EveryCommandAppliesOrSaysWhyNot) {
  Document photo = starting_document(picture_source(3, 16, 16));
  Document empty = starting_document(counting_grid(6, 6));
  empty.pipeline.clear();
  Document impossible = starting_document(counting_grid(6, 6));
  impossible.pipeline.front().layer.kernel_size = {9, 9};
  for (const Document& document :
       {starting_document(counting_grid(6, 6)), photo, empty, impossible}) {
    for (const UserCommand& command : command_table()) run_all(document, command);
  }
}

TEST_F(GlCommands, WhatCannotBeDoneSaysWhy) {
  Document document = starting_document(picture_source(3, 16, 16));
  document.pipeline.clear();
  const Ui ui = ui_of(document);
  for (const char* id : {"undo", "redo", "layer/remove", "layer/duplicate", "cells/edit", "recent"})
    EXPECT_FALSE(find_command(id).reason(ui).empty()) << id;
  EXPECT_TRUE(find_command("open").reason(ui).empty());
}

TEST_F(GlCommands, APanelIsAskedInTheFrameAfter) {
  const Document document = starting_document(counting_grid(6, 6));
  const Ui ui = ui_of(document);
  run_command(ui, find_command("zoom"));
  EXPECT_FALSE(ui.asked("zoom"));
  memory_.editing = "a field that has the keys";
  take_commands(ui);
  EXPECT_TRUE(ui.asked("zoom"));
  EXPECT_FALSE(ui.asked("fit"));
  take_commands(ui);
  EXPECT_FALSE(ui.asked("zoom"));
}

}  // namespace
}  // namespace poolscope
