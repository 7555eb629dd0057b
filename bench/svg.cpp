#include "bench/svg.hpp"

#include "transport/plain_text.hpp"

#include <fmt/format.h>

#include <iterator>

namespace bench {

namespace {

std::string_view anchor_word(Anchor anchor) {
    return anchor == Anchor::start ? "start" : anchor == Anchor::middle ? "middle" : "end";
}

}  // namespace

std::string xml_escaped(std::string_view text) {
    constexpr std::size_t longest = 4096;
    std::string out;
    for (const char c : transport::plain_text(text, longest)) switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += c;
        }
    return out;
}

Svg::Svg(double width, double height, std::string_view title) : width_{width}, height_{height}, title_{title} {}

void Svg::end_with(std::string_view name, std::string_view tip) {
    if (tip.empty())
        shapes_ += "/>\n";
    else
        fmt::format_to(std::back_inserter(shapes_), "><title>{}</title></{}>\n", xml_escaped(tip), name);
}

void Svg::line(SvgPoint from, SvgPoint to, std::string_view classes) {
    fmt::format_to(std::back_inserter(shapes_),
                   R"(<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)"
                   "\n",
                   classes, from.x, from.y, to.x, to.y);
}

void Svg::rect(SvgPoint corner, double width, double height, std::string_view classes, std::string_view tip) {
    fmt::format_to(std::back_inserter(shapes_),
                   R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}")", classes, corner.x,
                   corner.y, width, height);
    end_with("rect", tip);
}

void Svg::dot(SvgPoint centre, double radius, std::string_view classes, std::string_view tip) {
    fmt::format_to(std::back_inserter(shapes_), R"(<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{:.1f}")", classes,
                   centre.x, centre.y, radius);
    end_with("circle", tip);
}

void Svg::text(SvgPoint at, std::string_view words, std::string_view classes, Anchor anchor) {
    fmt::format_to(std::back_inserter(shapes_),
                   R"(<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>)"
                   "\n",
                   classes, at.x, at.y, anchor_word(anchor), xml_escaped(words));
}

void Svg::path(std::string_view d, std::string_view classes, std::string_view tip) {
    if (d.empty()) return;
    fmt::format_to(std::back_inserter(shapes_), R"(<path class="{}" d="{}")", classes, d);
    end_with("path", tip);
}

std::string Svg::str() const {
    return fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0:.0f} {1:.0f}" style="max-width:{0:.0f}px" role="img" aria-label="{2}">)"
        "\n{3}</svg>\n",
        width_, height_, xml_escaped(title_), shapes_);
}

}  // namespace bench
