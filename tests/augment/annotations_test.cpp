#include "augment/annotations.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace std::chrono_literals;
using augment::Annotations;
using transport::Annotation;
using transport::ImagePoint;
using transport::Modality;

Annotation annotation(std::string kind, std::string text) {
    Annotation out;
    out.kind = std::move(kind);
    out.x0 = 0.2;
    out.y0 = 0.3;
    out.text = std::move(text);
    return out;
}
Annotation words(std::string text) {
    return annotation("text", std::move(text));
}
Annotation banner(std::string text) {
    return annotation("banner", std::move(text));
}

Annotation arrow(double x0, double y0, double x1, double y1) {
    auto out = annotation("arrow", "");
    out.x0 = x0;
    out.y0 = y0;
    out.x1 = x1;
    out.y1 = y1;
    return out;
}

Annotation stroke(std::vector<ImagePoint> points) {
    auto out = annotation("stroke", "");
    out.points = std::move(points);
    return out;
}
Annotation pointer(double x, double y) {
    auto out = annotation("pointer", "");
    out.x0 = x;
    out.y0 = y;
    return out;
}
Annotation of(std::string owner, Annotation drawn) {
    drawn.owner = std::move(owner);
    return drawn;
}
std::vector<std::string> texts(const Annotations& annotations) {
    std::vector<std::string> out;
    for (const auto& drawing : annotations.all()) out.push_back(drawing->text);
    return out;
}
constexpr auto now = transport::timestamp(1'000'000'000);

std::string refusal(Annotation annotation) {
    Annotations annotations;
    auto reason = annotations.add(std::move(annotation));
    EXPECT_EQ(annotations.all().empty(), reason.has_value());
    EXPECT_EQ(annotations.revision(), reason ? 0U : 1U);
    return reason.value_or("");
}

TEST(Annotations, take_text_arrows_and_a_banner_in_order_and_number_them) {
    Annotations annotations;
    EXPECT_FALSE(annotations.add(words("stent here")));
    EXPECT_FALSE(annotations.add(arrow(0, 0, 1, 1)));
    EXPECT_FALSE(annotations.add(banner("session 17")));
    ASSERT_EQ(annotations.all().size(), 3U);
    EXPECT_EQ(annotations.all()[0]->id, 1U);
    EXPECT_EQ(annotations.all()[2]->id, 3U);
    EXPECT_EQ(annotations.all()[1]->kind, "arrow");
    EXPECT_EQ(annotations.revision(), 3U);
}

TEST(Annotations, a_known_id_replaces_and_a_new_one_is_never_given_twice) {
    Annotations annotations;
    auto first = words("one");
    first.id = 7;
    (void)annotations.add(first);
    first.text = std::string{"two"};
    EXPECT_FALSE(annotations.add(first));
    ASSERT_EQ(annotations.all().size(), 1U);
    EXPECT_EQ(annotations.all()[0]->text, "two");
    (void)annotations.add(words("three"));
    EXPECT_EQ(annotations.all()[1]->id, 8U);
    EXPECT_EQ(annotations.revision(), 3U);
}

TEST(Annotations, there_is_one_banner_and_clearing_leaves_it) {
    Annotations annotations;
    (void)annotations.add(banner("session 17"));
    (void)annotations.add(words("a"));
    (void)annotations.add(banner("session 18"));
    ASSERT_EQ(annotations.all().size(), 2U);
    annotations.clear();
    ASSERT_EQ(annotations.all().size(), 1U);
    EXPECT_EQ(annotations.all()[0]->text, "session 18");
    EXPECT_EQ(annotations.revision(), 4U);
    annotations.clear();
    EXPECT_EQ(annotations.revision(), 4U) << "nothing changed";
}

TEST(Annotations, the_hundred_and_first_of_an_owner_is_refused_but_an_old_one_may_still_change) {
    Annotations annotations;
    for (int i = 0; i < 100; ++i) ASSERT_FALSE(annotations.add(words("x")));
    EXPECT_EQ(annotations.add(words("x")), "annotation: there are 100 of yours already; undo or clear some first");
    auto changed = words("y");
    changed.id = 3;
    EXPECT_FALSE(annotations.add(changed));
    EXPECT_EQ(annotations.all().size(), 100U);
    EXPECT_EQ(annotations.revision(), 101U);
    EXPECT_FALSE(annotations.add(banner("session 17"))) << "there is always room for it";
}

TEST(Annotations, strangers_cannot_take_the_rooms_places) {
    Annotations annotations;
    for (int i = 0; i < 100; ++i) {
        ASSERT_FALSE(annotations.add(of("far/1", stroke({{0, 0}, {0.1, 0.1}}))));
        ASSERT_FALSE(annotations.add(of("far/2", stroke({{0, 0}, {0.1, 0.1}}))));
    }
    EXPECT_EQ(annotations.add(of("far/3", words("x"))), "annotation: there are 200 already; clear some first");
    EXPECT_FALSE(annotations.add(words("the room's own")));
    annotations.clear("far/1");
    EXPECT_FALSE(annotations.add(of("far/3", words("x"))));
}

TEST(Annotations, a_picture_is_not_blackened_with_ink) {
    std::vector<ImagePoint> to_and_fro;
    for (int i = 0; i < 9; ++i) to_and_fro.push_back({0.5, i % 2 == 0 ? 0.0 : 1.0});
    Annotations annotations;
    for (int i = 0; i < 7; ++i) {
        ASSERT_FALSE(annotations.add(of("far/1", stroke(to_and_fro))));
        ASSERT_FALSE(annotations.add(of("far/2", stroke(to_and_fro))));
    }
    EXPECT_EQ(annotations.add(of("far/1", stroke(to_and_fro))),
              "annotation: the picture is full of yours; undo or clear some first");
    EXPECT_FALSE(annotations.add(of("far/1", stroke({{0, 0}, {1, 0}})))) << "a short one still fits";
    EXPECT_EQ(annotations.add(of("far/3", stroke(to_and_fro))),
              "annotation: the picture is full of drawings; clear some first");
    EXPECT_FALSE(annotations.add(stroke(to_and_fro))) << "the room's own";
    to_and_fro.push_back({0.5, 0.5});
    EXPECT_EQ(refusal(stroke(to_and_fro)), "annotation: a stroke longer than 8 pictures");
}

TEST(Annotations, an_owner_takes_back_his_newest_and_nobody_elses) {
    Annotations annotations;
    (void)annotations.add(banner("session 17"));
    (void)annotations.add(of("far/1", words("first")));
    (void)annotations.add(of("far/1", words("second")));
    (void)annotations.add(of("far/2", words("other")));
    (void)annotations.add(words("the room's own"));
    EXPECT_TRUE(annotations.undo("far/1"));
    EXPECT_EQ(texts(annotations), (std::vector<std::string>{"session 17", "first", "other", "the room's own"}));
    EXPECT_TRUE(annotations.undo(""));
    EXPECT_FALSE(annotations.undo("")) << "the banner is no drawing";
    EXPECT_TRUE(annotations.undo("far/1"));
    EXPECT_FALSE(annotations.undo("far/1"));
    EXPECT_EQ(texts(annotations), (std::vector<std::string>{"session 17", "other"}));
    EXPECT_EQ(annotations.revision(), 8U);
}

TEST(Annotations, an_owner_clears_his_own_with_his_pointer) {
    Annotations annotations;
    (void)annotations.add(of("far/1", words("a")));
    (void)annotations.add(of("far/2", words("b")));
    (void)annotations.add(of("far/1", stroke({{0, 0}, {1, 1}})));
    EXPECT_FALSE(annotations.point(of("far/1", pointer(0.5, 0.5)), now));
    EXPECT_FALSE(annotations.point(of("far/2", pointer(0.5, 0.5)), now));
    annotations.clear("far/1");
    EXPECT_EQ(texts(annotations), std::vector<std::string>{"b"});
    ASSERT_EQ(annotations.pointers().size(), 1U);
    EXPECT_EQ(annotations.pointers()[0].where.owner, "far/2");
    annotations.clear();
    EXPECT_TRUE(annotations.all().empty());
    EXPECT_TRUE(annotations.pointers().empty());
}

TEST(Annotations, nobody_replaces_what_is_somebody_elses) {
    Annotations annotations;
    (void)annotations.add(of("far/1", words("mine")));
    auto theirs = of("far/2", words("not yours"));
    theirs.id = 1;
    EXPECT_EQ(annotations.add(theirs), "annotation: number 1 is somebody else's");
    EXPECT_EQ(texts(annotations), std::vector<std::string>{"mine"});
}

TEST(Annotations, an_owner_has_one_pointer_for_a_while) {
    Annotations annotations;
    EXPECT_FALSE(annotations.point(of("far/1", pointer(0.1, 0.1)), now));
    EXPECT_FALSE(annotations.point(of("far/1", pointer(0.2, 0.2)), now + 1s));
    ASSERT_EQ(annotations.pointers().size(), 1U);
    const auto& one = annotations.pointers()[0];
    EXPECT_EQ(one.where.x0, 0.2);
    EXPECT_TRUE(one.shown(now + 2500ms));
    EXPECT_FALSE(one.shown(now + 2501ms));
    EXPECT_EQ(annotations.revision(), 2U);
    annotations.take_pointer_away("far/2");
    EXPECT_EQ(annotations.revision(), 2U);
    annotations.take_pointer_away("far/1");
    EXPECT_TRUE(annotations.pointers().empty());
    EXPECT_EQ(annotations.revision(), 3U);
    EXPECT_TRUE(annotations.all().empty()) << "a pointer takes no drawing's place";
}

TEST(Annotations, so_many_may_point_at_once_and_who_stops_makes_room) {
    Annotations annotations;
    for (int i = 0; i < 16; ++i) ASSERT_FALSE(annotations.point(of("far/" + std::to_string(i), pointer(0, 0)), now));
    EXPECT_EQ(annotations.point(of("far/16", pointer(0, 0)), now + 1500ms), "annotation: 16 point already");
    EXPECT_FALSE(annotations.point(of("far/16", pointer(0, 0)), now + 1501ms));
    EXPECT_EQ(annotations.pointers().size(), 1U);
}

TEST(Annotations, refuse_what_is_malformed_and_say_why) {
    EXPECT_EQ(refusal(annotation("circle\n", "a")),
              "annotation: unknown kind 'circle?'; allowed: text, arrow, stroke, cross, banner");
    auto nowhere = words("a");
    nowhere.modality = static_cast<Modality>(9);
    EXPECT_EQ(refusal(nowhere), "annotation: unknown modality");
    EXPECT_EQ(refusal(arrow(0.1, 0.1, 1.01, 0)), "annotation: coordinate 1.01 is not within 0..1");
    EXPECT_EQ(refusal(arrow(-0.1, 0.1, 1, 0)), "annotation: coordinate -0.1 is not within 0..1");
    EXPECT_EQ(refusal(arrow(std::nan(""), 0.1, 1, 0)), "annotation: coordinate nan is not within 0..1");
    EXPECT_EQ(refusal(arrow(0.5, 0.5, 0.5, 0.5)), "annotation: an arrow needs a length");
    EXPECT_EQ(refusal(words("")), "annotation: a text needs words");
    EXPECT_EQ(refusal(words(std::string(201, 'a'))), "annotation: the text has 201 bytes; allowed: at most 200");
    EXPECT_EQ(refusal(words("\xC3")), "annotation: the text is not plain UTF-8");
    EXPECT_EQ(refusal(words("\xED\xA0\x80")), "annotation: the text is not plain UTF-8") << "a surrogate";
    EXPECT_EQ(refusal(words("\x1B[2J")), "annotation: the text is not plain UTF-8") << "an escape sequence";
    EXPECT_EQ(refusal(stroke({{0.5, 0.5}})), "annotation: a stroke of 1 points; allowed: 2 to 256");
    EXPECT_EQ(refusal(stroke(std::vector<ImagePoint>(257))), "annotation: a stroke of 257 points; allowed: 2 to 256");
    EXPECT_EQ(refusal(stroke({{0, 0}, {0.5, std::nan("")}})), "annotation: coordinate nan is not within 0..1");
    auto pointed = words("a");
    pointed.points.resize(3);
    EXPECT_EQ(refusal(pointed), "annotation: 3 points; allowed: none, only a stroke has them");
    auto painted = words("a");
    painted.color = std::uint8_t{8};
    EXPECT_EQ(refusal(painted), "annotation: color 8 is not within 0..7");
    EXPECT_EQ(refusal(of(std::string(65, 'o'), words("a"))),
              "annotation: the owner is not plain UTF-8 of at most 64 bytes");
    EXPECT_EQ(refusal(pointer(0, 0)),
              "annotation: unknown kind 'pointer'; allowed: text, arrow, stroke, cross, banner");
    EXPECT_EQ(Annotations{}.point(pointer(2, 0), now), "annotation: coordinate 2 is not within 0..1");
    auto stranger = words("a");
    stranger.author = std::string{"\xFF"};
    EXPECT_EQ(refusal(stranger), "annotation: the author is not plain UTF-8 of at most 200 bytes");
}

TEST(Annotations, take_the_borders_of_what_is_allowed) {
    EXPECT_EQ(refusal(arrow(0, 0, 1, 1)), "");
    EXPECT_EQ(refusal(words(std::string(200, 'a'))), "");
    EXPECT_EQ(refusal(stroke(std::vector<ImagePoint>(256))), "");
    EXPECT_EQ(refusal(of(std::string(64, 'o'), annotation("cross", ""))), "");
    EXPECT_EQ(refusal(words("Ostium – ≥ 2,5 mm")), "");
}

}  // namespace
