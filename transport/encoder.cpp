// Which encoder: hardware where it answers, else x264, which is always there.
#include "transport/encoder_kinds.hpp"

#include <stdexcept>

namespace transport {

namespace {

std::unique_ptr<Encoder> make(const EncoderSettings& settings, EncoderKind kind) {
    return kind == EncoderKind::x264 ? make_x264_encoder(settings) : make_hardware_encoder(settings, kind);
}

EncoderProbe probe(EncoderKind kind) {
    EncoderProbe out{kind, false, {}};
    try {
        EncoderSettings settings;
        settings.width = 640;
        settings.height = 480;
        const auto encoder = make(settings, kind);
        // Opening is not enough: a session can be refused at its first picture.
        auto grey = std::make_shared<Pixels>();
        std::vector<std::uint8_t> plane(640 * 480, 128);
        grey->width = 640;
        grey->height = 480;
        grey->planes = {{{plane.data(), 640}, {plane.data(), 320}, {plane.data(), 320}}};
        out.works = encoder->encode(grey, true).has_value();
        out.reason = out.works ? "encodes" : "opened, but gave no picture";
    } catch (const std::exception& error) {
        out.reason = error.what();
    }
    return out;
}

}  // namespace

std::string_view name(EncoderKind kind) {
    switch (kind) {
        case EncoderKind::automatic: return "auto";
        case EncoderKind::x264: return "x264";
        case EncoderKind::nvenc: return "nvenc";
        case EncoderKind::vaapi: return "vaapi";
    }
    return "unknown";
}

std::vector<EncoderProbe> probe_encoders() {
    return {probe(EncoderKind::nvenc), probe(EncoderKind::vaapi), probe(EncoderKind::x264)};
}

std::unique_ptr<Encoder> make_encoder(const EncoderSettings& settings) {
    if (settings.kind != EncoderKind::automatic) return make(settings, settings.kind);
    static const EncoderKind best = [] {
        for (const auto& answer : probe_encoders())
            if (answer.works) return answer.kind;
        return EncoderKind::x264;
    }();
    // Hardware sessions run out: x264 is always there.
    try {
        return make(settings, best);
    } catch (const std::exception&) {
        if (best == EncoderKind::x264) throw;
        return make_x264_encoder(settings);
    }
}

}  // namespace transport
