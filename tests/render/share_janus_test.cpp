// Share and Janus, word by word, with a Janus that answers when the test lets it.
#include "render/share_janus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace render {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct JanusRequest {
    std::string path;
    std::string body;
    JanusWire::Answered answered;
};
/// What was asked, until it is answered; outlives the wire.
struct JanusBook {
    std::deque<JanusRequest> posts;
    std::deque<JanusRequest> polls;
    std::vector<std::string> last;

    void answer(JanusWord word) {
        ASSERT_FALSE(posts.empty());
        const auto one = posts.front();
        posts.pop_front();
        one.answered({std::move(word)});
    }
    void happens(JanusWord word) {
        ASSERT_FALSE(polls.empty());
        const auto one = polls.front();
        polls.pop_front();
        one.answered({std::move(word)});
    }
};
class BookWire : public JanusWire {
public:
    explicit BookWire(JanusBook& book) : book_{book} {}
    void post(const std::string& path, const std::string& body, Answered answered) override {
        book_.posts.push_back({path, body, std::move(answered)});
    }
    void poll(const std::string& path, Answered answered) override {
        book_.polls.push_back({path, "", std::move(answered)});
    }
    bool post_now(const std::string& path, const std::string& body) override {
        book_.last.push_back(path + " " + body);
        return true;
    }

private:
    JanusBook& book_;
};

JanusWord made(std::uint64_t id) {
    return {.kind = "success", .id = id};
}
const JanusWord mounted_at{.kind = "success", .id = 900, .rtp_port = 10000, .rtcp_port = 10001};
const JanusWord gone{.kind = "error", .error = janus_silent, .why = "h:1 does not answer (refused)"};

class ShareJanusTest : public testing::Test {
protected:
    JanusBook book;
    std::vector<std::string> heard;
    ShareJanus janus{std::make_unique<BookWire>(book),
                     "127.0.0.1",
                     {[this](ShareJanus::Mount mount, ShareJanus::Ports ports) {
                          heard.push_back("mounted " + std::to_string(mount) + " " + std::to_string(ports.rtp) + " " +
                                          std::to_string(ports.rtcp));
                      },
                      [this](ShareJanus::Mount mount, const std::string& why) {
                          heard.push_back("lost " + std::to_string(mount) + " " + why);
                      },
                      [this](ShareJanus::Viewer viewer, const std::string& sdp) {
                          heard.push_back("offered " + std::to_string(viewer) + " " + sdp);
                      },
                      [this](ShareJanus::Viewer viewer, const std::string& why) {
                          heard.push_back("ended " + std::to_string(viewer) + " " + why);
                      }}};

    ShareJanus::Mount mount() {
        const auto out = janus.mount();
        book.answer(made(1));   // the session
        book.answer(made(20));  // its desk
        book.answer(mounted_at);
        return out;
    }
    void watch(ShareJanus::Viewer viewer, ShareJanus::Mount mount, std::uint64_t handle) {
        janus.watch(viewer, mount);
        book.answer(made(handle));
        book.answer({.kind = "ack"});
    }
};

TEST_F(ShareJanusTest, a_viewer_waits_for_the_mountpoint_and_is_offered_it) {
    const auto picture = janus.mount();
    janus.watch(7, picture);
    ASSERT_EQ(book.posts.size(), 1U);
    EXPECT_EQ(book.posts[0].path, "");
    book.answer(made(1));
    EXPECT_EQ(book.posts[0].path, "/1");
    book.answer(made(20));
    EXPECT_EQ(book.posts[0].path, "/1/20");
    EXPECT_THAT(book.posts[0].body, HasSubstr(R"("iface":"127.0.0.1")"));
    EXPECT_EQ(book.polls.at(0).path, "/1?maxev=20");
    book.answer(mounted_at);
    book.answer(made(30));
    EXPECT_EQ(book.posts[0].path, "/1/30");
    EXPECT_THAT(book.posts[0].body, HasSubstr(R"("id":900)"));
    book.answer({.kind = "ack"});
    book.happens({.kind = "event", .sender = 30, .offer = "v=0"});
    EXPECT_THAT(heard, ElementsAre("mounted 1 10000 10001", "offered 7 v=0"));
    janus.answer(7, "v=0 answer");
    EXPECT_THAT(book.posts.at(0).body, HasSubstr(R"("sdp":"v=0 answer")"));
}

TEST_F(ShareJanusTest, one_who_leaves_while_he_is_attached_leaves_no_handle_behind) {
    const auto picture = mount();
    janus.watch(7, picture);
    janus.leave(7);
    book.answer(made(30));
    ASSERT_EQ(book.posts.size(), 1U);
    EXPECT_EQ(book.posts[0].path, "/1/30");
    EXPECT_THAT(book.posts[0].body, HasSubstr("detach"));
}

TEST_F(ShareJanusTest, one_who_watches_again_is_offered_by_his_new_handle_alone) {
    const auto picture = mount();
    watch(7, picture, 30);
    janus.watch(7, picture);
    EXPECT_THAT(book.posts.at(0).body, HasSubstr("detach"));
    book.answer({.kind = "success"});
    book.answer(made(31));
    heard.clear();
    book.happens({.kind = "event", .sender = 30, .offer = "old"});
    book.happens({.kind = "hangup", .sender = 30, .why = "Close PC"});
    book.happens({.kind = "event", .sender = 31, .offer = "new"});
    EXPECT_THAT(heard, ElementsAre("offered 7 new"));
}

