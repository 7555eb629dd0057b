#include "bench/gst_line.hpp"

#include "transport/handle.hpp"

#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <fmt/format.h>

#include <memory>
#include <stdexcept>
#include <utility>

namespace bench {

using transport::Handle;

namespace {

using LineError = Handle<GError, g_error_free>;

/// Throws when the bus tells of an error within that time.
void check_bus(GstElement* pipeline, GstClockTime within) {
    const Handle<GstBus, gst_object_unref> bus{gst_element_get_bus(pipeline)};
    const Handle<GstMessage, gst_message_unref> message{
        gst_bus_timed_pop_filtered(bus.get(), within, static_cast<GstMessageType>(GST_MESSAGE_ERROR))};
    if (!message) return;
    GError* error = nullptr;
    gst_message_parse_error(message.get(), &error, nullptr);
    const LineError owned{error};
    throw std::runtime_error(fmt::format("GStreamer: {}: {}", GST_MESSAGE_SRC_NAME(message.get()), error->message));
}

}  // namespace

GstLine::GstLine(const std::string& words) {
    gst_init(nullptr, nullptr);
    GError* error = nullptr;
    Handle<GstElement, gst_object_unref> made{gst_parse_launch(words.c_str(), &error)};
    const LineError owned{error};
    if (!made || error != nullptr)
        throw std::runtime_error(fmt::format("GStreamer: {}", error != nullptr ? error->message : "no pipeline"));
    pipeline_ = made.release();
}

GstLine::~GstLine() {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(pipeline_);
}

void GstLine::play() {
    if (gst_element_set_state(pipeline_, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) return;
    check();
    throw std::runtime_error("GStreamer: the pipeline does not start");
}

void GstLine::check() {
    check_bus(pipeline_, 0);
}

void GstLine::wait(int milliseconds) {
    check_bus(pipeline_, static_cast<GstClockTime>(milliseconds) * GST_MSECOND);
}

void GstLine::push(const std::string& name, std::vector<std::uint8_t> picture) const {
    const Handle<GstElement, gst_object_unref> into{element(name)};
    auto owned = std::make_unique<std::vector<std::uint8_t>>(std::move(picture));
    auto* const data = owned->data();
    const auto size = owned->size();
    auto* buffer =
        gst_buffer_new_wrapped_full(GST_MEMORY_FLAG_READONLY, data, size, 0, size, owned.release(),
                                    [](gpointer memory) { delete static_cast<std::vector<std::uint8_t>*>(memory); });
    gst_app_src_push_buffer(GST_APP_SRC(into.get()), buffer);
}

_GstElement* GstLine::element(const std::string& name) const {
    auto* found = gst_bin_get_by_name(GST_BIN(pipeline_), name.c_str());
    if (found == nullptr) throw std::runtime_error(fmt::format("GStreamer: there is no element {}", name));
    return found;
}

}  // namespace bench
