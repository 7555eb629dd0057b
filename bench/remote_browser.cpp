// The sections that look at pages in a real browser.
#include "bench/drawn.hpp"
#include "bench/remote.hpp"
#include "bench/remote_room.hpp"
#include "bench/remote_rows.hpp"
#include "bench/timeline_rows.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr auto until_a_plain_page_ends = 150s;  // beside what is measured

}  // namespace

RemoteSection browser_section(const RemoteOptions& options, RemoteSoFar& so_far) {
    RemoteSection out;
    out.rows.push_back(load_row("browser"));
    RemoteRoom room{options, "browser"};
    const auto page = room.browse();
    so_far.browser = room.figures_of(*page);
    out.add(page_rows("browser", *so_far.browser, {40, 70}));
    return out;
}

RemoteSection midband_section(const RemoteOptions& options, RemoteSoFar& /*so_far*/) {
    RemoteSection out;
    out.rows.push_back(load_row("midband"));
    RemoteRoom room{options, "midband", {.radio = "private-midband"}};
    const auto page = room.browse();
    out.add(page_rows("midband", room.figures_of(*page), {{}, 100}));
    out.left_out.emplace_back("a radio between share and the browser: WebRTC chooses its own way around a relay");
    return out;
}

RemoteSection draw_section(const RemoteOptions& options, RemoteSoFar& /*so_far*/) {
    RemoteSection out;
    out.rows.push_back(load_row("draw"));
    RemoteRoom room{options, "draw"};
    const auto page = room.draw();
    const auto figures = room.figures_of(*page);
    room.session().end("display");
    const auto codes = room.session().codes_of("display");
    const auto timelines = read_timelines(codes.parent_path() / "timeline.csv");
    out.add(drawn_rows(figures, shown_revisions(timelines, read_codes(codes))));
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
    out.add(plain_rows(report.figures, so_far.browser));
    if (!so_far.browser) out.left_out.emplace_back("the ratio: the section `browser` was not run");
    return out;
}

}  // namespace bench
