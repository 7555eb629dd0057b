#include "bench/remote_room.hpp"

#include "bench/free_port.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr auto until_links = 60s;
constexpr auto until_a_page_measures = 120s;  // Chromium starts, on two cores
constexpr auto for_a_page_to_end = 60s;
constexpr auto remote_warm_up = 2s;
constexpr auto remote_stragglers = 1s;  // what was captured last has that long to be shown
constexpr std::array remote_modalities{Modality::ultrasound, Modality::xray};

std::string whole_file(const std::filesystem::path& path) {
    std::ifstream file{path};
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

RemoteRoom::RemoteRoom(const RemoteOptions& options, const std::string& section, RoomSettings settings)
    : options_{options},
      section_{section},
      settings_{std::move(settings)},
      session_{options.out / "remote" / section, options.stop} {
    options_.say(fmt::format("{}: the room starts", section_));
    const std::vector<std::string> canvas{"--canvas-width", std::to_string(remote_width), "--canvas-height",
                                          std::to_string(remote_height)};
    session_.start_server(canvas);
    std::string media;
    if (!settings_.radio.empty()) {
        media = fmt::format("127.0.0.1:{}", free_port());
        session_.start("relay", {"link", "--profile", settings_.radio, "--listen", media, "--server",
                                 fmt::format("127.0.0.1:{}", session_.media_port())});
    }
    for (const auto modality : remote_modalities)
        session_.start_capture(modality, rate_of(modality, settings_.frames_per_second), media);
    session_.start_display("display", canvas);
    auto share = canvas;
    share.insert(share.end(), settings_.share.begin(), settings_.share.end());
    session_.start_share(free_port(), share);
    const auto log = session_.folder() / "share.log";
    std::smatch found;
    const bool linked = session_.watch(session_.clock.now() + until_links, [&] {
        const auto said = whole_file(log);
        if (!std::regex_search(said, found, std::regex{"WHEP (https://\\S+)/whep"})) return false;
        address_ = found[1];
        return true;
    });
    if (!linked) throw std::runtime_error(fmt::format("share prints no links: see {}", log.string()));
    // The same secret: links and bearers as many as are wanted.
    tokens_ = std::make_unique<render::Tokens>(render::share_secret(session_.keys_of("share")),
                                               session_.folder() / "bench.journal", std::chrono::system_clock::now());
    session_.wait_for_pictures("display", remote_warm_up);
}

std::string RemoteRoom::token(render::ShareRole role) {
    return tokens_->mint(role, std::chrono::system_clock::now());
}

std::string RemoteRoom::link(render::ShareRole role) {
    return fmt::format("{}/#{}", address_, token(role));
}

std::string RemoteRoom::bearer() {
    return tokens_->mint_door(render::ShareRole::viewer, std::chrono::system_clock::now());
}

std::unique_ptr<RemotePage> RemoteRoom::browse(render::ViewSize size) {
    options_.say(fmt::format("{}: the browser starts", section_));
    return std::make_unique<RemotePage>(
        std::vector{std::string{"ours"}, link(render::ShareRole::colleague), token(render::ShareRole::viewer),
                    fmt::format("{}", options_.seconds), std::string{name(size)}},
        session_.folder() / "page.log");
}

std::unique_ptr<RemotePage> RemoteRoom::draw() {
    options_.say(fmt::format("{}: the browser starts", section_));
    return std::make_unique<RemotePage>(
        std::vector{std::string{"draw"}, link(render::ShareRole::colleague), fmt::format("{}", options_.seconds)},
        session_.folder() / "page.log");
}

void RemoteRoom::wait_for(RemotePage& page) {
    if (!session_.watch(session_.clock.now() + until_a_page_measures,
                        [&] { return page.look().step != PageStep::starting; }))
        throw std::runtime_error(fmt::format("the browser shows no live picture: see {}", session_.folder().string()));
    options_.say(fmt::format("{}: measuring", section_));
}

PageFigures RemoteRoom::figures_of(RemotePage& page) {
    wait_for(page);
    const auto until = session_.clock.now() + Microseconds{static_cast<std::int64_t>(options_.seconds * 1e6)};
    PageReport report;
    const bool done = session_.watch(until + for_a_page_to_end, [&] {
        if (options_.progress)
            options_.progress->left(std::chrono::duration<double>{until - session_.clock.now()}.count());
        report = page.look();
        return report.step == PageStep::done;
    });
    if (!done) throw std::runtime_error(fmt::format("the browser does not end: see {}", session_.folder().string()));
    return report.figures;
}

Span RemoteRoom::rest(double seconds) {
    const auto from = session_.clock.now();
    const auto until = from + Microseconds{static_cast<std::int64_t>(seconds * 1e6)};
    session_.watch(until, [&] {
        if (options_.progress)
            options_.progress->left(std::chrono::duration<double>{until - session_.clock.now()}.count());
        return false;
    });
    return {microseconds(from), microseconds(until)};
}

std::map<Modality, ShownStream> RemoteRoom::shown(const Span& captured) {
    session_.watch(session_.clock.now() + 2 * remote_stragglers);  // the codes are written once a second
    const auto codes = read_codes(session_.codes_of("display"));
    std::map<Modality, ShownStream> out;
    for (const auto modality : remote_modalities)
        out[modality] = shown_stream(codes, static_cast<StreamId>(1 + static_cast<int>(modality)), captured,
                                     1e6 / rate_of(modality, settings_.frames_per_second));
    return out;
}

Row load_row(std::string_view section) {
    double minute = 0;
    static_cast<void>(getloadavg(&minute, 1));
    return {fmt::format("{}: load average before it", section), minute, ""};
}

}  // namespace bench