TEST_F(ShareJanusTest, one_whose_connection_breaks_is_told_why_and_nobody_else) {
    const auto picture = mount();
    watch(7, picture, 30);
    watch(8, picture, 31);
    heard.clear();
    book.happens({.kind = "hangup", .sender = 31, .why = "ICE failed"});
    EXPECT_THAT(heard, ElementsAre("ended 8 janus: ICE failed"));
}

TEST_F(ShareJanusTest, without_janus_the_picture_is_lost_in_one_line_and_the_next_try_begins_anew) {
    const auto picture = janus.mount();
    janus.watch(7, picture);
    book.answer(gone);
    EXPECT_THAT(heard, ElementsAre("lost 1 janus: h:1 does not answer (refused)"));
    heard.clear();
    const auto next = mount();
    watch(7, next, 30);
    EXPECT_THAT(heard, ElementsAre("mounted 2 10000 10001"));
}

TEST_F(ShareJanusTest, a_janus_that_was_started_again_is_noticed_and_its_old_answers_are_not_heard) {
    const auto picture = mount();
    janus.watch(7, picture);
    heard.clear();
    book.happens({.kind = "error", .error = janus_no_session, .why = "No such session 1"});
    EXPECT_THAT(heard, ElementsAre("lost 1 janus: No such session 1"));
    book.answer(made(30));  // late
    EXPECT_THAT(book.posts, IsEmpty());
    EXPECT_THAT(book.polls, IsEmpty());
}

TEST_F(ShareJanusTest, a_mountpoint_that_janus_refuses_is_lost_alone) {
    mount();
    const auto second = janus.mount();
    janus.watch(7, second);
    heard.clear();
    book.answer({.kind = "success", .error = 456, .why = "Can't add 'rtp' stream"});
    EXPECT_THAT(heard, ElementsAre("lost 2 janus: Can't add 'rtp' stream"));
    EXPECT_EQ(book.polls.size(), 1U);
}

TEST_F(ShareJanusTest, a_mountpoint_that_nobody_wants_any_more_is_taken_down_when_it_is_there) {
    mount();
    const auto second = janus.mount();
    janus.unmount(second);
    book.answer({.kind = "success", .id = 901, .rtp_port = 10002, .rtcp_port = 10003});
    ASSERT_EQ(book.posts.size(), 1U);
    EXPECT_THAT(book.posts[0].body, HasSubstr(R"("request":"destroy")"));
    EXPECT_THAT(book.posts[0].body, HasSubstr(R"("id":901)"));
}

TEST(ShareJanus, the_end_takes_the_mountpoints_and_the_session_down) {
    JanusBook book;
    {
        ShareJanus janus{std::make_unique<BookWire>(book),
                         "localhost",
                         {[](auto, auto) {}, [](auto, auto&) {}, [](auto, auto&) {}, [](auto, auto&) {}}};
        static_cast<void>(janus.mount());
        book.answer(made(1));
        book.answer(made(20));
        book.answer(mounted_at);
    }
    ASSERT_EQ(book.last.size(), 2U);
    EXPECT_THAT(book.last[0], HasSubstr(R"("request":"destroy")"));
    EXPECT_THAT(book.last[1], HasSubstr(R"(/1 {"janus":"destroy")"));
}

TEST(ShareJanus, reads_what_janus_says) {
    const auto created = read_janus(
        R"({"janus":"success","sender":5,"plugindata":{"plugin":"p","data":{"streaming":"created","stream":{"id":9,)"
        R"("ports":[{"type":"video","mid":"v","port":10002,"rtcp_port":10003}]}}}})");
    ASSERT_EQ(created.size(), 1U);
    EXPECT_EQ(created[0].id, 9U);
    EXPECT_EQ(created[0].rtp_port, 10002);
    EXPECT_EQ(created[0].rtcp_port, 10003);
    const auto events = read_janus(
        R"([{"janus":"event","sender":5,"plugindata":{"data":{"error_code":455,"error":"No such mountpoint"}}},)"
        R"({"janus":"event","sender":6,"jsep":{"type":"offer","sdp":"v=0"}},{"janus":"hangup","sender":7,"reason":"ICE failed"}])");
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0].error, 455);
    EXPECT_EQ(events[0].why, "No such mountpoint");
    EXPECT_EQ(events[1].offer, "v=0");
    EXPECT_EQ(events[2].why, "ICE failed");
    const auto refused = read_janus(R"({"janus":"error","error":{"code":458,"reason":"No such session 77"}})");
    ASSERT_EQ(refused.size(), 1U);
    EXPECT_EQ(refused[0].error, janus_no_session);
    for (const auto* wrong : {"", "<html>", "7", "{}", R"({"janus":7})", "[[],{},null]"})
        EXPECT_THAT(read_janus(wrong), IsEmpty());
}

TEST(ShareJanus, an_address_names_host_and_port) {
    const auto address = janus_address("http://janus.or3:8088/janus/");
    EXPECT_EQ(address.url, "http://janus.or3:8088/janus");
    EXPECT_EQ(address.host, "janus.or3");
    EXPECT_EQ(address.port, 8088);
    for (const auto* wrong : {"", "127.0.0.1:8088", "https://h/janus", "http:///janus", "ftp://h/"})
        EXPECT_ANY_THROW(static_cast<void>(janus_address(wrong))) << wrong;
}

}  // namespace
}  // namespace render
