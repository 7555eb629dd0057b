#include "devices/gst_sink.hpp"

#include "transport/handle.hpp"

#include <fmt/format.h>
#include <gst/gst.h>
#include <gst/video/navigation.h>
#include <gst/video/video.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace devices {

namespace {

using ElementHandle = transport::Handle<GstElement, gst_object_unref>;
using PadHandle = transport::Handle<GstPad, gst_object_unref>;
using BusHandle = transport::Handle<GstBus, gst_object_unref>;
using MessageHandle = transport::Handle<GstMessage, gst_message_unref>;
using CapsHandle = transport::Handle<GstCaps, gst_caps_unref>;
using ErrorHandle = transport::Handle<GError, g_error_free>;

void start_gstreamer() {
    GError* raw = nullptr;
    if (gst_init_check(nullptr, nullptr, &raw) != 0) return;
    const ErrorHandle error{raw};
    throw std::runtime_error(fmt::format("GStreamer does not start: {}", error ? error->message : "no reason given"));
}

bool is_set(const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

// Full-range BT.601, as our pixels are. No window system of these honours the range of YUV that it is given, so the
// conversion to RGB is ours: else every grey of an image would come out darker or brighter than it is.
constexpr const char* our_colorimetry = "1:4:0:0";
constexpr const char* rgb_only = "video/x-raw, format=(string){BGRx, RGBx, xRGB, xBGR, BGRA, RGBA, RGB16}";

CapsHandle caps_of(const transport::Pixels& picture) {
    const bool grey = picture.format == transport::PixelFormat::gray8;
    return CapsHandle{gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, grey ? "GRAY8" : "I420", "width",
                                          G_TYPE_INT, picture.width, "height", G_TYPE_INT, picture.height, "framerate",
                                          GST_TYPE_FRACTION, 0, 1, "colorimetry", G_TYPE_STRING, our_colorimetry,
                                          nullptr)};
}

void let_go(gpointer picture) noexcept {
    delete static_cast<transport::SharedPixels*>(picture);
}

// The picture's own memory, plane by plane: nothing is copied.
GstBuffer* wrap(const transport::SharedPixels& picture) {
    GstBuffer* buffer = gst_buffer_new();
    std::array<gsize, GST_VIDEO_MAX_PLANES> offsets{};
    std::array<gint, GST_VIDEO_MAX_PLANES> strides{};
    gsize total = 0;
    for (int i = 0; i < picture->plane_count(); ++i) {
        const auto index = static_cast<std::size_t>(i);
        const auto& plane = picture->planes[index];
        const auto size = static_cast<gsize>(plane.stride) * static_cast<gsize>(picture->plane_height(i) - 1) +
                          static_cast<gsize>(picture->plane_width(i));
        auto* memory = gst_memory_new_wrapped(GST_MEMORY_FLAG_READONLY, plane.data, size, 0, size,
                                              new transport::SharedPixels{picture}, let_go);
        gst_buffer_append_memory(buffer, memory);
        offsets[index] = total;
        strides[index] = plane.stride;
        total += size;
    }
    const bool grey = picture->format == transport::PixelFormat::gray8;
    gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE,
                                   grey ? GST_VIDEO_FORMAT_GRAY8 : GST_VIDEO_FORMAT_I420,
                                   static_cast<guint>(picture->width), static_cast<guint>(picture->height),
                                   static_cast<guint>(picture->plane_count()), offsets.data(), strides.data());
    return buffer;
}

}  // namespace

std::optional<Screen> find_screen() {
    if (is_set("WAYLAND_DISPLAY")) return Screen::wayland;
    if (is_set("DISPLAY")) return Screen::x11;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator{"/dev/dri", none})
        if (entry.path().filename().string().starts_with("card")) return Screen::kms;
    return std::nullopt;
}

std::string_view element_of(Screen screen) {
    switch (screen) {
        case Screen::wayland: return "waylandsink";
        case Screen::x11: return "ximagesink";
        case Screen::kms: return "kmssink";
    }
    return "";
}

struct GstSink::Impl {
    Screen screen;
    transport::Clock& clock;
    ElementHandle pipeline;
    PadHandle source;  // ours: what is pushed into it is on the panel when the push returns
    BusHandle bus;
    int width = 0;
    int height = 0;
    bool full_screen = false;
    transport::PixelFormat format = transport::PixelFormat::i420;
    std::atomic<bool> freeze_key{false};  // set by the window's event thread
    std::atomic<bool> end_key{false};

