#include "devices/phantom_source.hpp"

#include "devices/mask.hpp"
#include "devices/nifti.hpp"
#include "devices/phantom_ct.hpp"
#include "devices/phantom_echo.hpp"
#include "devices/phantom_xray.hpp"
#include "devices/playback.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace devices {

namespace {

using transport::Modality;

namespace phantom {

struct Wishes {
    Fluoroscopy xray;
    Echocardiography echo;
    double beam_on_s = 0;  ///< 0: no pedal
    double beam_off_s = 0;
    std::string ct;  ///< file; empty: the body is closed forms
    std::optional<augment::Vec3> ct_at;
};

/// One `key=value` of a source's name, and what may stand there.
class Part {
public:
    Part(std::string_view name, Modality wanted, std::string_view text) : name_{name}, wanted_{wanted}, text_{text} {}

    [[nodiscard]] std::string_view key() const { return text_.substr(0, equals()); }
    [[nodiscard]] std::string_view value() const { return text_.substr(std::min(equals() + 1, text_.size())); }

    [[noreturn]] void refuse() const {
        throw std::runtime_error(
            fmt::format("'{}': '{}' is not understood; allowed are width=64..2048, height=64..2048, seed=0..65535, "
                        "c_arm=still|swing, multiplane=0..180, ct=FILE, ct_at=X,Y,Z (mm, -1e5..1e5), {}",
                        name_, text_,
                        wanted_ == Modality::xray ? "dose=0..1e9, lag=0..0.9, pedal=ON,OFF (seconds, 0.1..3600)"
                                                  : "tracker=on|off, flow=on|off"));
    }
    template <typename Number>
    [[nodiscard]] Number number(std::string_view text, Number least, Number most) const {
        Number value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size() || !(value >= least && value <= most)) refuse();
        return value;
    }
    template <typename Number>
    [[nodiscard]] Number number(Number least, Number most) const {
        return number(value(), least, most);
    }
    [[nodiscard]] bool either(std::string_view yes, std::string_view no) const {
        if (value() != yes && value() != no) refuse();
        return value() == yes;
    }

private:
    [[nodiscard]] std::size_t equals() const { return std::min(text_.find('='), text_.size()); }
    std::string_view name_;
    Modality wanted_;
    std::string_view text_;
};

void understand(const Part& part, Modality wanted, Wishes& wishes) {
    const auto key = part.key();
    const bool xray = wanted == Modality::xray;
    if (key == "width") {
        wishes.xray.width = wishes.echo.width = part.number(64, 2048) / 2 * 2;
    } else if (key == "height") {
        wishes.xray.height = wishes.echo.height = part.number(64, 2048) / 2 * 2;
    } else if (key == "seed") {
        wishes.xray.seed = wishes.echo.seed = part.number<std::uint32_t>(0, 65'535);
    } else if (key == "c_arm") {
        wishes.xray.scene.c_arm_swings = wishes.echo.scene.c_arm_swings = part.either("swing", "still");
    } else if (key == "multiplane") {
        wishes.xray.scene.multiplane_degrees = wishes.echo.scene.multiplane_degrees = part.number(0.0, 180.0);
    } else if (key == "ct" && !part.value().empty()) {
        wishes.ct = part.value();
    } else if (key == "ct_at" && std::ranges::count(part.value(), ',') == 2) {
        const auto text = part.value();
        const auto first = text.find(','), second = text.rfind(',');
        const auto mm = [&](std::string_view number) { return part.number(number, -1e5, 1e5); };
        wishes.ct_at = {mm(text.substr(0, first)), mm(text.substr(first + 1, second - first - 1)),
                        mm(text.substr(second + 1))};
    } else if (key == "dose" && xray) {
        wishes.xray.quanta_per_mm2 = part.number(0.0, 1e9);
    } else if (key == "lag" && xray) {
        wishes.xray.lag = part.number(0.0, 0.9);
    } else if (key == "pedal" && xray && part.value().find(',') != std::string_view::npos) {
        const auto comma = part.value().find(',');
        wishes.beam_on_s = part.number(part.value().substr(0, comma), 0.1, 3600.0);
        wishes.beam_off_s = part.number(part.value().substr(comma + 1), 0.1, 3600.0);
    } else if (key == "flow" && !xray) {
        wishes.echo.flow = part.either("on", "off");
    } else if (key == "tracker" && !xray) {
        wishes.echo.tracked = part.either("on", "off");
    } else {
        part.refuse();
    }
}

Wishes read(std::string_view name, Modality wanted) {
    Wishes wishes;
    auto rest = name.find('?') == std::string_view::npos ? std::string_view{} : name.substr(name.find('?') + 1);
    while (!rest.empty()) {
        const auto text = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), text.size() + 1));
        understand({name, wanted, text}, wanted, wishes);
    }
    if (wishes.ct.empty() && wishes.ct_at)
        throw std::runtime_error(fmt::format("'{}': ct_at says where in the file of ct=FILE the heart is", name));
    if (!wishes.ct.empty() && wishes.echo.flow)
        throw std::runtime_error(
            fmt::format("'{}': flow=on and ct= do not go together: no CT tells how blood flows", name));
    return wishes;
}

