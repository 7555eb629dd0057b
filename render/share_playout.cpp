#include "render/share_playout.hpp"

#include <fmt/format.h>
#include <gst/gst.h>
#include <gst/rtp/rtp.h>

#include <charconv>
#include <string_view>

namespace render {

namespace {

// Two times 12 bits, least and most, in steps of 10 ms: all zero.
constexpr gsize playout_bytes = 3;

struct PlayoutDelay {
    GstRTPHeaderExtension parent;
};
struct PlayoutDelayClass {
    GstRTPHeaderExtensionClass parent;
};

GstRTPHeaderExtensionFlags playout_flags(GstRTPHeaderExtension* extension) noexcept {
    static_cast<void>(extension);
    return static_cast<GstRTPHeaderExtensionFlags>(GST_RTP_HEADER_EXTENSION_ONE_BYTE |
                                                   GST_RTP_HEADER_EXTENSION_TWO_BYTE);
}
gsize playout_size(GstRTPHeaderExtension* extension, const GstBuffer* buffer) noexcept {
    static_cast<void>(extension), static_cast<void>(buffer);
    return playout_bytes;
}
gssize playout_write(GstRTPHeaderExtension* extension, const GstBuffer* input, GstRTPHeaderExtensionFlags flags,
                     GstBuffer* output, guint8* data, gsize size) noexcept {
    static_cast<void>(extension), static_cast<void>(input), static_cast<void>(flags), static_cast<void>(output);
    if (size < playout_bytes) return -1;
    for (gsize i = 0; i < playout_bytes; ++i) data[i] = 0;
    return playout_bytes;
}
gboolean playout_read(GstRTPHeaderExtension* extension, GstRTPHeaderExtensionFlags flags, const guint8* data,
                      gsize size, GstBuffer* buffer) noexcept {
    static_cast<void>(extension), static_cast<void>(flags), static_cast<void>(data), static_cast<void>(size);
    static_cast<void>(buffer);
    return TRUE;
}
void playout_class(gpointer klass, gpointer data) noexcept {
    static_cast<void>(data);
    auto* of = static_cast<GstRTPHeaderExtensionClass*>(klass);
    of->get_supported_flags = &playout_flags;
    of->get_max_size = &playout_size;
    of->write = &playout_write;
    of->read = &playout_read;
    gst_rtp_header_extension_class_set_uri(of, playout_delay_uri);
    gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "Playout delay", GST_RTP_HDREXT_ELEMENT_CLASS,
                                          "Asks a browser for no delay", "Scialytic");
}

GType playout_type() {
    static const GType type =
        g_type_register_static_simple(GST_TYPE_RTP_HEADER_EXTENSION, "ScialyticPlayoutDelay", sizeof(PlayoutDelayClass),
                                      &playout_class, sizeof(PlayoutDelay), nullptr, GTypeFlags{});
    return type;
}

}  // namespace

std::optional<int> playout_delay_in(const std::string& offer) {
    const auto at = offer.find(playout_delay_uri);
    if (at == std::string::npos) return std::nullopt;
    constexpr std::string_view attribute = "a=extmap:";
    const auto begin = offer.rfind(attribute, at);
    if (begin == std::string::npos) return std::nullopt;
    int number = 0;
    const auto* text = offer.data() + begin + attribute.size();
    const auto [end, error] = std::from_chars(text, offer.data() + at, number);
    if (error != std::errc{} || *end != ' ' || number < 1 || number > 14) return std::nullopt;
    return number;
}

void ask_for_no_delay(GstElement* payloader, int number) {
    auto* extension = GST_RTP_HEADER_EXTENSION(g_object_new(playout_type(), nullptr));
    gst_rtp_header_extension_set_id(extension, static_cast<guint>(number));
    g_signal_emit_by_name(payloader, "add-extension", extension);
    gst_object_unref(extension);
}

std::string with_playout_delay(const std::string& answer, int number) {
    const auto media = answer.find("m=video");
    const auto line = media == std::string::npos ? media : answer.find("a=rtcp-mux", media);
    if (line == std::string::npos) return answer;
    auto out = answer;
    return out.insert(line, fmt::format("a=extmap:{} {}\r\n", number, playout_delay_uri));
}

}  // namespace render
