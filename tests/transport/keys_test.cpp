// Folders of keys: made, read, enrolled, revoked, and refused with one line that names the file.
#include "transport/keys.hpp"
#include "transport/keys_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace transport {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Arguments = std::vector<std::string>;

struct Keys : testing::Test {
    TemporaryKeys made;
    fs::path folder = made.folder();

    void write(const std::string& file, const std::string& text, int mode = 0600) const {
        std::ofstream{folder / file} << text;
        ::chmod((folder / file).c_str(), static_cast<mode_t>(mode));
    }
    [[nodiscard]] std::string text_of(const std::string& file) const {
        std::ifstream stream{folder / file};
        return {std::istreambuf_iterator<char>{stream}, {}};
    }
    [[nodiscard]] int mode_of(const std::string& file) const {
        struct stat facts {};
        ::stat((folder / file).c_str(), &facts);
        return static_cast<int>(facts.st_mode & 0777U);
    }
};

template <typename Do>
std::string failure(Do work) {
    try {
        work();
    } catch (const std::runtime_error& error) {
        return error.what();
    } catch (const UsageError& error) {
        return std::string{"usage: "} + error.what();
    }
    return "";
}

TEST_F(Keys, a_pair_is_made_and_read_again) {
    const auto public_key = make_node_keys(folder, "wall");
    const auto keys = read_keys(folder / "wall", "wall");
    EXPECT_EQ(keys.public_key, public_key);
    EXPECT_TRUE(is_curve_key(keys.secret_key));
    EXPECT_EQ(read_public_key(folder / "wall" / "wall.pub"), public_key);
    EXPECT_EQ(read_public_key(folder / "wall" / "server.pub"), read_keys(folder, "server").public_key);
    EXPECT_EQ(mode_of("wall/wall.key"), 0600);
    EXPECT_EQ(mode_of("server.key"), 0600);
    EXPECT_EQ(mode_of("wall"), 0700);
    EXPECT_NE(new_curve_keys().secret_key, new_curve_keys().secret_key);
}

TEST_F(Keys, a_key_is_never_replaced) {
    const auto before = text_of("server.key");
    EXPECT_THAT(failure([&] { make_server_keys(folder); }), HasSubstr("server.key': is there already"));
    EXPECT_EQ(text_of("server.key"), before);
}

TEST_F(Keys, files_that_are_no_keys_are_named) {
    const auto key = text_of("server.key");
    const auto reading = [&] { return failure([&] { static_cast<void>(read_keys(folder, "server")); }); };
    for (const int mode : {0640, 0604, 0666}) {
        write("server.key", key, mode);
        EXPECT_THAT(reading(), HasSubstr("server.key': others can read this secret (mode 0"));
    }
    for (const auto& text :
         {std::string{}, key.substr(0, 20), key + "x", std::string(40, '"'), std::string(9000, 'a')}) {
        write("server.key", text);
        EXPECT_THAT(reading(), HasSubstr("server.key'"));
    }
    write("server.key", key);
    EXPECT_EQ(reading(), "");
    fs::remove(folder / "server.key");
    EXPECT_THAT(reading(), HasSubstr("server.key': No such file or directory"));
    fs::create_directory(folder / "server.key");
    ::chmod((folder / "server.key").c_str(), 0700);
    EXPECT_THAT(reading(), HasSubstr("server.key': Is a directory"));
}

TEST_F(Keys, the_list_is_what_was_enrolled_and_not_revoked) {
    made.add("wall", {Role::display, Role::control});
    made.add("echo", {Role::capture}, {Modality::ultrasound, Modality::camera});
    auto nodes = read_enrolled(folder);
    ASSERT_EQ(nodes.size(), 2U);
    EXPECT_EQ(
        nodes[0],
        (EnrolledNode{"wall", read_public_key(folder / "wall" / "wall.pub"), {Role::display, Role::control}, {}}));
    EXPECT_EQ(nodes[1].streams, (std::vector<Modality>{Modality::ultrasound, Modality::camera}));
    EXPECT_FALSE(revoke(folder, "nobody"));
    EXPECT_TRUE(revoke(folder, "wall"));
    EXPECT_EQ(read_enrolled(folder).size(), 1U);
    EXPECT_THAT(failure([&] {
                    enrol(folder, {"other", nodes[1].public_key, {Role::display}, {}});
                }),
                HasSubstr("enrolled as 'echo'"));
    enrol(folder, {"echo", nodes[1].public_key, {Role::display}, {}});
    nodes = read_enrolled(folder);
    ASSERT_EQ(nodes.size(), 1U);
    EXPECT_EQ(nodes[0].roles, std::vector<Role>{Role::display});
}

TEST_F(Keys, a_line_of_the_list_that_is_wrong_is_named) {
    const auto key = new_curve_keys().public_key;
    const std::string good = "# a comment\n\nwall " + key + " display any\n";
    write("enrolled.txt", good, 0644);
    EXPECT_EQ(read_enrolled(folder).size(), 1U);
    for (const auto& line :
         {std::string{"wall"}, "two words " + key + " display any", "a/b " + key + " display any",
          "echo " + key.substr(1) + " display any", "echo " + new_curve_keys().public_key + " king any",
          "echo " + new_curve_keys().public_key + " capture smell", "echo " + key + " display any",
          "wall " + new_curve_keys().public_key + " display any",
          "echo " + new_curve_keys().public_key + " display any more"}) {
        write("enrolled.txt", good + line + "\n", 0644);
        EXPECT_THAT(failure([&] { static_cast<void>(read_enrolled(folder)); }), HasSubstr("enrolled.txt': line 4: "))
            << line;
    }
}

