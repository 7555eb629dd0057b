// What a scrape reads of the remote session. People are counted by role; nobody's name is told.
#include "render/share.hpp"
#include "transport/metrics/tell.hpp"

#include <algorithm>
#include <array>

namespace render {

using transport::Metric;
using transport::MetricsPage;

namespace {
constexpr std::array every_role{ShareRole::viewer,    ShareRole::colleague, ShareRole::glasses,
                                ShareRole::moderator, ShareRole::source,    ShareRole::engineer};
constexpr std::array every_kind{Connection::view, Connection::talk, Connection::camera};
}  // namespace

void Share::note_metrics() {
    MetricsPage page;
    const auto& seats = people_.all();
    for (const auto role : every_role)
        page.add(Metric::share_people, {{"role", name(role)}},
                 std::ranges::count_if(seats, [role](const auto& one) { return one.second.who.role == role; }));
    for (const auto kind : every_kind)
        page.add(Metric::share_connections, {{"kind", name(kind)}},
                 std::ranges::count_if(peers_, [kind](const auto& one) { return one.second.kind == kind; }));
    page.add(Metric::share_pictures, {}, feeds_.size());
    for (const auto& [viewer_class, feed] : feeds_) feed->tell(page);
    if (camera_) camera_->tell(page);
    tell_bus(page, *bus_, clock_.now());
    const std::scoped_lock lock{noted_mutex_};
    noted_ = std::move(page);
}

void Share::tell(MetricsPage& page) const {
    const std::scoped_lock lock{noted_mutex_};
    page.add(noted_);
}

}  // namespace render
