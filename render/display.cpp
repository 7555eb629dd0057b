#include "render/display.hpp"

#include "transport/metrics/tell.hpp"
#include "transport/timeline_watch.hpp"

#include <fmt/format.h>

#include <utility>

namespace render {

using namespace transport;

namespace {

// The state must repaint at 10 Hz or more when no frame comes.
constexpr auto repaint_after = std::chrono::milliseconds{50};
constexpr auto between_news = std::chrono::milliseconds{250};

std::optional<std::filesystem::path> folder(const std::string& out) {
    return out.empty() ? std::nullopt : std::optional<std::filesystem::path>{out};
}

std::optional<Microseconds> skew_of(const Stamp& stamp) {
    std::optional<Timestamp> echo;
    std::optional<Timestamp> xray;
    for (const auto& source : stamp.sources) {
        const auto acquired = source.header.timeline.at(Stage::acquired);
        if (source.header.modality == Modality::ultrasound) echo = acquired;
        if (source.header.modality == Modality::xray) xray = acquired;
    }
    if (!echo || !xray) return std::nullopt;
    return *echo - *xray;
}

FinishedTimeline wire(const FrameHeader& header) {
    FinishedTimeline out;
    out.modality = header.modality;
    out.stream = header.stream;
    out.sequence = header.sequence;
    out.clock_bound_us = header.timeline.clock_bound.count();
    for (std::size_t i = 0; i < stage_count; ++i) {
        const auto time = header.timeline.at(static_cast<Stage>(i));
        out.marks_us.push_back(time ? microseconds(*time) : -1);
    }
    return out;
}

}  // namespace

Display::Display(Sink& sink, Clock& clock, const Options& options, std::string version)
    : sink_{sink},
      clock_{clock},
      report_{folder(options.out), {Stage::captured, Stage::presented, sink.name()}, clock.now(), std::move(version)},
      states_{folder(options.out), report_.start()},
      screen_{options, clock.now()},
      second_began_{clock.now()},
      news_began_{second_began_},
      reception_{clock, [this] {
                     const std::scoped_lock lock{offset_mutex_};
                     return server_clock_;
                 }} {}

Display::~Display() = default;

void Display::connect(const OpenReceiver& open) {
    const std::scoped_lock lock{receiver_mutex_};
    receiver_.reset();
    receiver_ = open([this](const Arrival& arrival) { on_arrival(arrival); });
}

void Display::take_key(const MediaKey& key) {
    const std::scoped_lock lock{receiver_mutex_};
    if (receiver_) receiver_->take_key(key);
}

void Display::clock_of_server(const ClockOffset& offset) {
    const std::scoped_lock lock{offset_mutex_};
    server_clock_ = offset;
}

void Display::freeze(bool on) {
    screen_.freeze(on);
}

void Display::on_arrival(const Arrival& arrival) {
    auto received = reception_.take(arrival);
    if (!received) return;
    for (auto& source : received->stamp.sources) {
        auto& timeline = source.header.timeline;
        timeline.mark(Stage::delivered_first, arrival.first_packet);
        timeline.mark(Stage::delivered, arrival.last_packet);
        timeline.mark(Stage::unpacked, received->decoded);
    }
    waiting_.put(std::move(*received));
}

void Display::step(std::stop_token stop) {
    if (sink_.take_freeze_key()) freeze(!screen_.frozen());
    auto picture = waiting_.take(std::move(stop), repaint_after);
    if (picture) {
        show(*picture);
    } else {
        sink_.present(screen_.draw(nullptr, clock_.now()));
        states_.shown(screen_.states(), clock_.now());
    }
    complete(completer_.take_finished(clock_.now()));
    collect(probation_.take_passed(clock_.now()));
    const std::scoped_lock lock{receiver_mutex_};
    if (!receiver_) return;
    if (reception_.take_keyframe_wish()) receiver_->request_keyframe();
}

void Display::show(const Received& picture) {
    const bool frozen = screen_.frozen();
    const auto canvas = screen_.draw(&picture, clock_.now());
    const auto presented = sink_.present(canvas).time;
    states_.shown(screen_.states(), clock_.now());
    if (frozen) return;  // an older picture stands there: it has been accounted for
    if (canvas->height == picture.pixels->height) pixel_check_.check(*canvas, picture.stamp);  // else it was enlarged
    account(picture, presented);
}

void Display::account(const Received& picture, Timestamp presented) {
    PresentedFrame frame{
        picture.stamp.stream, picture.stamp.sequence, {}, skew_of(picture.stamp), picture.stamp.annotation_revision};
    for (const auto& source : picture.stamp.sources) {
        frame.sources.push_back(source.header);
        frame.sources.back().timeline.mark(Stage::presented, presented);
        if (!source.header.timeline.at(Stage::captured)) probation_.doubt(source.header.modality);
        const auto took = frame.sources.back().timeline.between(Stage::captured, Stage::presented);
        // A frame that stands in a second picture has not taken longer to come: it has only grown older.
        if (new_frames_.take(source.header) && took) screen_.took(source.header.modality, *took);
    }
    for (const auto& mark : picture.stamp.late) completer_.late(mark);
    completer_.add(std::move(frame), presented);
}

void Display::complete(std::vector<PresentedFrame> frames) {
    for (auto& frame : frames) probation_.add(std::move(frame), clock_.now());
}

void Display::collect(const std::vector<PresentedFrame>& frames) {
    for (const auto& frame : frames) {
        report_.add(frame);
        for (const auto& source : frame.sources)
            if (finished_.frames.size() < FinishedTimelines::most_frames) finished_.frames.push_back(wire(source));
    }
}

void Display::count_drops() {
    const auto& drops = reception_.drops();
    report_.dropped("replaced", waiting_.replaced());
    report_.dropped("missing", drops.missing);
    report_.dropped("damaged", drops.damaged);
    report_.dropped("corrupt", drops.corrupt);
    report_.dropped("unstamped", drops.unstamped);
    report_.checked(pixel_check_.result());
}

/// Nothing of a single one: when it is gone, no picture comes, and that is said.
std::string Display::describe_paths() {
    const std::scoped_lock lock{receiver_mutex_};
    const auto paths = receiver_ ? receiver_->health().paths : std::vector<PathHealth>{};
    if (paths.size() < 2) return {};
    int carrying = 0;
    std::string out;
    for (const auto& path : paths) {
        carrying += path.carries ? 1 : 0;
        out += fmt::format(" | path {} {}", path.way.socket + 1,
                           path.carries && path.round_trip
                               ? fmt::format("{:.1f} ms", static_cast<double>(path.round_trip->count()) / 1000)
                               : "silent");
    }
    screen_.paths(static_cast<int>(paths.size()), carrying);
    return out;
}

std::optional<std::string> Display::take_second() {
    const auto now = clock_.now();
    if (now - second_began_ < std::chrono::seconds{1}) return std::nullopt;
    second_began_ = now;
    count_drops();
    return report_.line(now) + describe_paths();
}

std::optional<Display::News> Display::take_news() {
    const auto now = clock_.now();
    if (now - news_began_ < between_news) return std::nullopt;
    news_began_ = now;
    return News{health(), std::exchange(finished_, {})};
}

/// For who looks at latency from outside the room. Of a modality that never came nothing is said.
Status Display::health() {
    auto out = health_status();
    for (std::size_t i = 0; i < modality_count; ++i) {
        const auto& verdict = screen_.states().modality.at(i);
        if (!verdict.silent) continue;
        out.counters.emplace_back(
            fmt::format("state.{}.{}", name(static_cast<Modality>(i)), logged_name(verdict.state)), 1);
    }
    out.counters.emplace_back("frozen", screen_.frozen() ? 1 : 0);
    out.counters.emplace_back("drops.replaced", waiting_.replaced());
    add_drops(out, "", reception_.drops());
    const std::scoped_lock lock{receiver_mutex_};
    if (receiver_) add_link(out, "", receiver_->health());
    return out;
}

void Display::tell(MetricsPage& page) {
    report_.tell(page);
    states_.tell(page);
    page.add(Metric::frozen, {}, screen_.frozen() ? 1 : 0);
    page.add(Metric::drops, {{"reason", "replaced"}, {"stream", "view"}}, waiting_.replaced());
    tell_reception(page, "view", reception_.counts(), reception_.drops());
    const std::scoped_lock lock{receiver_mutex_};
    if (receiver_) tell_link(page, "view", *receiver_);
}

std::string Display::finish() {
    {
        const std::scoped_lock lock{receiver_mutex_};
        receiver_.reset();
    }
    complete(completer_.take_rest());
    collect(probation_.take_passed(clock_.now()));
    collect(probation_.take_rest());
    count_drops();
    report_.finish();
    return report_.table();
}

}  // namespace render
