#include "augment/mixer.hpp"

#include <utility>

namespace augment {

using namespace transport;

void Mixer::tell(MetricsPage& page) const {
    std::map<std::pair<Layout, CodecProfile>, std::vector<std::shared_ptr<View>>> views;
    {
        const std::scoped_lock lock{mutex_};  // no longer: frames wait
        for (const auto& [viewer_class, running] : views_)
            views[{viewer_class.layout, viewer_class.profile}].push_back(running.view);
    }
    for (const auto& [kind, alike] : views) {
        const MetricLabels labels{{"layout", name(kind.first)}, {"profile", watched_by(kind.second)}};
        std::size_t viewers = 0;
        double limit = 0;
        for (const auto& view : alike) {
            viewers += view->viewers();
            limit += 1000.0 * view->limit_kbit_per_s();
        }
        page.add(Metric::view_viewers, labels, viewers);
        MetricLabels of_stream{{"stream", "view"}};
        of_stream.insert(of_stream.end(), labels.begin(), labels.end());
        page.add(Metric::encoder_limit, of_stream, limit);
    }
    for (std::size_t i = 0; i < Made::layouts * Made::profiles; ++i) {
        const auto layout = static_cast<Layout>(i / Made::profiles);
        const auto profile = static_cast<CodecProfile>(i % Made::profiles);
        const auto& made = made_->of(layout, profile);
        if (made.pictures == 0) continue;
        const MetricLabels labels{
            {"direction", "out"}, {"stream", "view"}, {"layout", name(layout)}, {"profile", watched_by(profile)}};
        page.add(Metric::frames, labels, made.pictures.load());
        page.add(Metric::frame_bytes, labels, made.bytes.load());
    }
    page.add(Metric::drops, {{"reason", "replaced"}, {"stream", "view"}}, replaced());
    made_->hops.tell(page);
}

}  // namespace augment
