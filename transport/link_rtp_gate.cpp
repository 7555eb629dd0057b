// The element that stands in rtpbin where its jitter buffer would: packets leave the pipeline here.
#include "transport/link_rtp_pipeline.hpp"

#include <gst/gst.h>

namespace transport {

namespace {

struct Gate {
    GstElement parent;
    guint latency;
};
struct GateClass {
    GstElementClass parent;
};

G_DEFINE_TYPE(Gate, gate, GST_TYPE_ELEMENT)

enum : guint { latency_property = 1 };

/// rtpbin tells its jitter buffer how long to wait: RtpOrder knows.
void gate_set_property(GObject* object, guint /*id*/, const GValue* value, GParamSpec* /*spec*/) noexcept {
    reinterpret_cast<Gate*>(object)->latency = g_value_get_uint(value);
}

void gate_class_init(GateClass* type) {
    auto* object = G_OBJECT_CLASS(type);
    object->set_property = gate_set_property;
    g_object_class_install_property(
        object, latency_property,
        g_param_spec_uint("latency", nullptr, nullptr, 0, G_MAXUINT, 0,
                          static_cast<GParamFlags>(G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS)));
}

void gate_init(Gate* gate) {
    gst_element_add_pad(&gate->parent, gst_pad_new("sink", GST_PAD_SINK));
    gst_element_add_pad(&gate->parent, gst_pad_new("src", GST_PAD_SRC));
}

GstFlowReturn on_chain(GstPad* pad, GstObject* /*parent*/, GstBuffer* buffer) noexcept {
    const auto* on_packet = static_cast<RtpPipeline::OnPacket*>(gst_pad_get_element_private(pad));
    GstMapInfo map;
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) != FALSE) {
        (*on_packet)({reinterpret_cast<const std::byte*>(map.data), map.size});
        gst_buffer_unmap(buffer, &map);
    }
    gst_buffer_unref(buffer);
    return GST_FLOW_OK;
}

}  // namespace

GstElement* make_gate(RtpPipeline::OnPacket* on_packet) {
    auto* gate = static_cast<GstElement*>(g_object_new(gate_get_type(), nullptr));
    auto* sink = gst_element_get_static_pad(gate, "sink");
    gst_pad_set_element_private(sink, on_packet);
    gst_pad_set_chain_function(sink, on_chain);
    gst_object_unref(sink);
    return gate;
}

}  // namespace transport
