#include "transport/bus.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace transport {
namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes(std::string_view text) {
    const auto* first = reinterpret_cast<const std::byte*>(text.data());
    return {first, first + text.size()};
}

// A few words of CBOR, so that the tests can write what our own writer would not.
Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}
Bytes head(unsigned major, std::uint64_t value) {
    if (value < 24) return {static_cast<std::byte>(major << 5U | value)};
    Bytes out{static_cast<std::byte>(major << 5U | 27U)};
    for (unsigned shift = 64; shift > 0; shift -= 8) out.push_back(static_cast<std::byte>(value >> (shift - 8)));
    return out;
}
Bytes whole(std::uint64_t value) {
    return head(0, value);
}
Bytes text(std::string_view words) {
    return head(3, words.size()) + bytes(words);
}
Bytes map(std::uint64_t pairs) {
    return head(5, pairs);
}
Bytes number(double value) {
    Bytes out{std::byte{0xFB}};
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (unsigned shift = 64; shift > 0; shift -= 8) out.push_back(static_cast<std::byte>(bits >> (shift - 8)));
    return out;
}
Bytes flag(bool value) {
    return {value ? std::byte{0xF5} : std::byte{0xF4}};
}

Bytes control_with(const std::string& key, const Bytes& value) {
    return map(5) + text("type") + text("control") + text("clear_annotations") + flag(false) + text("display") +
           text("") + text("want_status") + flag(false) + text(key) + value;
}
Bytes reply(const Bytes& words) {
    return map(3) + text("type") + text("reply") + text("accepted") + flag(true) + text("text") + words;
}