    Impl(Screen which, transport::Clock& the_clock) : screen{which}, clock{the_clock} { build(); }
    ~Impl() {
        if (source) gst_pad_set_active(source.get(), FALSE);
        if (pipeline) gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void build();
    void play();
    void announce(const transport::Pixels& picture);
    void fill_screen();
    [[noreturn]] void fail(const char* otherwise);
    void check();
    void key(std::string_view pressed);
    static gboolean on_event(GstPad* pad, GstObject* parent, GstEvent* event) noexcept;
};

gboolean GstSink::Impl::on_event(GstPad* pad, GstObject* parent, GstEvent* event) noexcept {
    auto& self = *static_cast<Impl*>(gst_pad_get_element_private(pad));
    if (GST_EVENT_TYPE(event) != GST_EVENT_NAVIGATION) return gst_pad_event_default(pad, parent, event);
    const char* pressed = nullptr;
    if (gst_navigation_event_get_type(event) == GST_NAVIGATION_EVENT_KEY_PRESS &&
        gst_navigation_event_parse_key_event(event, &pressed) != 0 && pressed != nullptr)
        self.key(pressed);
    gst_event_unref(event);
    return TRUE;
}

void GstSink::Impl::key(std::string_view pressed) {
    if (pressed == "f" || pressed == "F" || pressed == "space") freeze_key = true;
    if (pressed == "q" || pressed == "Escape") end_key = true;
}

void GstSink::Impl::build() {
    start_gstreamer();
    const std::string element{element_of(screen)};
    const auto description = fmt::format(
        "videoconvert name=first ! {} ! {} name=panel sync=false async=false qos=false max-lateness=-1 "
        "enable-last-sample=false",
        rgb_only, element);
    GError* raw = nullptr;
    pipeline.reset(gst_parse_launch(description.c_str(), &raw));
    const ErrorHandle error{raw};
    if (!pipeline || error)
        throw std::runtime_error(fmt::format("{}: {}", element, error ? error->message : "cannot be built"));
    gst_object_ref_sink(pipeline.get());
    bus.reset(gst_element_get_bus(pipeline.get()));

    const ElementHandle first{gst_bin_get_by_name(GST_BIN(pipeline.get()), "first")};
    const PadHandle entrance{gst_element_get_static_pad(first.get(), "sink")};
    source.reset(GST_PAD(gst_object_ref_sink(gst_pad_new("source", GST_PAD_SRC))));
    gst_pad_set_element_private(source.get(), this);
    gst_pad_set_event_function(source.get(), on_event);
    if (gst_pad_link(source.get(), entrance.get()) != GST_PAD_LINK_OK) fail("cannot be linked");
    gst_pad_set_active(source.get(), TRUE);
    play();
}

void GstSink::Impl::play() {
    if (gst_element_set_state(pipeline.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) fail("does not start");
    gst_pad_push_event(source.get(), gst_event_new_stream_start("panel"));
}

void GstSink::Impl::fail(const char* otherwise) {
    const MessageHandle message{gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR)};
    std::string reason = otherwise;
    if (message) {
        GError* raw = nullptr;
        gst_message_parse_error(message.get(), &raw, nullptr);
        const ErrorHandle error{raw};
        reason = error->message;
    }
    throw std::runtime_error(fmt::format("{}: {}", element_of(screen), reason));
}

void GstSink::Impl::check() {
    const MessageHandle message{gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR)};
    if (!message) return;
    GError* raw = nullptr;
    gst_message_parse_error(message.get(), &raw, nullptr);
    const ErrorHandle error{raw};
    // That is how the sinks say that the user closed the window.
    if (error->domain == GST_RESOURCE_ERROR && error->code == GST_RESOURCE_ERROR_NOT_FOUND) {
        end_key = true;
        return;
    }
    throw std::runtime_error(fmt::format("{}: {}", element_of(screen), error->message));
}

// Only once there is a window: waylandsink makes it for the first picture.
void GstSink::Impl::fill_screen() {
    if (full_screen || screen != Screen::wayland) return;
    const ElementHandle panel{gst_bin_get_by_name(GST_BIN(pipeline.get()), "panel")};
    g_object_set(panel.get(), "fullscreen", TRUE, nullptr);
    full_screen = true;
}

void GstSink::Impl::announce(const transport::Pixels& picture) {
    bool first = width == 0;
    const bool resized = picture.width != width || picture.height != height;
    if (!resized && picture.format == format) return;
    if (!first && resized && screen == Screen::x11) {
        // ximagesink's window keeps the size of its first picture, and cuts larger ones: it gets another window.
        gst_element_set_state(pipeline.get(), GST_STATE_NULL);
        play();
        first = true;
    }
    width = picture.width;
    height = picture.height;
    format = picture.format;
    const auto caps = caps_of(picture);
    gst_pad_push_event(source.get(), gst_event_new_caps(caps.get()));
    if (!first) return;
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(source.get(), gst_event_new_segment(&segment));
    auto* title = gst_tag_list_new(GST_TAG_TITLE, "Scialytic", nullptr);
    gst_pad_push_event(source.get(), gst_event_new_tag(title));
}

GstSink::GstSink(Screen screen, transport::Clock& clock) : impl_{std::make_unique<Impl>(screen, clock)} {}
GstSink::~GstSink() = default;

render::Presentation GstSink::present(const transport::SharedPixels& picture) {
    impl_->check();
    if (!impl_->end_key) {
        impl_->announce(*picture);
        if (gst_pad_push(impl_->source.get(), wrap(picture)) != GST_FLOW_OK) {
            impl_->check();
            if (!impl_->end_key) impl_->fail("the picture was refused");
        }
        impl_->fill_screen();
    }
    return {impl_->clock.now(), false};
}

std::string GstSink::name() const {
    return std::string{element_of(impl_->screen)};
}
bool GstSink::take_freeze_key() {
    return impl_->freeze_key.exchange(false);
}
bool GstSink::closed() const {
    return impl_->end_key;
}

}  // namespace devices
