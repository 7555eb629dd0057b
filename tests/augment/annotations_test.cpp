#include "augment/overlay.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using augment::Annotations;
using transport::Annotation;
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
    EXPECT_EQ(annotations.all()[0].id, 1U);
    EXPECT_EQ(annotations.all()[2].id, 3U);
    EXPECT_EQ(annotations.all()[1].kind, "arrow");
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
    EXPECT_EQ(annotations.all()[0].text, "two");
    (void)annotations.add(words("three"));
    EXPECT_EQ(annotations.all()[1].id, 8U);
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
    EXPECT_EQ(annotations.all()[0].text, "session 18");
    EXPECT_EQ(annotations.revision(), 4U);
    annotations.clear();
    EXPECT_EQ(annotations.revision(), 4U) << "nothing changed";
}

TEST(Annotations, the_sixty_fifth_is_refused_but_an_old_one_may_still_change) {
    Annotations annotations;
    for (int i = 0; i < 64; ++i) ASSERT_FALSE(annotations.add(words("x")));
    EXPECT_EQ(annotations.add(words("x")), "annotation: there are 64 already; clear some first");
    auto changed = words("y");
    changed.id = 3;
    EXPECT_FALSE(annotations.add(changed));
    EXPECT_EQ(annotations.all().size(), 64U);
    EXPECT_EQ(annotations.revision(), 65U);
}

TEST(Annotations, refuse_what_is_malformed_and_say_why) {
    EXPECT_EQ(refusal(annotation("circle\n", "a")), "annotation: unknown kind 'circle?'; allowed: text, arrow, banner");
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
    auto stranger = words("a");
    stranger.author = std::string{"\xFF"};
    EXPECT_EQ(refusal(stranger), "annotation: the author is not plain UTF-8 of at most 200 bytes");
}

TEST(Annotations, take_the_borders_of_what_is_allowed) {
    EXPECT_EQ(refusal(arrow(0, 0, 1, 1)), "");
    EXPECT_EQ(refusal(words(std::string(200, 'a'))), "");
    EXPECT_EQ(refusal(words("Ostium – ≥ 2,5 mm")), "");
}

}  // namespace
