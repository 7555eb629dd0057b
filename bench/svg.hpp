// Pictures in a page, as text: shapes in pixels, colours by class, so that one style sheet makes them light or dark.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

/// For text and for values of attributes. What is no plain text (control characters, no UTF-8) becomes '?'.
[[nodiscard]] std::string xml_escaped(std::string_view text);

struct SvgPoint {
    double x = 0;
    double y = 0;
};

enum class Anchor : unsigned char { start, middle, end };

/// One picture. Texts are escaped; classes are the caller's own words. A tip is what a mouse that rests there is told.
class Svg {
public:
    /// `title`: what whoever cannot see it is told.
    Svg(double width, double height, std::string_view title);

    void line(SvgPoint from, SvgPoint to, std::string_view classes);
    void rect(SvgPoint corner, double width, double height, std::string_view classes, std::string_view tip = {});
    void dot(SvgPoint centre, double radius, std::string_view classes, std::string_view tip = {});
    void text(SvgPoint at, std::string_view words, std::string_view classes, Anchor anchor = Anchor::start);
    /// `d`: as path_through or steps_through make it; an empty one is left out.
    void path(std::string_view d, std::string_view classes, std::string_view tip = {});
    [[nodiscard]] std::string str() const;

private:
    void end_with(std::string_view name, std::string_view tip);
    double width_;
    double height_;
    std::string title_;
    std::string shapes_;
};

[[nodiscard]] std::string path_through(const std::vector<SvgPoint>& points);
/// Level from each point to the next one's x.
[[nodiscard]] std::string steps_through(const std::vector<SvgPoint>& points);
/// At most about `most` points of a line that rises in x: of the others the lowest and the highest of each stretch.
[[nodiscard]] std::vector<SvgPoint> decimated(const std::vector<SvgPoint>& points, std::size_t most);

/// Values to pixels. A logarithmic one takes what is at or below `low` for `low`.
class Scale {
public:
    enum class Kind : unsigned char { linear, logarithmic };
    Scale(double low, double high, double from_px, double to_px, Kind kind = Kind::linear);
    /// Within the pixels, whatever the value.
    [[nodiscard]] double at(double value) const;
    /// Round values inside, about so many.
    [[nodiscard]] std::vector<double> ticks(int about) const;
    [[nodiscard]] double low() const { return low_; }
    [[nodiscard]] double high() const { return high_; }

private:
    double low_;
    double high_;
    double from_px_;
    double to_px_;
    Kind kind_;
};

/// A line at every round value, and the value below it.
void draw_columns(Svg& svg, const Scale& scale, double top, double bottom, int about);

/// Labels beside the ends of lines, moved apart until none covers another: their y, in the order given.
[[nodiscard]] std::vector<double> moved_apart(const std::vector<double>& wanted, double apart, double low, double high);

}  // namespace bench
