// The sections that look at pages in a real browser.
#include "bench/remote.hpp"
#include "bench/remote_room.hpp"
#include "bench/remote_rows.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr int whep_watchers = 7;
constexpr auto until_watchers_watch = 30s;
constexpr auto until_a_plain_page_ends = 150s;  // beside what is measured

void add_to(RemoteSection& section, const std::vector<Row>& rows) {
    section.rows.insert(section.rows.end(), rows.begin(), rows.end());
}

std::filesystem::path deliveries_in(const Session& session, const std::string& watcher) {
    return session.folder() / (watcher + ".csv");
}

/// They all have got a picture.
std::vector<std::string> start_watchers(RemoteRoom& room) {
    auto& session = room.session();
    std::vector<std::string> names;
    for (int i = 1; i <= whep_watchers; ++i) {
        const auto& name = names.emplace_back(fmt::format("whep-{}", i));
        session.start(name,
                      {"bench", "whep", room.address(), room.bearer(), name, deliveries_in(session, name).string()});
    }
    const bool all = session.watch(session.clock.now() + until_watchers_watch, [&] {
        return std::ranges::all_of(names, [&](const auto& name) {
            const auto file = deliveries_in(session, name);
            return std::filesystem::exists(file) && std::filesystem::file_size(file) > deliveries_header.size();
        });
    });
    if (!all) throw std::runtime_error(fmt::format("not all watchers get pictures: see {}", session.folder().string()));
    return names;
}

}  // namespace

RemoteSection browser_section(const RemoteOptions& options, RemoteSoFar& so_far) {
    RemoteSection out;
    out.rows.push_back(load_row("browser"));
    RemoteRoom room{options, "browser"};
    const auto page = room.browse();
    so_far.browser = room.figures_of(*page);
    add_to(out, page_rows("browser", *so_far.browser, {40, 70}));
    return out;
}

RemoteSection midband_section(const RemoteOptions& options, RemoteSoFar& /*so_far*/) {
    RemoteSection out;
    out.rows.push_back(load_row("midband"));
    RemoteRoom room{options, "midband", "private-midband"};
    const auto page = room.browse();
    add_to(out, page_rows("midband", room.figures_of(*page), {{}, 100}));
    out.left_out.emplace_back("a radio between share and the browser: WebRTC chooses its own way around a relay");
    return out;
}

RemoteSection plain_section(const RemoteOptions& options, RemoteSoFar& so_far) {
    RemoteSection out;
    out.rows.push_back(load_row("plain"));
    const auto folder = options.out / "remote" / "plain";
    std::filesystem::create_directories(folder);
    options.say("plain: the browser starts");
    RemotePage page{
        {"plain", std::filesystem::read_symlink("/proc/self/exe").string(), fmt::format("{}", options.seconds)},
        folder / "page.log"};
    SystemClock clock;
    const auto until =
        clock.now() + Microseconds{static_cast<std::int64_t>(options.seconds * 1e6)} + until_a_plain_page_ends;
    PageReport report;
    while ((report = page.look()).step != PageStep::done) {
        if (clock.now() > until)
            throw std::runtime_error(fmt::format("the browser does not end: see {}", folder.string()));
        if (!clock.wait_until(clock.now() + 50ms, options.stop)) throw std::runtime_error("stopped");
    }
    add_to(out, plain_rows(report.figures, so_far.browser));
    if (!so_far.browser) out.left_out.emplace_back("the ratio: the section `browser` was not run");
    return out;
}

RemoteSection eight_section(const RemoteOptions& options, RemoteSoFar& /*so_far*/) {
    RemoteSection out;
    out.rows.push_back(load_row("eight"));
    RemoteRoom room{options, "eight"};
    options.say("eight: the room by itself");
    std::vector<Span> quiet{room.rest(options.seconds)};
    Span busy;
    {
        const auto watchers = start_watchers(room);
        auto page = room.browse();
        room.wait_for(*page);
        busy.from_us = microseconds(room.session().clock.now());
        const auto figures = room.figures_of(*page);
        busy.until_us = busy.from_us + static_cast<std::int64_t>(options.seconds * 1e6);
        page.reset();
        std::map<std::string, DeliveryFigures> got;
        for (const auto& name : watchers) {
            room.session().end(name);
            got[name] =
                delivery_figures(read_deliveries(deliveries_in(room.session(), name)), busy.from_us, busy.until_us);
        }
        add_to(out, page_rows("eight", figures, {}));
        add_to(out, watcher_rows("eight", got));
    }
    options.say("eight: the room by itself again");
    quiet.push_back(room.rest(options.seconds));
    std::vector<OrShown> without;
    for (const auto& span : quiet) without.push_back(room.shown(span));
    add_to(out, or_rows("eight", without, room.shown(busy)));
    return out;
}

RemoteSection janus_section(const RemoteOptions& /*options*/, RemoteSoFar& /*so_far*/) {
    return {{}, {"twenty viewers through Janus: `scialytic share --janus` is not there yet"}};
}

}  // namespace bench