FinishedTimeline finished_timeline() {
    FinishedTimeline frame{Modality::xray, 7, 4'000'000'000U, 12, {}};
    frame.marks_us.assign(stage_count, -1);
    frame.marks_us[3] = 123'456'789'012'345;
    return frame;
}

std::vector<Message> one_of_each() {
    Annotation drawn{.id = 9,
                     .kind = "arrow",
                     .modality = Modality::ultrasound,
                     .sequence = 77,
                     .x0 = 0.1,
                     .y0 = 0.25,
                     .x1 = 1,
                     .y1 = 0,
                     .text = "Mitralklappe – Öffnung",
                     .author = "wall"};
    return {
        Hello{"probe",
              Role::capture,
              std::numeric_limits<std::uint64_t>::max(),
              Modality::camera,
              {Layout::side_by_side, 1920, 1080, CodecProfile::browser},
              false},
        Welcome{1, 2, 65535, 4'294'967'295U, 3, 127, 65535},
        Ping{42},
        Ping{43, TwoClocks{TwoClocks::most_us, 0, TwoClocks::most_bound_us, ClockBasis::host_clocks}},
        Pong{42, 123'456'789, 5, true},
        Pong{42, 123'456'789, 5, true, HostTime{Microseconds{-1'700'000'000'000'000}, Microseconds{400}}},
        Status{"probe", "30 frames/s", {{"lost", 3}, {"replaced", 0}}},
        FinishedTimelines{{finished_timeline(), finished_timeline()}},
        Control{Layout::xray, 0.3, Similarity{0.4, 0.6, 0.7, -12.5}, drawn, true, false, "wall", true, true,
                EchoHue::blue, Pose{{0.5, -0.5, 0.5, 0.5}, {1, -20, 300}}, true, true},
        Control{.annotate = Annotation{.kind = "stroke",
                                       .points = {{0, 1}, {0.125, 0.3}, {1, 0}},
                                       .owner = "share/3",
                                       .color = std::uint8_t{7}}},
        Control{.undo = "share/3", .clear_owner = "", .pointer_off = std::string(64, 'o')},
        Control{},
        Reply{false, "name is taken"},
        Reply{true, "done", 4'294'967'295U},
        Welcome{.media_ssrc = 7, .media_key = new_media_key(255)},
        Rekey{4'294'967'295U, new_media_key(0)},
    };
}

TEST(BusCbor, every_kind_of_annotation_comes_back) {
    for (const auto* kind :
         {"text", "arrow", "banner", "marker", "sight", "caliper", "tip", "stroke", "cross", "pointer"}) {
        const Message message = Control{.annotate = Annotation{.kind = kind}};
        EXPECT_EQ(message_from_cbor(to_cbor(message)), message) << kind;
    }
}

TEST(BusCbor, every_message_comes_back_as_it_was) {
    for (const auto& message : one_of_each()) {
        const auto back = message_from_cbor(to_cbor(message));
        ASSERT_TRUE(back) << name(message);
        EXPECT_EQ(*back, message) << name(message);
    }
}

TEST(BusCbor, a_key_that_is_none_is_refused_and_a_rekey_has_one) {
    const auto key = new_media_key(1).text();
    const auto rekey = [](const std::string& words) {
        return message_from_cbor(map(3) + text("type") + text("rekey") + text("media_ssrc") + whole(7) + text("key") +
                                 text(words));
    };
    EXPECT_TRUE(rekey(key));
    for (const auto& words : {std::string{}, key.substr(2), key + "00", "x" + key.substr(1)})
        EXPECT_FALSE(rekey(words));
    EXPECT_FALSE(message_from_cbor(to_cbor(Rekey{7, std::nullopt})));
    EXPECT_FALSE(message_from_cbor(map(3) + text("type") + text("rekey") + text("media_ssrc") + whole(7) + text("key") +
                                   whole(1)));
}

TEST(BusCbor, golden_bytes_of_a_ping) {
    EXPECT_EQ(to_cbor(Ping{7}), bytes("\xA2"
                                      "\x62id\x07"
                                      "\x64type\x64ping"));
    EXPECT_EQ(message_from_cbor(map(2) + text("type") + text("ping") + text("id") + whole(7)), Message{Ping{7}});
}

TEST(BusCbor, golden_bytes_of_a_ping_that_tells_clocks) {
    EXPECT_EQ(to_cbor(Ping{7, TwoClocks{3, 2, 1}}), bytes("\xA3"
                                                          "\x66"
                                                          "clocks\xA4"
                                                          "\x65"
                                                          "basis\x69"
                                                          "exchanges"
                                                          "\x68"
                                                          "bound_us\x01"
                                                          "\x67node_us\x03"
                                                          "\x69server_us\x02"
                                                          "\x62id\x07"
                                                          "\x64type\x64ping"));
}

TEST(BusCbor, clocks_that_cannot_be_are_refused) {
    const auto told = [](std::int64_t node, std::int64_t server, std::int64_t bound) {
        return message_from_cbor(to_cbor(Ping{7, TwoClocks{node, server, bound}})).has_value();
    };
    EXPECT_TRUE(told(0, TwoClocks::most_us, 0));
    EXPECT_FALSE(told(5, 5, -1));
    EXPECT_FALSE(told(5, 5, TwoClocks::most_bound_us + 1));
    EXPECT_FALSE(told(-1, 5, 5));
    EXPECT_FALSE(told(5, -1, 5));
    EXPECT_FALSE(told(TwoClocks::most_us + 1, 5, 5));
    EXPECT_FALSE(told(5, TwoClocks::most_us + 1, 5));
    EXPECT_FALSE(message_from_cbor(map(3) + text("type") + text("ping") + text("id") + whole(7) + text("clocks") +
                                   (map(2) + text("node_us") + whole(5) + text("server_us") + whole(5))))
        << "no bound";
    EXPECT_FALSE(message_from_cbor(to_cbor(Pong{7, TwoClocks::most_us + 1, 1, true})));
}

TEST(BusCbor, golden_bytes_of_what_an_annotator_says) {
    const auto drawn = map(12) + text("author") + text("Ida") + text("color") + whole(2) + text("id") + whole(0) +
                       text("kind") + text("stroke") + text("modality") + text("xray") + text("owner") + text("far/1") +
                       text("points") + bytes("\x82\x82") + number(0.1) + bytes({"\xFA\x3F\0\0\0", 5}) +
                       bytes("\x82\xFA\x3F\x80") + Bytes(2) + bytes({"\xFA\0\0\0\0", 5}) + text("sequence") + whole(0);
    const auto written = to_cbor(Control{.annotate = Annotation{.kind = "stroke",
                                                                .author = "Ida",
                                                                .points = {{0.1, 0.5}, {1, 0}},
                                                                .owner = "far/1",
                                                                .color = std::uint8_t{2}}});
    EXPECT_NE(std::ranges::search(written, Bytes(drawn.begin() + 1, drawn.end())).begin(), written.end());
    EXPECT_EQ(to_cbor(Reply{true, "done", 7}), map(4) + text("accepted") + flag(true) + text("revision") + whole(7) +
                                                   text("text") + text("done") + text("type") + text("reply"));
}

TEST(BusCbor, points_and_colors_that_cannot_be_are_refused_and_too_many_are_cut) {
    const auto back = [](const Annotation& drawn) { return message_from_cbor(to_cbor(Control{.annotate = drawn})); };
    EXPECT_TRUE(back({.kind = "stroke", .color = std::uint8_t{7}}));
    EXPECT_FALSE(back({.kind = "stroke", .color = std::uint8_t{8}}));
    for (const double bad : {-0.1, 1.1, std::nan("")}) {
        EXPECT_FALSE(back({.kind = "stroke", .points = {{0, 0}, {bad, 0}}})) << bad;
        EXPECT_FALSE(back({.kind = "stroke", .points = {{0, 0}, {0, bad}}})) << bad;
    }
    const auto cut = back({.kind = "stroke", .points = std::vector<ImagePoint>(300), .owner = std::string(80, 'o')});
    ASSERT_TRUE(cut);
    EXPECT_EQ(std::get<Control>(*cut).annotate->points.size(), most_stroke_points);
    EXPECT_EQ(std::get<Control>(*cut).annotate->owner.size(), most_owner_bytes);

    const auto with_points = [](const Bytes& points) {
        auto written = to_cbor(Control{.annotate = Annotation{.kind = "stroke", .points = {{0, 1}}}});
        const auto one = text("points") + bytes("\x81\x82") + bytes({"\xFA\0\0\0\0\xFA\x3F\x80\0\0", 10});
        const auto found = std::ranges::search(written, one).begin();
        const auto tail = Bytes(found + static_cast<std::ptrdiff_t>(one.size()), written.end());
        return message_from_cbor(Bytes(written.begin(), found) + text("points") + points + tail);
    };
    const auto list = [](std::uint64_t size) { return head(4, size); };
    EXPECT_TRUE(with_points(list(1) + list(2) + whole(0) + whole(1)));
    EXPECT_TRUE(with_points(list(0)));
    EXPECT_FALSE(with_points(list(1) + list(1) + whole(0)));
    EXPECT_FALSE(with_points(list(1) + list(3) + whole(0) + whole(0) + whole(0)));
    EXPECT_FALSE(with_points(list(2) + whole(0) + whole(1)));
    EXPECT_FALSE(with_points(list(1) + list(2) + text("0") + whole(1)));
    EXPECT_FALSE(with_points(text("0,1")));
    auto many = list(257);
    for (int i = 0; i < 257; ++i) many = many + list(2) + whole(0) + whole(0);
    EXPECT_FALSE(with_points(many));
}

TEST(BusCbor, every_cut_of_every_message_is_refused) {
    for (const auto& message : one_of_each()) {
        const auto whole_message = to_cbor(message);
        for (std::size_t size = 0; size < whole_message.size(); ++size)
            EXPECT_FALSE(message_from_cbor(std::span{whole_message}.first(size))) << name(message) << " " << size;
        EXPECT_FALSE(message_from_cbor(whole_message + whole(0))) << "something follows " << name(message);
    }
}

TEST(BusCbor, fields_we_do_not_know_are_passed_over) {
    const auto newer = map(3) + text("type") + text("ping") + text("id") + whole(7) + text("colour") + text("blue");
    EXPECT_EQ(message_from_cbor(newer), Message{Ping{7}});
}

TEST(BusCbor, unknown_or_missing_types_and_fields_are_refused) {
    EXPECT_FALSE(message_from_cbor(map(1) + text("type") + text("wish")));
    EXPECT_FALSE(message_from_cbor(map(1) + text("id") + whole(7)));
    EXPECT_FALSE(message_from_cbor(map(1) + text("type") + text("ping")));
    EXPECT_FALSE(message_from_cbor(map(2) + text("type") + whole(1) + text("id") + whole(7)));
    EXPECT_FALSE(message_from_cbor(whole(7)));
    EXPECT_FALSE(message_from_cbor({}));
}

TEST(BusCbor, fields_of_another_kind_are_refused) {
    const auto ping = [](const Bytes& id) { return map(2) + text("type") + text("ping") + text("id") + id; };
    EXPECT_TRUE(message_from_cbor(ping(whole(1))));
    EXPECT_FALSE(message_from_cbor(ping(text("1"))));
    EXPECT_FALSE(message_from_cbor(ping(number(1))));
    EXPECT_FALSE(message_from_cbor(ping(flag(true))));
    EXPECT_FALSE(message_from_cbor(ping(head(1, 0)))) << "-1";
    EXPECT_FALSE(message_from_cbor(ping(head(1, ~std::uint64_t{0})))) << "-2^64 must not wrap";
    EXPECT_FALSE(message_from_cbor(ping({std::byte{0xF6}}))) << "null";
    EXPECT_FALSE(message_from_cbor(control_with("freeze", whole(1))));
}

TEST(BusCbor, numbers_out_of_range_and_no_numbers_are_refused) {
    EXPECT_TRUE(message_from_cbor(control_with("opacity", number(1))));
    EXPECT_TRUE(message_from_cbor(control_with("opacity", whole(1))));
    EXPECT_FALSE(message_from_cbor(control_with("opacity", number(1.01))));
    EXPECT_FALSE(message_from_cbor(control_with("opacity", number(std::nan("")))));
    EXPECT_FALSE(message_from_cbor(control_with("opacity", number(std::numeric_limits<double>::infinity()))));
    EXPECT_FALSE(message_from_cbor(control_with("opacity", {std::byte{0xF9}, std::byte{0x7E}, std::byte{0}})));
    EXPECT_FALSE(message_from_cbor(to_cbor(Control{.opacity = std::nan("")})));
    EXPECT_FALSE(message_from_cbor(to_cbor(Welcome{.payload_type = 200})));
    EXPECT_FALSE(message_from_cbor(to_cbor(Hello{.node = "n", .viewer = {.width = -2}})));
}

TEST(BusCbor, unknown_names_are_refused) {
    EXPECT_TRUE(message_from_cbor(control_with("layout", text("fused"))));
    EXPECT_FALSE(message_from_cbor(control_with("layout", text("mosaic"))));
    EXPECT_FALSE(message_from_cbor(to_cbor(Control{.annotate = Annotation{.kind = "circle"}})));
}

TEST(BusCbor, texts_that_are_not_plain_utf8_are_refused) {
    EXPECT_TRUE(message_from_cbor(reply(text("größer ≤ 𝄞"))));
    for (const std::string_view bad :
         {"\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "a\nb", "\x1B[31m", "\xC2\x9B", "\xE2\x82", "\x7F"})
        EXPECT_FALSE(message_from_cbor(reply(text(bad)))) << bad;
    EXPECT_FALSE(message_from_cbor(reply(text(std::string(1001, 'x')))));
}

TEST(BusCbor, what_is_written_can_be_read_however_long_or_odd_it_was) {
    Status status{std::string(100, 'n'), std::string(1000, '\n') + "€€", {}};
    for (int i = 0; i < 100; ++i) status.counters.emplace_back("counter \xFF", i);
    const auto back = message_from_cbor(to_cbor(status));
    ASSERT_TRUE(back);
    const auto& read = std::get<Status>(*back);
    EXPECT_EQ(read.node, std::string(32, 'n'));
    EXPECT_EQ(read.text, std::string(1000, '?'));
    ASSERT_EQ(read.counters.size(), 64U);
    EXPECT_EQ(read.counters[63], (std::pair<std::string, std::uint64_t>{"counter ?", 63}));

    FinishedTimelines many;
    many.frames.assign(1000, finished_timeline());
    for (auto& frame : many.frames) frame.marks_us.assign(stage_count, std::numeric_limits<std::int64_t>::max());
    const auto written = to_cbor(many);
    EXPECT_LE(written.size(), most_message_bytes);
    const auto frames = message_from_cbor(written);
    ASSERT_TRUE(frames);
    EXPECT_EQ(std::get<FinishedTimelines>(*frames).frames.size(), FinishedTimelines::most_frames);
}

TEST(BusCbor, a_text_is_cut_between_characters) {
    const auto back = message_from_cbor(to_cbor(Reply{true, std::string(999, 'x') + "€"}));
    ASSERT_TRUE(back);
    EXPECT_EQ(std::get<Reply>(*back).text, std::string(999, 'x'));
}

TEST(BusCbor, a_timeline_has_every_stage) {
    auto message = to_cbor(FinishedTimelines{{finished_timeline()}});
    const auto marks = bytes("\x68marks_us\x90");  // an array of 16
    const auto found = std::search(message.begin(), message.end(), marks.begin(), marks.end());
    ASSERT_NE(found, message.end());
    const auto last = found + static_cast<std::ptrdiff_t>(marks.size());
    auto shorter = message;
    shorter[static_cast<std::size_t>(last - message.begin()) - 1] = std::byte{0x8F};
    shorter.erase(shorter.begin() + (last - message.begin()));
    EXPECT_FALSE(message_from_cbor(shorter));
}

TEST(BusCbor, bombs_are_refused) {
    EXPECT_FALSE(message_from_cbor(Bytes(most_message_bytes, std::byte{0x81}))) << "arrays in arrays";
    EXPECT_FALSE(message_from_cbor(Bytes(most_message_bytes, std::byte{0x7F}))) << "texts in texts";
    EXPECT_FALSE(message_from_cbor(Bytes(most_message_bytes, std::byte{0xC0}))) << "tags of tags";
    EXPECT_FALSE(message_from_cbor(control_with("x", Bytes(100, std::byte{0x81}) + whole(0))));
    EXPECT_FALSE(message_from_cbor(control_with("x", head(4, ~std::uint64_t{0}) + whole(0)))) << "2^64 items";
    EXPECT_FALSE(message_from_cbor(control_with("x", head(3, ~std::uint64_t{0}) + whole(0)))) << "2^64 bytes";
    EXPECT_FALSE(message_from_cbor(map(~std::uint64_t{0})));
    EXPECT_FALSE(message_from_cbor(reply(text("hello")) + Bytes(most_message_bytes, std::byte{0})));
}

TEST(BusCbor, a_key_that_is_there_twice_is_refused) {
    EXPECT_FALSE(
        message_from_cbor(map(3) + text("type") + text("ping") + text("id") + whole(1) + text("id") + whole(2)));
}

}  // namespace
}  // namespace transport
