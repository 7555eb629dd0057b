// Buffers through a real GStreamer chain.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <cstddef>
#include <string>
#include <vector>

namespace fakes {

/// What comes out of `elements` when these packets go in, one after the other. RTP markers are flagged, as payloaders
/// do. Empty when the chain cannot be made.
inline std::vector<std::vector<std::byte>> through_gst(const std::string& caps, const std::string& elements,
                                                       const std::vector<std::vector<std::byte>>& packets) {
    gst_init(nullptr, nullptr);
    GError* error = nullptr;
    auto* pipeline = gst_parse_launch(
        ("appsrc name=in format=time caps=\"" + caps + "\" ! " + elements + " ! appsink name=out sync=false").c_str(),
        &error);
    if (error != nullptr) {
        g_error_free(error);
        return {};
    }
    auto* in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
    auto* out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    GstClockTime time = 0;
    for (const auto& bytes : packets) {
        auto* buffer = gst_buffer_new_memdup(bytes.data(), bytes.size());
        GST_BUFFER_PTS(buffer) = time += GST_MSECOND;
        if ((bytes[1] & std::byte{0x80}) != std::byte{0}) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_MARKER);
        gst_app_src_push_buffer(GST_APP_SRC(in), buffer);
    }
    gst_app_src_end_of_stream(GST_APP_SRC(in));
    std::vector<std::vector<std::byte>> all;
    while (auto* sample = gst_app_sink_try_pull_sample(GST_APP_SINK(out), 5 * GST_SECOND)) {
        GstMapInfo map;
        auto* buffer = gst_sample_get_buffer(sample);
        gst_buffer_map(buffer, &map, GST_MAP_READ);
        const auto* begin = reinterpret_cast<const std::byte*>(map.data);
        all.emplace_back(begin, begin + map.size);
        gst_buffer_unmap(buffer, &map);
        gst_sample_unref(sample);
    }
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(in);
    gst_object_unref(out);
    gst_object_unref(pipeline);
    return all;
}

}  // namespace fakes