TEST_F(Keys, a_node_has_ends_under_its_own_name) {
    const EnrolledNode share{"share", {}, {Role::display, Role::annotator}, {}};
    for (const std::string node : {"share", "share.view1", "share.view.1"})
        EXPECT_EQ(refusal(share, {.node = node, .role = Role::annotator}), "") << node;
    EXPECT_EQ(refusal(share, {.node = "share.x", .role = Role::control}), "'share' is not enrolled for control");
    for (const std::string node : {"share2", "sharex.y", "share.", "shar", ".share", "x.share"})
        EXPECT_EQ(refusal(share, {.node = node, .role = Role::display}), "this key is enrolled as 'share'") << node;
}

TEST_F(Keys, an_end_shows_the_key_of_its_node_unless_it_has_its_own) {
    make_node_keys(folder, "or3.share");
    make_node_keys(folder, "or3.share.own");
    fs::copy_file(folder / "or3.share.own" / "or3.share.own.key", folder / "or3.share" / "or3.share.own.key");
    const auto name = [&](const std::string& node) { return name_of_key(folder / "or3.share", node); };
    EXPECT_EQ(name("or3.share"), "or3.share");
    EXPECT_EQ(name("or3.share.view1"), "or3.share");
    EXPECT_EQ(name("or3.share.view.1"), "or3.share");
    EXPECT_EQ(name("or3.share.own"), "or3.share.own");
    EXPECT_EQ(name("or3"), "or3") << "to be named as missing";
    EXPECT_EQ(name("or3.other"), "or3.other");
}

TEST_F(Keys, temporary_keys_leave_nothing_behind) {
    std::string gone;
    {
        TemporaryKeys brief;
        brief.add("wall", {Role::display});
        gone = brief.folder();
        struct stat facts {};
        ::stat(gone.c_str(), &facts);
        EXPECT_EQ(facts.st_mode & 0777U, 0700U);
    }
    EXPECT_FALSE(fs::exists(gone));
}

TEST_F(Keys, the_commands_do_what_they_say) {
    const auto room = (folder / "room").string();
    EXPECT_THAT(run_keys({"server", room}), HasSubstr("--keys " + room));
    EXPECT_EQ(run_keys({"list", room}), "nobody is enrolled\n");
    EXPECT_THAT(run_keys({"new", room, "wall", "echo"}), HasSubstr("hand " + room + "/echo to that machine"));
    EXPECT_EQ(run_keys({"enrol", room, "wall", "--role", "display", "--role", "control"}), "wall is enrolled\n");
    EXPECT_THAT(run_keys({"new", room, "share"}), HasSubstr("share"));
    EXPECT_EQ(run_keys({"enrol", room, "share", "--role", "annotator"}), "share is enrolled\n");
    EXPECT_THAT(run_keys({"list", room}), HasSubstr(" annotator any\n"));
    EXPECT_EQ(read_enrolled(room).back().roles, std::vector{Role::annotator});
    const auto far = new_curve_keys().public_key;
    EXPECT_EQ(run_keys({"enrol", "--role", "capture", "--stream", "xray", room, "far", far}), "far is enrolled\n");
    const auto list = run_keys({"list", room});
    EXPECT_THAT(list, HasSubstr(" display,control any\n"));
    EXPECT_THAT(list, HasSubstr(far + " capture xray\n"));
    EXPECT_THAT(run_keys({"revoke", room, "far"}), HasSubstr("far is revoked"));
    EXPECT_THAT(failure([&] { static_cast<void>(run_keys({"revoke", room, "far"})); }), HasSubstr("'far'"));
    EXPECT_THAT(failure([&] {
                    static_cast<void>(run_keys({"enrol", room, "ghost", "--role", "display"}));
                }),
                HasSubstr("ghost.pub': No such file"));
}

TEST_F(Keys, wrong_words_are_named) {
    const auto says = [](const Arguments& words) { return failure([&] { static_cast<void>(run_keys(words)); }); };
    EXPECT_EQ(says({}), "usage: keys: a command is needed; see scialytic keys --help");
    EXPECT_THAT(says({"nwe", "x"}), HasSubstr("usage: keys: unknown command 'nwe': one of server, new"));
    EXPECT_EQ(says({"server"}), "usage: keys: server takes DIR");
    EXPECT_THAT(says({"new", "x", "server"}), HasSubstr("'server' is not allowed"));
    EXPECT_THAT(says({"new", "x", "../up"}), HasSubstr("'../up' is not allowed"));
    EXPECT_THAT(says({"enrol", "x", "wall"}), HasSubstr("--role is needed"));
    EXPECT_THAT(says({"enrol", "x", "wall", "--role", "king"}), HasSubstr("'king' is not allowed"));
    EXPECT_THAT(says({"enrol", "x", "wall", "--stream", "smell"}), HasSubstr("'smell' is not allowed"));
    EXPECT_THAT(says({"enrol", "x", "wall", "--role", "display", "short"}), HasSubstr("PUBLICKEY: 'short'"));
    EXPECT_THAT(says({"enrol", "x", "wall", "--role"}), HasSubstr("--role needs a value"));
    EXPECT_THAT(says({"list", "x", "--role", "display"}), HasSubstr("go with enrol"));
    EXPECT_THAT(says({"list", "x", "--loud"}), HasSubstr("unknown key '--loud'"));
    for (const std::string word : {"server", "new", "enrol", "list", "revoke", "enrolled.txt", "Exit codes"})
        EXPECT_THAT(keys_help(), HasSubstr(word));
}

}  // namespace
}  // namespace transport
