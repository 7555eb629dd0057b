#include "bench/deliveries.hpp"
#include "bench/gst_rtc.hpp"
#include "bench/remote_http.hpp"
#include "bench/stopper.hpp"
#include "bench/whep.hpp"
#include "transport/clock.hpp"
#include "transport/handle.hpp"
#include "transport/options.hpp"
#include "transport/stamp.hpp"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <mutex>
#include <span>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {

using WhepElement = Handle<GstElement, gst_object_unref>;

constexpr auto until_first_keyframe = 20s;
constexpr auto look_for_keyframe = 10ms;
constexpr int http_created = 201;

class WhepWatcher {
public:
    WhepWatcher(std::string name, Clock& clock) : name_{std::move(name)}, clock_{clock} {
        gst_init(nullptr, nullptr);
        pipeline_.reset(gst_pipeline_new("whep"));
        auto* rtc = gst_element_factory_make("webrtcbin", "rtc");
        if (rtc == nullptr) throw std::runtime_error("no webrtcbin here");
        gst_bin_add(GST_BIN(pipeline_.get()), rtc);
        rtc_ = rtc;
        g_object_set(rtc, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency", 0U, nullptr);
        g_signal_connect(rtc, "pad-added", G_CALLBACK(&on_pad), this);
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
        auto* caps = gst_caps_from_string(
            "application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000,"
            "packetization-mode=(string)1,profile-level-id=(string)42e01f");
        GstWebRTCRTPTransceiver* transceiver = nullptr;
        g_signal_emit_by_name(rtc, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY, caps,
                              &transceiver);
        gst_caps_unref(caps);
        if (transceiver == nullptr) throw std::runtime_error("webrtcbin takes no transceiver");
        g_object_set(transceiver, "do-nack", TRUE, nullptr);
        gst_object_unref(transceiver);
    }
    ~WhepWatcher() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
    WhepWatcher(const WhepWatcher&) = delete;
    WhepWatcher& operator=(const WhepWatcher&) = delete;

    [[nodiscard]] GstElement* rtc() const { return rtc_; }
    /// What came since the last call.
    [[nodiscard]] std::vector<Delivery> take() {
        const std::scoped_lock lock{mutex_};
        return std::exchange(deliveries_, {});
    }
    [[nodiscard]] bool has_keyframe() {
        const std::scoped_lock lock{mutex_};
        return keyframe_;
    }

private:
    static void on_pad(GstElement*, GstPad* pad, gpointer self) noexcept {
        auto* const watcher = static_cast<WhepWatcher*>(self);
        if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC) return;
        auto* chain = gst_parse_bin_from_description(
            "rtph264depay request-keyframe=true wait-for-keyframe=true ! "
            "video/x-h264,stream-format=byte-stream,alignment=au ! appsink name=out sync=false async=false",
            TRUE, nullptr);
        if (chain == nullptr) return;
        gst_bin_add(GST_BIN(watcher->pipeline_.get()), chain);
        const WhepElement out{gst_bin_get_by_name(GST_BIN(chain), "out")};
        GstAppSinkCallbacks callbacks{};
        callbacks.new_sample = &on_sample;
        gst_app_sink_set_callbacks(GST_APP_SINK(out.get()), &callbacks, self, nullptr);
        gst_element_sync_state_with_parent(chain);
        const Handle<GstPad, gst_object_unref> sink{gst_element_get_static_pad(chain, "sink")};
        gst_pad_link(pad, sink.get());
    }
    static GstFlowReturn on_sample(GstAppSink* sink, gpointer self) noexcept {
        const Handle<GstSample, gst_sample_unref> sample{gst_app_sink_pull_sample(sink)};
        if (!sample) return GST_FLOW_EOS;
        auto* buffer = gst_sample_get_buffer(sample.get());
        GstMapInfo map;
        if (buffer == nullptr || gst_buffer_map(buffer, &map, GST_MAP_READ) == FALSE) return GST_FLOW_OK;
        static_cast<WhepWatcher*>(self)->take_unit(std::as_bytes(std::span{map.data, map.size}));
        gst_buffer_unmap(buffer, &map);
        return GST_FLOW_OK;
    }
    /// The receiving thread's.
    void take_unit(std::span<const std::byte> unit) {
        const auto delivered = clock_.now();
        const auto remote = find_stamp(unit);
        if (!remote) return;
        ClockOffset same;
        same.same_machine();
        const auto stamp = remote->localise(same);
        if (sequence_ && stamp.sequence > *sequence_ + 1) missing_ += stamp.sequence - *sequence_ - 1;
        sequence_ = stamp.sequence;
        Delivery delivery;
        delivery.display = name_;
        delivery.delivered_us = microseconds(delivered);
        delivery.bytes = unit.size();
        delivery.missing = missing_;
        for (const auto& source : stamp.sources) {
            const auto modality = source.header.modality;
            auto& last = last_source_.at(index(modality));
            if (last == source.header.sequence || modality == Modality::camera) continue;
            last = source.header.sequence;
            if (const auto captured = source.header.timeline.at(Stage::captured))
                (modality == Modality::xray ? delivery.xray_us : delivery.ultrasound_us) = microseconds(*captured);
        }
        const std::scoped_lock lock{mutex_};
        keyframe_ = keyframe_ || is_keyframe(unit);
        deliveries_.push_back(std::move(delivery));
    }

    const std::string name_;
    Clock& clock_;
    WhepElement pipeline_;
    GstElement* rtc_ = nullptr;  ///< the pipeline's
    // the receiving thread's
    std::optional<std::uint32_t> sequence_;
    std::uint64_t missing_ = 0;
    std::array<std::optional<std::uint32_t>, modality_count> last_source_{};

    std::mutex mutex_;
    std::vector<Delivery> deliveries_;
    bool keyframe_ = false;
};

/// Once a second, until stopped.
void write_deliveries(WhepWatcher& watcher, const std::string& path, Clock& clock, const std::stop_token& stop) {
    const Handle<std::FILE, std::fclose> file{std::fopen(path.c_str(), "w")};
    if (!file) throw std::runtime_error(fmt::format("cannot write {}", path));
    fmt::print(file.get(), "{}", deliveries_header);
    bool going_on = true;
    for (auto second = clock.now(); going_on; second += 1s) {
        going_on = clock.wait_until(second, stop);
        for (const auto& delivery : watcher.take()) fmt::print(file.get(), "{}", to_line(delivery));
        std::fflush(file.get());
    }
}

}  // namespace

int run_whep(const std::vector<std::string>& words) {
    if (words.size() != 4) throw UsageError{"bench whep: wants ADDRESS BEARER NAME OUT"};
    const Stopper stopper{0};
    SystemClock clock;
    WhepWatcher watcher{words[2], clock};
    RemoteDoor door{words[0]};
    const auto got = door.post_offer("/whep", words[1], offer_of(watcher.rtc()));
    if (got.status != http_created) throw std::runtime_error(fmt::format("WHEP: {}: {}", got.status, got.body));
    take_answer(watcher.rtc(), got.body);
    if (words[3] != "-") {
        write_deliveries(watcher, words[3], clock, stopper.token());
    } else {
        const auto late = clock.now() + until_first_keyframe;
        while (!watcher.has_keyframe() && clock.now() < late &&
               clock.wait_until(clock.now() + look_for_keyframe, stopper.token())) {
        }
    }
    const bool seen = watcher.has_keyframe();
    const auto left = door.remove(got.location, words[1]);
    if (!seen) throw std::runtime_error("WHEP: no keyframe came");
    return left.status == 200 ? 0 : 1;
}

}  // namespace bench
