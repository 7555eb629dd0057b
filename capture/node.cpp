#include "capture/node.hpp"

#include "capture/content_hash.hpp"
#include "transport/metrics/tell.hpp"
#include "transport/scale.hpp"
#include "transport/timecode.hpp"

#include <cstring>
#include <utility>

namespace capture {

using namespace transport;

namespace {
constexpr auto keyframe_spacing = std::chrono::milliseconds{250};  // however often receivers ask
constexpr double assumed_rate = 30;

/// Copies the image into the top left corner, black around it.
void copy_image(const Pixels& from, Pixels& to) {
    for (int plane = 0; plane < to.plane_count(); ++plane) {
        const auto width = static_cast<std::size_t>(from.plane_width(plane));
        const auto rest = static_cast<std::size_t>(to.plane_width(plane)) - width;
        const int background = plane == 0 ? 0 : 128;
        for (int y = 0; y < to.plane_height(plane); ++y) {
            auto* row = to.row(plane, y);
            if (y < from.plane_height(plane)) {
                std::memcpy(row, from.row(plane, y), width);
                std::memset(row + width, background, rest);
            } else {
                std::memset(row, background, width + rest);
            }
        }
    }
}
/// The same millimetres, in other pixels.
void resize(FrameHeader& header, int width, int height) {
    const double x = static_cast<double>(width) / header.width;
    const double y = static_cast<double>(height) / header.height;
    header.width = width;
    header.height = height;
    if (auto& spacing = header.geometry.spacing) spacing = {spacing->x_mm_per_pixel / x, spacing->y_mm_per_pixel / y};
    for (auto& region : header.geometry.regions) {
        const auto times = [](int pixels, double by) { return static_cast<int>(pixels * by); };
        region.bounds = {times(region.bounds.x, x), times(region.bounds.y, y), times(region.bounds.width, x),
                         times(region.bounds.height, y)};
        region.delta_x /= x;
        region.delta_y /= y;
    }
    if (auto& sector = header.geometry.sector) {
        sector->apex_column = (sector->apex_column + 0.5) * x - 0.5;
        sector->apex_row = (sector->apex_row + 0.5) * y - 0.5;
    }
}

}  // namespace

Node::Node(Source& source, Clock& clock, NodeSettings settings)
    : source_{source}, clock_{clock}, settings_{std::move(settings)} {}

void Node::connect(StreamId stream, std::unique_ptr<Sender> sender) {
    const std::scoped_lock lock{mutex_};
    sender_ = std::move(sender);
    stream_ = stream;
    keyframe_due_ = true;
    last_keyframe_.reset();
}

void Node::take_key(const MediaKey& key) {
    const std::scoped_lock lock{mutex_};
    if (sender_) sender_->take_key(key);
}

std::uint64_t Node::dropped() const {
    const std::scoped_lock lock{mutex_};
    return sender_ ? sender_->dropped() : 0;
}

Reading Node::step(std::stop_token stop) {
    Frame frame;
    const auto reading = source_.next(frame, std::move(stop));
    if (reading == Reading::corrupt) ++corrupt_;
    if (reading != Reading::ready) return reading;
    auto& header = frame.header;
    const auto now = clock_.now();
    header.timeline.mark(Stage::captured, now);
    if (!header.timeline.at(Stage::acquired)) {
        header.timeline.mark(Stage::acquired, now - settings_.device_delay);
        header.timeline.acquired_estimated = true;
    }
    // The very pixels of the source: a frozen scanner is noticed however many frames it sends.
    const auto content = content_hash(*frame.pixels);
    if (!content_changed_ || content != content_) content_changed_ = header.timeline.at(Stage::acquired);
    content_ = content;
    header.content_changed = content_changed_;
    header.modality = settings_.modality;
    header.timecode = settings_.timecode;
    ++frames_;
    send(std::move(frame));
    return reading;
}

SharedPixels Node::padded_with_timecode(const Frame& frame) {
    const auto& header = frame.header;
    auto padded =
        pool_.get(frame.pixels->format, padded_width(frame.pixels->width), padded_height(frame.pixels->height));
    copy_image(*frame.pixels, *padded);
    const auto strip = timecode_rect(frame.pixels->height);
    write_timecode(*padded, strip.x, strip.y,
                   {header.stream, header.sequence, microseconds(*header.timeline.at(Stage::captured))});
    return padded;
}

bool Node::encode(const Frame& frame, const SharedPixels& picture, bool keyframe, EncodedPicture& out) {
    auto wanted = settings_.encoder;
    wanted.width = picture->width;
    wanted.height = picture->height;
    wanted.format = picture->format;
    const auto period = frame.header.period.count();
    wanted.frames_per_second = period > 0 ? 1e6 / static_cast<double>(period) : assumed_rate;
    const bool fits = encoder_ && wanted.width == encoding_.width && wanted.height == encoding_.height &&
                      wanted.format == encoding_.format;
    if (!fits) {
        encoder_ = settings_.make_encoder(wanted);
        encoding_ = wanted;
    }
    encoder_->pace(wanted.frames_per_second);
    encoder_->limit(ladder_->step().kbit_per_s);
    auto encoded = encoder_->encode(picture, keyframe);
    if (!encoded) return false;
    ladder_->made(encoded->bytes.size(), encoded->quantiser);
    out = std::move(*encoded);
    return true;
}

/// Skipped frames have no sequence: nothing is missed at the other end.
bool Node::fit_to_link(Frame& frame) {
    auto& header = frame.header;
    const double rate = header.period.count() > 0 ? 1e6 / static_cast<double>(header.period.count()) : assumed_rate;
    if (!ladder_ || rate != source_rate_) {
        LadderSettings settings;
        settings.frames_per_second = source_rate_ = rate;
        settings.least_kbit_per_s = settings_.least_kbit_per_s;
        settings.most_kbit_per_s = settings_.encoder.max_kbit_per_s;
        ladder_.emplace(settings);
    }
    const auto allowance = sender_->allowance();
    const auto step = ladder_->decide(allowance.kbit_per_s, *header.timeline.at(Stage::captured));
    if (!ladder_->takes() || !allowance.room) return false;
    header.period *= step.every;
    header.degraded = step.degraded;
    if (step.size_quarters < 4) {
        frame.pixels = scaled(frame.pixels, step.size_quarters, pool_);
        resize(header, frame.pixels->width, frame.pixels->height);
    }
    return true;
}

void Node::send(Frame frame) {
    const std::scoped_lock lock{mutex_};
    if (!sender_) return;
    if (!fit_to_link(frame)) {
        ++skipped_;
        return;
    }
    auto& header = frame.header;
    header.stream = stream_;
    header.sequence = sequence_++;
    const auto now = *header.timeline.at(Stage::captured);
    keyframe_due_ = sender_->take_keyframe_request() || keyframe_due_;
    const bool keyframe = keyframe_due_ && (!last_keyframe_ || now - *last_keyframe_ >= keyframe_spacing);

    const auto picture = settings_.timecode ? padded_with_timecode(frame) : frame.pixels;
    EncodedPicture encoded;
    if (!encode(frame, picture, keyframe, encoded)) return;
    const auto encoded_at = clock_.now();
    header.timeline.mark(Stage::encoded, encoded_at);
    departing_.encoded(header.sequence, settings_.modality, encoded_at);
    // What the device does not tell is a setting, not a measurement.
    const auto first = header.timeline.acquired_estimated ? Stage::captured : Stage::acquired;
    hops_.record(settings_.modality, header.timeline, first, Stage::encoded);
    if (encoded.keyframe) {
        keyframe_due_ = false;
        last_keyframe_ = now;
    }

    Stamp stamp;
    stamp.stream = stream_;
    stamp.sequence = header.sequence;
    stamp.boot = settings_.boot;
    stamp.node = settings_.node;
    stamp.canvas = {0, 0, header.width, header.height};
    const auto code = settings_.timecode ? timecode_rect(frame.pixels->height) : Rect{};
    stamp.sources.push_back({header, stamp.canvas, stamp.canvas, code});
    add_departures(stamp);
    stamp.sender_time = clock_.now();
    ++encoded_frames_;
    encoded_bytes_ += encoded.bytes.size();
    sender_->send({insert_stamp(encoded.bytes, stamp), header.sequence, now, encoded.keyframe});
}

void Node::add_departures(Stamp& stamp) {
    while (const auto departure = sender_->take_departure()) {
        stamp.late.push_back({stream_, departure->sequence, Stage::sent, departure->time});
        departing_.departed(departure->sequence, Stage::sent, departure->time, hops_);
    }
}

void Node::tell(MetricsPage& page) const {
    const auto stream = name(settings_.modality);
    page.add(Metric::frames, {{"direction", "in"}, {"stream", stream}}, frames());
    page.add(Metric::frames, {{"direction", "out"}, {"stream", stream}}, encoded_frames_.load());
    page.add(Metric::frame_bytes, {{"direction", "out"}, {"stream", stream}}, encoded_bytes_.load());
    page.add(Metric::drops, {{"reason", "corrupt"}, {"stream", stream}}, corrupt());
    page.add(Metric::drops, {{"reason", "narrow_link"}, {"stream", stream}}, skipped());
    page.add(Metric::drops, {{"reason", "network"}, {"stream", stream}}, dropped());
    hops_.tell(page);
    const std::scoped_lock lock{mutex_};
    if (ladder_) page.add(Metric::encoder_limit, {{"stream", stream}}, 1000.0 * ladder_->step().kbit_per_s);
    if (sender_) tell_link(page, stream, *sender_);
}

}  // namespace capture
