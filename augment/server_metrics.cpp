#include "augment/server.hpp"
#include "transport/metrics/tell.hpp"
#include "transport/timeline_watch.hpp"

#include <fmt/format.h>

#include <array>

namespace augment {

using namespace transport;

namespace {
constexpr std::array all_roles{Role::capture, Role::display, Role::control, Role::annotator};
constexpr std::size_t most_links_told = 64;  // with `secure: false` anybody has any name
}  // namespace

void Server::tell(MetricsPage& page) {
    mixer_.tell(page);
    tell_media(page, media_);
    const std::scoped_lock lock{nodes_mutex_};
    page.add(Metric::bus_refused, {}, bus_->refused());
    page.add(Metric::bus_strangers, {}, bus_->strangers());
    for (const auto role : all_roles)
        page.add(Metric::bus_nodes, {{"role", name(role)}},
                 std::ranges::count_if(roles_, [role](const auto& one) { return one.second == role; }));
    const auto now = clock_.now();
    for (const auto& [modality, uplink] : uplinks_) {
        const auto stream = name(modality);
        tell_reception(page, stream, uplink->input->counts(), uplink->input->drops());
        tell_link(page, stream, *uplink->receiver);
        auto clock = uplink->clock();
        if (uplink->boot == boot_id()) clock.same_machine();
        tell_clock(page, stream, clock, now);
    }
    std::size_t told = 0;
    for (const auto& [display, viewer] : displays_) {
        const auto view = mixer_.find(viewer.hello.viewer);
        if (!view || ++told > most_links_told) continue;
        tell_sender(page, display, view->health(display));
        page.add(Metric::drops, {{"reason", "network"}, {"stream", "view"}, {"link", display}},
                 view->dropped()[display]);
    }
}

Status Server::health() {
    constexpr std::size_t most_displays = 8;  // each takes up to 5 of a message's 64 counters
    auto out = health_status();
    for (const auto& [modality, uplink] : uplinks_) {
        if (uplink->gone) continue;
        const auto prefix = fmt::format("{}.", name(modality));
        add_drops(out, prefix, uplink->input->drops());
        add_link(out, prefix, uplink->receiver->health());
    }
    std::size_t told = 0;
    for (const auto& [display, viewer] : displays_) {
        if (viewer.hello.viewer.profile != CodecProfile::intra_refresh) continue;  // a browser's picture
        const auto view = mixer_.find(viewer.hello.viewer);
        if (!view || ++told > most_displays) continue;
        add_link(out, fmt::format("to.{}.", display), view->health(display));
    }
    return out;
}

}  // namespace augment
