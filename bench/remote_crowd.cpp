// The sections that look at many viewers at once: what they get, and what the operating room notices of them.
#include "bench/janus_gateway.hpp"
#include "bench/remote.hpp"
#include "bench/remote_room.hpp"
#include "bench/remote_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr int beside_the_browser_directly = 7;
constexpr int beside_the_browser_by_janus = 19;
constexpr int frames_per_second_by_janus = 8;  // of each source: twenty receivers share the two cores with the room
constexpr auto until_watchers_watch = 60s;

std::filesystem::path deliveries_in(const Session& session, const std::string& watcher) {
    return session.folder() / (watcher + ".csv");
}

using Watchers = std::vector<std::string>;

/// Until all of them have got a picture.
void wait_for(const Watchers& watchers, Session& session) {
    const bool all = session.watch(session.clock.now() + until_watchers_watch, [&] {
        return std::ranges::all_of(watchers, [&](const auto& name) {
            const auto file = deliveries_in(session, name);
            return std::filesystem::exists(file) && std::filesystem::file_size(file) > deliveries_header.size();
        });
    });
    if (!all) throw std::runtime_error(fmt::format("not all watchers get pictures: see {}", session.folder().string()));
}

/// `start`: one more watcher, of this name.
RemoteSection crowd(const RemoteOptions& options, const std::string& section, RemoteRoom& room, render::ViewSize size,
                    int watchers, const std::function<void(const std::string& name)>& start) {
    RemoteSection out;
    auto& session = room.session();
    options.say(section + ": the room by itself");
    std::vector<Span> quiet{room.rest(options.seconds)};
    Span busy;
    {
        options.say(fmt::format("{}: {} watchers come", section, watchers));
        Watchers names;
        for (int i = 1; i <= watchers; ++i) start(names.emplace_back(fmt::format("watcher-{}", i)));
        wait_for(names, session);
        auto page = room.browse(size);
        room.wait_for(*page);
        busy.from_us = microseconds(session.clock.now());
        const auto figures = room.figures_of(*page);
        busy.until_us = busy.from_us + static_cast<std::int64_t>(options.seconds * 1e6);
        page.reset();
        std::map<std::string, DeliveryFigures> got;
        for (const auto& name : names) {
            session.end(name);
            got[name] = delivery_figures(read_deliveries(deliveries_in(session, name)), busy.from_us, busy.until_us);
        }
        out.add(page_rows(section, figures, {}));
        out.add(watcher_rows(section, got));
    }
    options.say(section + ": the room by itself again");
    quiet.push_back(room.rest(options.seconds));
    std::vector<OrShown> without;
    without.reserve(quiet.size());
    for (const auto& span : quiet) without.push_back(room.shown(span));
    out.add(or_rows(section, without, room.shown(busy)));
    return out;
}

}  // namespace

RemoteSection eight_section(const RemoteOptions& options, RemoteSoFar& /*so_far*/) {
    const auto load = load_row("eight");
    RemoteRoom room{options, "eight"};
    auto out = crowd(options, "eight", room, render::ViewSize::full, beside_the_browser_directly,
                     [&](const std::string& name) {
                         room.session().start(name, {"bench", "whep", room.address(), room.bearer(), name,
                                                     deliveries_in(room.session(), name).string()});
                     });
    out.rows.insert(out.rows.begin(), load);
    return out;
}

RemoteSection janus_section(const RemoteOptions& options, RemoteSoFar& /*so_far*/) {
    if (!JanusGateway::installed()) return {{}, {"no Janus here (apt-get install janus)"}};
    const auto load = load_row("janus");
    const auto folder = options.out / "remote" / "gateway";
    std::filesystem::remove_all(folder);
    const JanusGateway janus{folder};
    RemoteRoom room{
        options, "janus", {.share = {"--janus", janus.url()}, .frames_per_second = frames_per_second_by_janus}};
    auto out = crowd(
        options, "janus", room, render::ViewSize::half, beside_the_browser_by_janus, [&](const std::string& name) {
            room.session().start(name, {"bench", "seat", room.address(), room.token(render::ShareRole::viewer), name,
                                        deliveries_in(room.session(), name).string()});
        });
    out.rows.insert(out.rows.begin(), load);
    return out;
}

}  // namespace bench
