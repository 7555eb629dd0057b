#include "bench/doctor.hpp"

#include "augment/fusion.hpp"
#include "transport/codec.hpp"
#include "transport/host_clock.hpp"
#include "transport/media_port.hpp"
#include "transport/real_time.hpp"

#include <gst/gst.h>

#include <fmt/format.h>

#include <unistd.h>
#include <array>
#include <cstdlib>
#include <exception>
#include <thread>
#include <utility>

namespace bench {

using namespace transport;

namespace {

std::string line(bool good, const std::string& what, const std::string& detail) {
    return fmt::format("  {}  {:<22} {}\n", good ? "yes" : "no ", what, detail);
}

bool has_element(const char* factory) {
    auto* found = gst_element_factory_find(factory);
    if (found != nullptr) gst_object_unref(found);
    return found != nullptr;
}

std::string encoders() {
    std::string out = "Encoders (the first that works is used)\n";
    for (const auto& probe : probe_encoders()) out += line(probe.works, std::string{name(probe.kind)}, probe.reason);
    return out;
}

std::string gpu() {
    std::string reason;
    const auto fusion = augment::make_fusion_cuda(reason);
    return "Fusion\n" + line(fusion != nullptr, "CUDA", fusion ? fusion->name() : reason) +
           line(true, "CPU", augment::make_fusion_cpu()->name());
}

std::string elements() {
    std::string out = "Link and sources (GStreamer)\n";
    constexpr std::array needed{
        std::pair{"rtpbin", "gstreamer1.0-plugins-good"},    std::pair{"rtph264pay", "gstreamer1.0-plugins-good"},
        std::pair{"appsink", "gstreamer1.0-plugins-base"},   std::pair{"v4l2src", "gstreamer1.0-plugins-good"},
        std::pair{"rtspsrc", "gstreamer1.0-plugins-good"},   std::pair{"srtsrc", "gstreamer1.0-plugins-bad"},
        std::pair{"ximagesrc", "gstreamer1.0-plugins-good"}, std::pair{"webrtcbin", "gstreamer1.0-plugins-bad"},
        std::pair{"nicesrc", "gstreamer1.0-nice"},           std::pair{"dtlssrtpenc", "gstreamer1.0-plugins-bad"},
        std::pair{"opusenc", "gstreamer1.0-plugins-base"}};
    for (const auto& [element, package] : needed) {
        const bool there = has_element(element);
        out += line(there, element, there ? "" : fmt::format("install {}", package));
    }
    return out;
}

std::string panels() {
    const auto set = [](const char* variable) { return std::getenv(variable) != nullptr; };
    return "Panels\n" +
           line(set("WAYLAND_DISPLAY") && has_element("waylandsink"), "Wayland",
                set("WAYLAND_DISPLAY") ? "" : "WAYLAND_DISPLAY is not set") +
           line(set("DISPLAY") && has_element("ximagesink"), "X11", set("DISPLAY") ? "" : "DISPLAY is not set") +
           line(has_element("kmssink") && access("/dev/dri/card0", R_OK | W_OK) == 0, "KMS",
                access("/dev/dri/card0", R_OK | W_OK) == 0 ? "" : "no /dev/dri/card0 for this user") +
           line(true, "headless", "panel.png, panel.y4m");
}

/// Nodes on other hosts are compared by exchanges; two disciplined clocks of the day do it better.
std::string host_clock() {
    const auto clock = read_host_clock();
    return line(clock && clock->synchronised, "host clock", describe(clock, clock_daemons()));
}

/// Asked on a thread of its own, which takes the answer along.
std::string scheduling() {
    std::string refused;
    std::thread{[&refused] { refused = run_in_real_time(); }}.join();
    return line(refused.empty(), "real-time scheduling", refused);
}

std::string ports() {
    std::string out = "Network\n";
    SystemClock clock;
    try {
        const MediaPort media{"127.0.0.1", 5004, clock};
        out += line(true, "udp 5004", "free (media)");
    } catch (const std::exception& error) {
        out += line(false, "udp 5004", error.what());
    }
    return out;
}

}  // namespace

std::string doctor() {
    gst_init(nullptr, nullptr);
    return fmt::format("Machine\n{}{}{}{}", line(true, "cores", std::to_string(std::thread::hardware_concurrency())),
                       line(true, "clock", "CLOCK_MONOTONIC, shared by all nodes of this boot"), host_clock(),
                       scheduling()) +
           encoders() + gpu() + elements() + panels() + ports();
}

}  // namespace bench
