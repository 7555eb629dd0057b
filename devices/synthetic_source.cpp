#include "devices/synthetic_source.hpp"

#include "devices/mask.hpp"
#include "devices/playback.hpp"
#include "devices/synthetic_echo.hpp"
#include "devices/synthetic_xray.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <stdexcept>
#include <string_view>

namespace devices {

namespace {

using transport::Microseconds;
using transport::Modality;

struct Wishes {
    int width = 0;
    int height = 0;
    double beam_on_s = 0;  ///< 0: no pedal
    double beam_off_s = 0;
};

[[noreturn]] void refuse(std::string_view name, std::string_view part) {
    throw std::runtime_error(
        fmt::format("'{}': '{}' is not understood; allowed are width=64..4096, height=64..4096, pedal=ON,OFF "
                    "(seconds, 0.1..3600)",
                    name, part));
}

template <typename Number>
Number read(std::string_view text, Number least, Number most, std::string_view name, std::string_view part) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(value >= least && value <= most))
        refuse(name, part);
    return value;
}

Wishes read_wishes(std::string_view name, int width, int height) {
    Wishes wishes{width, height};
    auto rest = name.find('?') == std::string_view::npos ? std::string_view{} : name.substr(name.find('?') + 1);
    while (!rest.empty()) {
        const auto part = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
        const auto equals = std::min(part.find('='), part.size());
        const auto key = part.substr(0, equals), value = part.substr(std::min(equals + 1, part.size()));
        if (key == "width") {
            wishes.width = read(value, 64, 4096, name, part) / 2 * 2;
        } else if (key == "height") {
            wishes.height = read(value, 64, 4096, name, part) / 2 * 2;
        } else if (key == "pedal" && value.find(',') != std::string_view::npos) {
            const auto comma = value.find(',');
            wishes.beam_on_s = read(value.substr(0, comma), 0.1, 3600.0, name, part);
            wishes.beam_off_s = read(value.substr(comma + 1), 0.1, 3600.0, name, part);
        } else {
            refuse(name, part);
        }
    }
    return wishes;
}

/// Whole heart cycles of about a second; slow rates take several, so that frames differ, fast ones a faster heart,
/// so that drawing stays short.
int frames_to_draw(double frames_per_second) {
    return std::clamp(static_cast<int>(std::lround(frames_per_second)), 16, 72);
}

template <typename Drawn>
void take(Loop& loop, Drawn drawn, const std::vector<transport::Rect>& black) {
    const Mask mask{{}, black};
    for (auto& picture : drawn.frames) {
        mask.apply(*picture);
        loop.frames.push_back(std::move(picture));
    }
    loop.geometry = std::move(drawn.geometry);
}

}  // namespace

std::unique_ptr<capture::Source> open_synthetic(const std::string& name, Modality wanted, double frames_per_second,
                                                const std::vector<transport::Rect>& black, transport::Clock& clock) {
    const double rate = frames_per_second > 0 ? frames_per_second : 30;
    const int count = frames_to_draw(rate);
    Loop loop;
    Wishes wishes;
    switch (wanted) {
        case Modality::ultrasound:
            wishes = read_wishes(name, 800, 600);
            take(loop, draw_synthetic_echo(wishes.width, wishes.height, count), black);
            break;
        case Modality::xray:
            wishes = read_wishes(name, 512, 512);
            take(loop, draw_synthetic_xray(wishes.width, wishes.height, count), black);
            break;
        case Modality::camera:
            throw std::runtime_error(
                "there is no synthetic camera: name a video file or 'gst: videotestsrc is-live=true'");
    }
    if (wishes.beam_on_s > 0 && wanted == Modality::xray)
        loop.beam = [on = wishes.beam_on_s, off = wishes.beam_off_s](Microseconds elapsed) {
            return std::fmod(static_cast<double>(elapsed.count()) / 1e6, on + off) < on;
        };
    loop.schedule = Schedule::even(rate);
    loop.info.description =
        fmt::format("synthetic {}, {}x{}, {:g}/s", transport::name(wanted), wishes.width, wishes.height, rate);
    return std::make_unique<LoopSource>(std::move(loop), clock);
}

}  // namespace devices
