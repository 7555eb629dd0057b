#include "bench/light_display.hpp"

#include "bench/stopper.hpp"
#include "transport/handle.hpp"
#include "transport/options.hpp"
#include "transport/real_time.hpp"
#include "transport/reception.hpp"
#include "transport/stamp.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <deque>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t not_known = -1;

}  // namespace

LightDisplay::LightDisplay(LightDisplaySettings settings, Clock& clock)
    : settings_{std::move(settings)}, clock_{clock}, media_{"0.0.0.0", 0, clock} {
    Hello hello;
    hello.node = settings_.node;
    hello.role = Role::display;
    hello.boot = boot_id();
    hello.viewer = settings_.viewer;
    bus_ = dial_bus(settings_.server, settings_.bus_port, hello,
                    [this](const Message& message) { on_message(message); }, clock, {true, settings_.keys});
}

void LightDisplay::on_message(const Message& message) {
    if (const auto* welcome = std::get_if<Welcome>(&message)) connect(*welcome);
    if (const auto* rekey = std::get_if<Rekey>(&message); rekey != nullptr && receiver_)
        receiver_->take_key(*rekey->key);
    if (const auto* reply = std::get_if<Reply>(&message); reply != nullptr && !reply->accepted)
        fmt::print(stderr, "{}: the server refuses us: {}\n", settings_.node, reply->text);
}

void LightDisplay::connect(const Welcome& welcome) {
    feedback_ = nullptr;
    receiver_.reset();
    RtpLink link;
    link.stream = {welcome.media_ssrc, welcome.feedback_ssrc, welcome.payload_type};
    link.key = welcome.media_key;
    link.priority = Priority::critical;
    link.ways = {{0, settings_.media.value_or(resolve(settings_.server, welcome.media_port))}};
    stream_.reset();
    needs_keyframe_ = true;
    receiver_ = make_rtp_receiver(
        media_, link, [this](const Arrival& arrival) { on_arrival(arrival); }, clock_, Handover::at_once);
    feedback_ = receiver_.get();
}

void LightDisplay::on_arrival(const Arrival& arrival) {
    const auto remote = find_stamp(arrival.bytes);
    if (!remote) return;
    ClockOffset same;
    same.same_machine();
    const auto stamp = remote->localise(same);
    const bool keyframe = is_keyframe(arrival.bytes);
    const bool same_stream = stream_ == stamp.stream;
    if (same_stream && stamp.sequence > sequence_ + 1) {
        missing_ += stamp.sequence - sequence_ - 1;
        needs_keyframe_ = true;
    }
    if (!same_stream) needs_keyframe_ = true;
    if (keyframe) needs_keyframe_ = false;
    stream_ = stamp.stream;
    sequence_ = stamp.sequence;
    if (auto* const feedback = feedback_.load();
        needs_keyframe_ && feedback != nullptr &&
        (!last_wish_ || arrival.last_packet - *last_wish_ >= Reception::between_wishes)) {
        last_wish_ = arrival.last_packet;
        ++keyframes_asked_;
        feedback->request_keyframe();
    }
    Delivery delivery{
        settings_.node,  microseconds(arrival.last_packet), not_known, not_known, arrival.bytes.size(), missing_,
        keyframes_asked_};
    for (const auto& source : stamp.sources) {
        const auto modality = source.header.modality;
        auto& last = last_source_.at(index(modality));
        if (last == source.header.sequence || modality == Modality::camera) continue;
        last = source.header.sequence;
        if (const auto captured = source.header.timeline.at(Stage::captured))
            (modality == Modality::xray ? delivery.xray_us : delivery.ultrasound_us) = microseconds(*captured);
    }
    const std::scoped_lock lock{mutex_};
    deliveries_.push_back(std::move(delivery));
}

std::vector<Delivery> LightDisplay::take() {
    const std::scoped_lock lock{mutex_};
    return std::exchange(deliveries_, {});
}

int run_light_displays(const std::vector<std::string>& words) {
    if (words.size() < 7) throw UsageError{"bench light-displays: wants other words"};
    static_cast<void>(run_in_real_time());
    SystemClock clock;
    const Stopper stopper{0};
    const Handle<std::FILE, std::fclose> file{std::fopen(words[0].c_str(), "w")};
    if (!file) throw std::runtime_error(fmt::format("cannot write {}", words[0]));
    fmt::print(file.get(), "{}", deliveries_header);
    std::deque<LightDisplay> displays;
    for (std::size_t i = 6; i < words.size(); ++i) {
        LightDisplaySettings settings;
        settings.node = words[i];
        settings.keys = words[2] + "/" + words[i];
        settings.bus_port = std::stoi(words[1]);
        if (const auto colon = words[3].find(':'); colon != std::string::npos)
            settings.media = resolve(words[3].substr(0, colon), std::stoi(words[3].substr(colon + 1)));
        settings.viewer = {Layout::fused, std::stoi(words[4]), std::stoi(words[5]), CodecProfile::intra_refresh};
        displays.emplace_back(settings, clock);
    }
    bool going_on = true;
    for (auto second = clock.now(); going_on; second += 1s) {
        going_on = clock.wait_until(second, stopper.token());
        for (auto& display : displays)
            for (const auto& delivery : display.take()) fmt::print(file.get(), "{}", to_line(delivery));
        std::fflush(file.get());
    }
    return 0;
}

}  // namespace bench