std::shared_ptr<const PhantomCt> body_of(const Wishes& wishes) {
    const auto volume = read_nifti(wishes.ct);
    try {
        return std::make_shared<const PhantomCt>(volume, wishes.ct_at);
    } catch (const std::runtime_error& what) {
        throw std::runtime_error(fmt::format("{}: {}", wishes.ct, what.what()));
    }
}

/// All of a loop is kept in memory.
int frames_to_draw(std::string_view name, double rate, std::int64_t bytes_each) {
    constexpr std::int64_t most_bytes = 224'000'000;
    const double seconds = static_cast<double>(phantom_loop.count()) / 1e6;
    const auto count = std::max(std::int64_t{1}, static_cast<std::int64_t>(std::llround(rate * seconds)));
    if (count * bytes_each > most_bytes)
        throw std::runtime_error(
            fmt::format("'{}' at {:g} frames/s takes {} MB of memory, more than {}: choose smaller pictures or fewer",
                        name, rate, count * bytes_each / 1'000'000, most_bytes / 1'000'000));
    return static_cast<int>(count);
}

}  // namespace phantom

}  // namespace

std::unique_ptr<capture::Source> open_phantom(const std::string& name, Modality wanted, double frames_per_second,
                                              const std::vector<transport::Rect>& black, transport::Clock& clock) {
    if (wanted == Modality::camera)
        throw std::runtime_error("there is no phantom camera: name a video file or 'gst: videotestsrc is-live=true'");
    auto wishes = phantom::read(name, wanted);
    const double rate = frames_per_second > 0 ? frames_per_second : 30;
    const bool xray = wanted == Modality::xray;
    const int width = xray ? wishes.xray.width : wishes.echo.width;
    const int height = xray ? wishes.xray.height : wishes.echo.height;
    const auto pixels = static_cast<std::int64_t>(width) * height;
    const int count = phantom::frames_to_draw(name, rate, xray ? pixels : pixels * 3 / 2);

    if (!wishes.ct.empty()) wishes.xray.ct = wishes.echo.ct = phantom::body_of(wishes);
    auto film = xray ? draw_phantom_xray(wishes.xray, count) : draw_phantom_echo(wishes.echo, count);
    const Mask mask{{}, black};
    Loop loop;
    for (auto& picture : film.frames) {
        mask.apply(*picture);
        loop.frames.push_back(std::move(picture));
    }
    loop.geometry_of = std::move(film.geometries);
    loop.anchor = transport::Timestamp{};
    if (wishes.beam_on_s > 0)
        loop.beam = [on = wishes.beam_on_s, off = wishes.beam_off_s](transport::Microseconds elapsed) {
            return std::fmod(static_cast<double>(elapsed.count()) / 1e6, on + off) < on;
        };
    const double true_rate = count * 1e6 / static_cast<double>(phantom_loop.count());
    loop.schedule = Schedule::even(true_rate);
    loop.info.description = fmt::format("phantom {}, {}x{}, {:g}/s", transport::name(wanted), width, height, true_rate);
    return std::make_unique<LoopSource>(std::move(loop), clock);
}

}  // namespace devices
