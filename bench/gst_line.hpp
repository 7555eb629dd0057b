// A GStreamer pipeline made from its words.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct _GstElement;

namespace bench {

/// Runs while it lives.
class GstLine {
public:
    /// As gst-launch takes them. Throws std::runtime_error with GStreamer's reason.
    explicit GstLine(const std::string& words);
    ~GstLine();
    GstLine(const GstLine&) = delete;
    GstLine& operator=(const GstLine&) = delete;

    /// Throws std::runtime_error with the reason when it does not start.
    void play();
    /// Throws std::runtime_error with the reason when the pipeline has failed.
    void check();
    /// The same after waiting up to so long for one.
    void wait(int milliseconds);
    /// Into the appsrc of that name.
    void push(const std::string& name, std::vector<std::uint8_t> picture) const;
    /// A reference that the caller gives back. Throws std::runtime_error when the words have no such element.
    [[nodiscard]] _GstElement* element(const std::string& name) const;

private:
    _GstElement* pipeline_ = nullptr;
};

}  // namespace bench
