#include "bench/floor_path.hpp"

#include "devices/sinks.hpp"
#include "transport/options.hpp"
#include "transport/stamp.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;

namespace {

template <typename Work>
double floor_ms(Work work) {
    const auto begun = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
}

/// The first packets may be there before the last has left.
double floor_ms(Timestamp from, Timestamp to) {
    return std::max(0.0, static_cast<double>((to - from).count()) / 1000);
}

Options panel_options(const FloorOptions& given) {
    Options out;
    out.present = given.present;
    out.canvas_width = given.sizes.canvas_width;
    out.canvas_height = given.sizes.canvas_height;
    return out;
}

}  // namespace

FloorPath::FloorPath(const FloorOptions& options, Clock& clock)
    : options_{options},
      clock_{clock},
      pictures_{options.sizes, options.codes},
      fusion_{augment::make_fusion_cpu(options.threads)},
      sink_{devices::open_sink(panel_options(options))},
      screen_{std::make_unique<render::Screen>(panel_options(options), clock.now())} {
    for (const auto stream : {Modality::ultrasound, Modality::xray}) {
        const auto picture = pictures_.source({stream, 0});
        codec(stream) = make_codec(picture->width, picture->height, picture->format, options.quality);
    }
    view_ = make_codec(pictures_.plan().width, pictures_.plan().height, PixelFormat::i420, options.view_quality);
}

FloorPath::Codec FloorPath::make_codec(int width, int height, PixelFormat format, int quality) const {
    EncoderSettings settings;
    settings.kind = EncoderKind::x264;
    settings.width = width;
    settings.height = height;
    settings.format = format;
    settings.quality = quality;
    settings.max_kbit_per_s = 400'000;  // the ceiling would make the work less
    settings.threads = options_.threads;
    return {make_encoder(settings), make_decoder(), std::make_unique<FloorLink>(clock_)};
}

EncodedPicture FloorPath::encode(Codec& codec, const SharedPixels& picture) const {
    auto out = codec.encoder->encode(picture, false);
    if (!out) throw std::runtime_error("bench floors: the encoder gave no picture");
    return std::move(*out);
}

SharedPixels FloorPath::decode(Codec& codec, const Arrival& arrival) {
    SharedPixels out;
    if (codec.decoder->decode(arrival.bytes, out) != Decoding::ready)
        throw std::runtime_error("bench floors: the decoder gave no picture");
    return out;
}

/// As capture node and server write theirs.
Stamp FloorPath::stamp(const FloorFrame& frame, bool view) const {
    Stamp out;
    auto header = pictures_.header(frame.which);
    const auto now = clock_.now();
    for (const auto stage : {Stage::acquired, Stage::captured, Stage::encoded}) header.timeline.mark(stage, now);
    const auto& plan = pictures_.plan();
    const auto& place = plan.place(frame.which.stream);
    out.boot = boot_id();
    out.node = "floors";
    out.canvas = view ? plan.canvas : Rect{0, 0, header.width, header.height};
    out.sources.push_back({header, place.pane, place.image, place.code});
    out.sender_time = now;
    return out;
}

double FloorPath::carry(Codec& codec, const EncodedPicture& picture, const FloorFrame& frame, Carried& carried) const {
    auto written = stamp(frame, &codec == &view_);
    written.sequence = codec.sequence;
    const auto begun = clock_.now();
    carried = codec.link->carry({insert_stamp(picture.bytes, written), codec.sequence++, begun, picture.keyframe});
    return floor_ms(begun, carried.arrival.last_packet);
}

double FloorPath::publish(FloorFrame& frame) {
    const auto begun = clock_.now();
    static_cast<void>(carry(view_, frame.encoded_view, frame, frame.down));
    return floor_ms(begun, frame.down.departed);
}

void FloorPath::fuse(FloorFrame& frame) {
    const auto frames = pictures_.pair(frame.which, frame.decoded);
    frame.canvas = fusion_->canvas(pictures_.plan().width, pictures_.plan().height);
    fusion_->draw(*frame.canvas, pictures_.scene(frames));
}

void FloorPath::present(const FloorFrame& frame) {
    const auto now = clock_.now();
    const Received received{stamp(frame, true), frame.unpacked, now};
    static_cast<void>(sink_->present(screen_->draw(&received, now)));
}

double FloorPath::pass(FloorFrame& frame, Stage stage) {
    auto& source = codec(frame.which.stream);
    switch (stage) {
        case Stage::encoded: return floor_ms([&] { frame.encoded = encode(source, pictures_.source(frame.which)); });
        case Stage::received: return carry(source, frame.encoded, frame, frame.up);
        case Stage::decoded: return floor_ms([&] { frame.decoded = decode(source, frame.up.arrival); });
        case Stage::fused: return floor_ms([&] { fuse(frame); });
        case Stage::encoded_for_view: return floor_ms([&] { frame.encoded_view = encode(view_, frame.canvas); });
        case Stage::published: return publish(frame);
        case Stage::delivered: return floor_ms(frame.down.departed, frame.down.arrival.last_packet);
        case Stage::unpacked: return floor_ms([&] { frame.unpacked = decode(view_, frame.down.arrival); });
        case Stage::presented: return floor_ms([&] { present(frame); });
        default: throw std::invalid_argument("bench floors: this stage has no floor");
    }
}

std::pair<int, int> FloorPath::size(Modality stream, Stage stage) const {
    if (stage >= Stage::fused) return {pictures_.plan().width, pictures_.plan().height};
    const auto picture = pictures_.source({stream, 0});
    return {picture->width, picture->height};
}

}  // namespace bench
