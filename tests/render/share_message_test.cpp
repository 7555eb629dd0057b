// What a page may say, word for word, and what of it is refused with which line; what share says, byte for byte.
#include "render/share_message.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace render {
namespace {

using testing::HasSubstr;
using transport::Layout;
using transport::Modality;

template <typename T>
T page_taken(std::string_view text) {
    std::string why;
    const auto message = read_from_page(text, why);
    EXPECT_TRUE(message) << text << ": " << why;
    EXPECT_EQ(why, "");
    return message ? std::get<T>(*message) : T{};
}
std::string page_refused(std::string_view text) {
    std::string why;
    EXPECT_FALSE(read_from_page(text, why)) << text;
    EXPECT_FALSE(why.empty()) << text;
    EXPECT_EQ(why.find_first_of("\r\n"), std::string::npos) << why;
    return why;
}
std::string refused_on_the_channel(std::string_view text) {
    std::string why;
    EXPECT_FALSE(read_from_channel(text, why)) << text;
    return why;
}
std::string page_drawing(std::string_view kind, std::string_view points, std::string_view rest = "") {
    return fmt::format(
        R"({{"type":"draw","ref":7,"kind":"{}","modality":"ultrasound","sequence":4294967295,"points":{}{}}})", kind,
        points, rest);
}
std::string many_points(int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += fmt::format("{}[0.5,{}]", i == 0 ? "[" : ",", i % 2);
    return out + "]";
}
std::string join_as(std::string_view name) {
    return fmt::format(R"({{"type":"join","token":"t","name":"{}"}})", name);
}

TEST(ShareMessage, a_page_says_everything_it_can) {
    EXPECT_EQ(page_taken<Join>(R"({"type":"join","token":"a.b","name":"  Ada  "})"), (Join{"a.b", "Ada"}));
    EXPECT_EQ(page_taken<ComeBack>(R"({"type":"join","pass":"c.d"})"), ComeBack{"c.d"});
    EXPECT_EQ(page_taken<Offer>(R"({"type":"offer","connection":"talk","sdp":"v=0\r\ns=-\r\n"})"),
              (Offer{Connection::talk, "v=0\r\ns=-\r\n"}));
    EXPECT_EQ(page_taken<Answer>(R"({"type":"answer","connection":"view","sdp":"v=0\r\n"})"),
              (Answer{Connection::view, "v=0\r\n"}));
    page_taken<WatchPicture>(R"({"type":"watch"})");
    EXPECT_EQ(page_taken<WatchLatency>(R"({"type":"latency","on":true})"), WatchLatency{true});
    EXPECT_EQ(page_taken<LivePing>(R"({"type":"ping","id":7})"), LivePing{7});
    EXPECT_EQ(page_taken<CloseConnection>(R"({"type":"close","connection":"camera"})"),
              CloseConnection{Connection::camera});
    EXPECT_EQ(page_taken<ChooseLayout>(R"({"type":"layout","layout":"picture-in-picture","size":"half"})"),
              (ChooseLayout{Layout::picture_in_picture, ViewSize::half}));
    EXPECT_EQ(page_taken<PointAt>(R"({"type":"pointer","modality":"xray","sequence":5,"x":0,"y":1})"),
              (PointAt{Modality::xray, 5, {0, 1}}));
    page_taken<PointerOff>(R"({"type":"pointer","off":true})");
    page_taken<UndoDrawing>(R"({"type":"undo"})");
    EXPECT_FALSE(page_taken<ClearDrawings>(R"({"type":"clear","whose":"mine"})").everybodys);
    EXPECT_TRUE(page_taken<ClearDrawings>(R"({"type":"clear","whose":"all"})").everybodys);
    EXPECT_TRUE(page_taken<Mute>(R"({"type":"muted","on":true})").on);
    EXPECT_EQ(page_taken<SilencePerson>(R"({"type":"silence","who":3,"on":true})"), (SilencePerson{3, true}));
    EXPECT_EQ(page_taken<RemovePerson>(R"({"type":"remove","who":4294967295})").who, 4294967295U);
    EXPECT_EQ(page_taken<InvitePerson>(R"({"type":"invite","role":"glasses"})").role, ShareRole::glasses);
}

TEST(ShareMessage, a_drawing_has_as_many_points_as_its_kind_wants) {
    EXPECT_EQ(page_taken<Draw>(page_drawing("arrow", "[[0,0.25],[1,0.5]]", R"(,"text":"here")")),
              (Draw{7, DrawingKind::arrow, Modality::ultrasound, 4294967295U, {{0, 0.25}, {1, 0.5}}, "here"}));
    EXPECT_EQ(page_taken<Draw>(page_drawing("stroke", many_points(256))).points.size(), 256U);
    EXPECT_EQ(page_taken<Draw>(page_drawing("cross", "[[0.5,0.5]]")).text, "");
    EXPECT_EQ(page_refused(page_drawing("stroke", many_points(257))),
              "draw: points: 257 are given, 2 to 256 are needed");
    EXPECT_EQ(page_refused(page_drawing("stroke", many_points(1))), "draw: points: 1 are given, 2 to 256 are needed");
    EXPECT_EQ(page_refused(page_drawing("arrow", many_points(3))), "draw: points: 3 are given, 2 are needed");
    EXPECT_EQ(page_refused(page_drawing("cross", "[]")), "draw: points: 0 are given, 1 are needed");
    EXPECT_EQ(page_refused(page_drawing("text", "[[0,0]]")), "draw: text: a text is needed");
    EXPECT_EQ(page_refused(page_drawing("text", "[[0,0]]", R"(,"text":"")")), "draw: text: must not be empty");
    EXPECT_EQ(page_refused(page_drawing("text", "[[0,0]]", fmt::format(R"(,"text":"{:x>201}")", ""))),
              "draw: text: at most 200 bytes");
    EXPECT_EQ(page_refused(page_drawing("tip", "[[0,0]]")), "draw: kind: one of stroke, arrow, text, cross");
}

TEST(ShareMessage, coordinates_lie_in_the_image) {
    for (const auto* wrong : {"[[0,1.0000001]]", "[[-0.0001,0]]", "[[0]]", "[[0,0,0]]", R"([["0","0"]])", "[0.5]",
                              "[[null,0]]", "[[true,0]]", R"([{"x":0,"y":0}])"})
        EXPECT_EQ(page_refused(page_drawing("cross", wrong)), "draw: points: each is [x,y], numbers 0..1");
    for (const auto* no_json : {"[[NaN,0]]", "[[1e999,0]]", "[[Infinity,0]]", "[[.5,0]]"})
        EXPECT_EQ(page_refused(page_drawing("cross", no_json)), "message: a JSON object is needed");
    EXPECT_EQ(page_refused(R"({"type":"pointer","modality":"xray","sequence":1,"x":0.5,"y":2})"),
              "pointer: y: a number 0..1 is needed");
    EXPECT_EQ(page_refused(R"({"type":"pointer","off":false})"), "pointer: off: only true is known");
}

TEST(ShareMessage, a_field_that_is_missing_or_of_another_kind_is_named) {
    EXPECT_EQ(page_refused("{}"), "message: type: a text is needed");
    EXPECT_EQ(page_refused(R"({"type":7})"), "message: type: a text is needed");
    EXPECT_EQ(page_refused(R"({"type":"shutdown"})"), "type: 'shutdown' is not known here");
    EXPECT_EQ(page_refused(R"({"type":"join","name":"Ada"})"), "join: token: a text is needed");
    EXPECT_EQ(page_refused(R"({"type":"join","pass":null})"), "join: pass: a text is needed");
    EXPECT_EQ(page_refused(R"({"type":"join","token":"","name":"Ada"})"), "join: token: must not be empty");
    EXPECT_EQ(page_refused(R"({"type":"offer","connection":"all","sdp":"v=0"})"),
              "offer: connection: one of view, talk, camera");
    EXPECT_EQ(page_refused(R"({"type":"offer","connection":"view","sdp":["v=0"]})"), "offer: sdp: a text is needed");
    EXPECT_EQ(page_refused(R"({"type":"layout","layout":"fused"})"), "layout: size: one of full, half");
    EXPECT_EQ(page_refused(R"({"type":"clear","whose":"hers"})"), "clear: whose: one of mine, all");
    EXPECT_EQ(page_refused(R"({"type":"muted","on":1})"), "muted: on: true or false is needed");
    for (const auto* who : {"-1", "1.5", "4294967296", "\"1\"", "18446744073709551616"})
        EXPECT_EQ(page_refused(fmt::format(R"({{"type":"remove","who":{}}})", who)),
                  "remove: who: a whole number 0..4294967295 is needed");
    EXPECT_EQ(page_refused(R"({"type":"invite","role":"surgeon"})"),
              "invite: role: one of viewer, colleague, glasses, moderator, source, engineer");
    EXPECT_EQ(page_refused(R"({"type":"latency","on":1})"), "latency: on: true or false is needed");
}

TEST(ShareMessage, a_field_that_is_not_known_is_passed_over) {
    EXPECT_TRUE(page_taken<Mute>(R"({"later":{"a":[1,2,{}]},"type":"muted","on":true,"why":null})").on);
}

TEST(ShareMessage, size_and_depth_are_bounded) {
    const auto padded = [](std::size_t size) {
        const std::string head = R"({"type":"undo","x":")";
        return head + std::string(size - head.size() - 2, 'x') + "\"}";
    };
    page_taken<UndoDrawing>(padded(most_page_message_bytes));
    EXPECT_EQ(page_refused(padded(most_page_message_bytes + 1)), "message: at most 65536 bytes");
    EXPECT_EQ(page_refused(std::string(60'000, '[')), "message: nested too deep");
    EXPECT_EQ(page_refused(R"({"type":"undo","x":)" + std::string(8, '[') + std::string(8, ']') + "}"),
              "message: nested too deep");
    page_taken<UndoDrawing>(R"({"type":"undo","x":"[[[[[[[[[[\"[[[["})");
    const auto offer = [](std::size_t size) {
        return fmt::format(R"({{"type":"offer","connection":"view","sdp":"{:x>{}}"}})", "", size);
    };
    EXPECT_EQ(page_taken<Offer>(offer(most_sdp_bytes)).sdp.size(), most_sdp_bytes);
    EXPECT_EQ(page_refused(offer(most_sdp_bytes + 1)), "offer: sdp: at most 32768 bytes");
    EXPECT_EQ(page_refused(fmt::format(R"({{"type":"join","pass":"{:x>513}"}})", "")), "join: pass: at most 512 bytes");
}

TEST(ShareMessage, what_is_no_json_object_is_refused_in_one_line) {
    for (const auto* wrong :
         {"", " ", "null", "[]", "\"join\"", "{", "{]", R"({"type":"undo"} x)", R"({"type":"undo",})",
          "{'type':'undo'}", "\xFF\xFE", R"({"type":"un)", R"(// {"type":"undo"})"})
        EXPECT_EQ(page_refused(wrong), "message: a JSON object is needed") << wrong;
    EXPECT_EQ(page_refused(std::string{"{\"type\":\"undo\"}\0", 16}), "message: a JSON object is needed");
    EXPECT_EQ(page_refused(join_as("\xC3\x28")), "message: a JSON object is needed");
    EXPECT_EQ(page_refused(R"({"type":"\n\u001b[2J"})"), "type: '??[2J' is not known here");
}

TEST(ShareMessage, names_come_through_unchanged_or_not_at_all) {
    for (const auto* name :
         {"Ada", "<script>alert(1)</script>", "O'Hara & Søn", "دکتر می‌خواهم", "👩‍⚕️ 李",
          "&lt;b&gt;", "12345678901234567890123456789012", "ÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖ"})
        EXPECT_EQ(page_taken<Join>(join_as(name)).name, name);
    EXPECT_EQ(page_taken<Join>(join_as(R"(\"\\\u003cimg src=x\u003e)")).name, "\"\\<img src=x>");
    const auto* line = "join: name: 1 to 32 characters that can be seen";
    for (const auto* name : {"", "   ", "123456789012345678901234567890123", R"(Ada\nRoot)", R"(\u0000)",
                             R"(Ada\u0007)", R"(\u0085)", R"(moderator\u202e)", R"(A\u200bda)", R"(\u2066Ada)",
                             R"(\ufeffAda)", R"(\u00a0)", R"(\u3000\u200d)", R"(Ada\t)"})
        EXPECT_EQ(page_refused(join_as(name)), line) << name;
    EXPECT_EQ(page_refused(R"({"type":"join","token":"t","name":7})"), "join: name: a text is needed");
    EXPECT_EQ(page_refused(join_as(R"(\ud800)")), "message: a JSON object is needed");
}

TEST(ShareMessage, texts_hold_no_control_characters) {
    EXPECT_EQ(page_taken<Draw>(page_drawing("text", "[[0,0]]", R"(,"text":"<b>RCA</b>")")).text, "<b>RCA</b>");
    EXPECT_THAT(page_refused(page_drawing("text", "[[0,0]]", R"(,"text":"a\u001b[31m")")),
                HasSubstr("draw: text: only UTF-8"));
    EXPECT_THAT(page_refused(page_drawing("cross", "[[0,0]]", R"(,"text":"a\nb")")),
                HasSubstr("draw: text: only UTF-8"));
    EXPECT_THAT(page_refused(R"({"type":"offer","connection":"view","sdp":"v=0\r\n\u0000"})"), HasSubstr("offer: sdp"));
    EXPECT_THAT(page_refused(R"({"type":"offer","connection":"view","sdp":"v=0\rs=1"})"), HasSubstr("offer: sdp"));
}

TEST(ShareMessage, the_channel_takes_pings_and_pointers_alone) {
    std::string why;
    EXPECT_EQ(std::get<LivePing>(*read_from_channel(R"({"type":"ping","id":18446744073709551615})", why)).id,
              18446744073709551615U);
    const auto pointer = read_from_channel(R"({"type":"pointer","modality":"camera","sequence":9,"x":0.5,"y":0})", why);
    EXPECT_EQ(std::get<PointAt>(*pointer), (PointAt{Modality::camera, 9, {0.5, 0}}));
    EXPECT_TRUE(std::holds_alternative<PointerOff>(*read_from_channel(R"({"type":"pointer","off":true})", why)));
    EXPECT_EQ(why, "");
    EXPECT_EQ(refused_on_the_channel(R"({"type":"undo"})"), "type: 'undo' is not known here");
    EXPECT_EQ(refused_on_the_channel(R"({"type":"ping","id":-1})"),
              "ping: id: a whole number 0..18446744073709551615 is needed");
    EXPECT_EQ(refused_on_the_channel(R"({"type":"ping","id":1,"x":")" + std::string(1000, 'x') + "\"}"),
              "message: at most 1024 bytes");
}

TEST(ShareMessage, share_answers_in_these_words) {
    EXPECT_EQ(
        to_json(Welcome{.you = 3,
                        .name = "<i>Ada\"",
                        .role = ShareRole::colleague,
                        .colour = 2,
                        .pass = "p",
                        .may = permissions(ShareRole::colleague),
                        .ice = {{"stun:or3:3478"}, {"turn:or3:3478", "u", "c"}},
                        .layouts = {Layout::fused, Layout::side_by_side},
                        .size = ViewSize::half}),
        R"({"type":"welcome","you":3,"name":"<i>Ada\"","role":"colleague","colour":2,"pass":"p",)"
        R"("may":{"talk":true,"draw":true,"camera":false,"moderate":false},)"
        R"("ice":[{"urls":"stun:or3:3478"},{"urls":"turn:or3:3478","username":"u","credential":"c"}],"picture":"direct",)"
        R"("layouts":["fused","side-by-side"],"layout":"fused","size":"half"})");
    EXPECT_EQ(to_json(Refused{"used"}), R"({"type":"refused","why":"used"})");
    EXPECT_EQ(to_json(Offer{Connection::view, "v=0\r\n"}), R"({"type":"offer","connection":"view","sdp":"v=0\r\n"})");
    EXPECT_EQ(to_json(Answer{Connection::view, "v=0\r\n"}), R"({"type":"answer","connection":"view","sdp":"v=0\r\n"})");
    EXPECT_EQ(to_json(Ended{Connection::talk, "gone"}), R"({"type":"ended","connection":"talk","why":"gone"})");
    EXPECT_EQ(to_json(Ended{Connection::talk, "full", false}),
              R"({"type":"ended","connection":"talk","why":"full","again":false})");
    EXPECT_EQ(to_json(People{{{.id = 1, .name = "Ada", .role = ShareRole::glasses, .colour = 7, .speaking = true}}}),
              R"({"type":"people","people":[{"id":1,"name":"Ada","role":"glasses","colour":7,"muted":false,)"
              R"("silenced":false,"speaking":true,"camera":false}]})");
    EXPECT_EQ(to_json(People{}), R"({"type":"people","people":[]})");
    EXPECT_EQ(to_json(Shown{Layout::xray, ViewSize::half, "the link is slow"}),
              R"({"type":"view","layout":"xray","size":"half","why":"the link is slow"})");
    EXPECT_EQ(to_json(Drawn{4, 17}), R"({"type":"drawn","ref":4,"revision":17})");
    EXPECT_EQ(to_json(NotDrawn{4, "full"}), R"({"type":"not-drawn","ref":4,"why":"full"})");
    EXPECT_EQ(to_json(Invitation{ShareRole::viewer, "https://or3/#t", {"01", "10"}, 900}),
              R"({"type":"invitation","role":"viewer","link":"https://or3/#t","qr":["01","10"],"expires_s":900})");
    EXPECT_EQ(to_json(ServerReached{true}), R"({"type":"server","reached":true})");
    EXPECT_EQ(to_json(NotTaken{"draw: text"}), R"({"type":"error","why":"draw: text"})");
    EXPECT_EQ(to_json(LivePong{5, 1'700'000'000'000'123, 250}),
              R"({"type":"pong","id":5,"server_us":1700000000000123,"bound_us":250})");
    EXPECT_EQ(to_json(LivePong{.id = 5}), R"({"type":"pong","id":5,"server_us":null,"bound_us":0})");
}

TEST(ShareMessage, every_role_may_what_it_is_there_for) {
    EXPECT_EQ(permissions(ShareRole::viewer), Permissions{});
    EXPECT_EQ(permissions(ShareRole::glasses), (Permissions{true, true, true, false}));
    EXPECT_EQ(permissions(ShareRole::moderator), (Permissions{true, true, true, true}));
    EXPECT_EQ(permissions(ShareRole::source), (Permissions{.camera = true}));
    EXPECT_EQ(share_role_named("moderator"), ShareRole::moderator);
    EXPECT_FALSE(share_role_named("admin"));
}

}  // namespace
}  // namespace render
