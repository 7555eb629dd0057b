// The stamp's body. The NAL unit around it is stamp_sei.cpp.
#include "transport/stamp.hpp"

#include "transport/bytes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace transport {

namespace {

constexpr std::uint8_t version = 2;
constexpr std::size_t most_sources = 8;
constexpr std::size_t most_late = 64;
constexpr std::size_t most_regions = 8;
constexpr std::size_t longest_name = 32;

constexpr std::array<std::uint32_t, 256> crc_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? value >> 1U ^ 0xEDB88320U : value >> 1U;
        table[i] = value;
    }
    return table;
}();

std::uint32_t crc32(std::span<const std::byte> bytes) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const auto byte : bytes) crc = crc >> 8U ^ crc_table[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xFFU];
    return ~crc;
}

// Times are written relative to the sender's time: ±35 minutes in 32 bits; what does not fit is unknown.
std::optional<std::int32_t> delta(Timestamp time, Timestamp base) {
    const auto us = (time - base).count();
    if (us < std::numeric_limits<std::int32_t>::min() || us > std::numeric_limits<std::int32_t>::max())
        return std::nullopt;
    return static_cast<std::int32_t>(us);
}

void put(ByteWriter& out, const Rect& rect) {
    for (const int value : {rect.x, rect.y, rect.width, rect.height}) out.put(static_cast<std::uint16_t>(value));
}

Rect get_rect(ByteReader& in) {
    Rect rect;
    for (int* value : {&rect.x, &rect.y, &rect.width, &rect.height}) *value = in.get<std::uint16_t>();
    return rect;
}

void put(ByteWriter& out, const Timeline& timeline, Timestamp base) {
    std::uint16_t known = 0;
    ByteWriter marks;
    for (std::size_t i = 0; i < stage_count; ++i) {
        const auto time = timeline.at(static_cast<Stage>(i));
        const auto offset = time ? delta(*time, base) : std::nullopt;
        if (!offset) continue;
        known = static_cast<std::uint16_t>(known | 1U << i);
        marks.put(*offset);
    }
    out.put(known);
    out.bytes().insert(out.bytes().end(), marks.bytes().begin(), marks.bytes().end());
    out.put(static_cast<std::uint32_t>(std::clamp<std::int64_t>(timeline.clock_bound.count(), 0, 0xFFFFFFFF)));
}

Timeline get_timeline(ByteReader& in, Timestamp base) {
    Timeline timeline;
    const auto known = in.get<std::uint16_t>();
    for (std::size_t i = 0; i < stage_count; ++i)
        if ((known >> i & 1U) != 0) timeline.mark(static_cast<Stage>(i), base + Microseconds{in.get<std::int32_t>()});
    timeline.clock_bound = Microseconds{in.get<std::uint32_t>()};
    return timeline;
}

template <std::size_t count>
void put(ByteWriter& out, const std::array<double, count>& values) {
    for (const double value : values) out.put_double(value);
}

double finite(ByteReader& in) {
    const double value = in.get_double();
    if (!std::isfinite(value)) in.fail();
    return value;
}

template <std::size_t count>
std::array<double, count> get_finite(ByteReader& in) {
    std::array<double, count> values{};
    for (double& value : values) value = finite(in);
    return values;
}

void put(ByteWriter& out, const EchoSector& sector) {
    put(out, std::array{sector.apex_column, sector.apex_row, sector.from_mm, sector.to_mm, sector.half_angle_degrees,
                        sector.multiplane_degrees});
    out.put(static_cast<std::uint8_t>(sector.tracked ? 1 : 0));
    if (!sector.tracked) return;
    put(out, sector.tracked->rotation);
    put(out, sector.tracked->mm);
}

EchoSector get_sector(ByteReader& in) {
    EchoSector sector;
    for (double* value : {&sector.apex_column, &sector.apex_row, &sector.from_mm, &sector.to_mm,
                          &sector.half_angle_degrees, &sector.multiplane_degrees})
        *value = finite(in);
    if (in.get<std::uint8_t>() == 0) return sector;
    sector.tracked = Pose{};
    sector.tracked->rotation = get_finite<4>(in);
    sector.tracked->mm = get_finite<3>(in);
    return sector;
}

void put(ByteWriter& out, const ImageGeometry& geometry) {
    const auto regions = std::min(geometry.regions.size(), most_regions);
    out.put(static_cast<std::uint8_t>((geometry.spacing ? 1U : 0U) | (geometry.c_arm ? 2U : 0U) |
                                      (geometry.table_mm ? 4U : 0U) | (geometry.sector ? 8U : 0U) | regions << 4U));
    if (const auto& spacing = geometry.spacing) put(out, std::array{spacing->x_mm_per_pixel, spacing->y_mm_per_pixel});
    if (const auto& c_arm = geometry.c_arm)
        put(out, std::array{c_arm->primary_angle_degrees, c_arm->secondary_angle_degrees, c_arm->source_detector_mm,
                            c_arm->source_isocentre_mm, c_arm->detector_rotation_degrees});
    if (geometry.table_mm) put(out, *geometry.table_mm);
    if (geometry.sector) put(out, *geometry.sector);
    for (std::size_t i = 0; i < regions; ++i) {
        const auto& region = geometry.regions[i];
        put(out, region.bounds);
        for (const auto code : {region.spatial_format, region.data_type, region.unit_x, region.unit_y}) out.put(code);
        put(out, std::array{region.delta_x, region.delta_y});
    }
}

ImageGeometry get_geometry(ByteReader& in) {
    ImageGeometry geometry;
    const auto flags = in.get<std::uint8_t>();
    if ((flags & 1U) != 0) {
        const auto [x, y] = get_finite<2>(in);
        geometry.spacing = PixelSpacing{x, y};
    }
    if ((flags & 2U) != 0) {
        const auto [primary, secondary, source_detector, source_isocentre, rotation] = get_finite<5>(in);
        geometry.c_arm = CArmGeometry{primary, secondary, source_detector, source_isocentre, rotation};
    }
    if ((flags & 4U) != 0) geometry.table_mm = get_finite<3>(in);
    if ((flags & 8U) != 0) geometry.sector = get_sector(in);
    const std::size_t regions = flags >> 4U;
    if (regions > most_regions) in.fail();
    for (std::size_t i = 0; i < regions && !in.failed(); ++i) {
        UltrasoundRegion region;
        region.bounds = get_rect(in);
        for (auto* code : {&region.spatial_format, &region.data_type, &region.unit_x, &region.unit_y})
            *code = in.get<std::uint16_t>();
        region.delta_x = finite(in);
        region.delta_y = finite(in);
        geometry.regions.push_back(region);
    }
    return geometry;
}

void put(ByteWriter& out, const Placed& placed, Timestamp base) {
    const auto& header = placed.header;
    const auto changed = header.content_changed ? delta(*header.content_changed, base) : std::nullopt;
    out.put(header.stream);
    out.put(header.sequence);
    out.put(static_cast<std::uint8_t>(header.modality));
    out.put(static_cast<std::uint8_t>((header.beam_on ? 1U : 0U) | (header.timecode ? 2U : 0U) | (changed ? 4U : 0U) |
                                      (header.timeline.acquired_estimated ? 8U : 0U) |
                                      static_cast<unsigned>(header.timeline.clock_basis) << 4U |
                                      (header.degraded ? 64U : 0U)));
    out.put(static_cast<std::uint16_t>(header.width));
    out.put(static_cast<std::uint16_t>(header.height));
    out.put(static_cast<std::uint32_t>(std::clamp<std::int64_t>(header.period.count(), 0, 0xFFFFFFFF)));
    if (changed) out.put(*changed);
    put(out, header.timeline, base);
    put(out, header.geometry);
    put(out, placed.pane);
    put(out, placed.image);
    put(out, placed.code);
}

Placed get_placed(ByteReader& in, Timestamp base) {
    Placed placed;
    auto& header = placed.header;
    header.stream = in.get<std::uint16_t>();
    header.sequence = in.get<std::uint32_t>();
    const auto modality = in.get<std::uint8_t>();
    if (modality > static_cast<std::uint8_t>(Modality::camera)) in.fail();
    header.modality = static_cast<Modality>(modality);
    const auto flags = in.get<std::uint8_t>();
    header.beam_on = (flags & 1U) != 0;
    header.timecode = (flags & 2U) != 0;
    header.degraded = (flags & 64U) != 0;
    header.width = in.get<std::uint16_t>();
    header.height = in.get<std::uint16_t>();
    header.period = Microseconds{in.get<std::uint32_t>()};
    if ((flags & 4U) != 0) header.content_changed = base + Microseconds{in.get<std::int32_t>()};
    header.timeline = get_timeline(in, base);
    header.timeline.acquired_estimated = (flags & 8U) != 0;
    header.timeline.clock_basis = static_cast<ClockBasis>(flags >> 4U & 3U);
    header.geometry = get_geometry(in);
    placed.pane = get_rect(in);
    placed.image = get_rect(in);
    placed.code = get_rect(in);
    return placed;
}

void put(ByteWriter& out, const Placing& placing, Timestamp base) {
    const auto seen = placing.seen ? delta(*placing.seen, base) : std::nullopt;
    out.put(static_cast<std::uint8_t>(static_cast<unsigned>(placing.registration) | (seen ? 16U : 0U) |
                                      (placing.edge_on ? 32U : 0U)));
    if (seen) out.put(*seen);
    out.put_double(placing.error_mm);
    put(out, placing.drawn);
}

Placing get_placing(ByteReader& in, Timestamp base) {
    Placing placing;
    const unsigned flags = in.get<std::uint8_t>();
    if ((flags & 15U) > static_cast<unsigned>(Registration::lost)) in.fail();
    placing.registration = static_cast<Registration>(flags & 15U);
    if ((flags & 16U) != 0) placing.seen = base + Microseconds{in.get<std::int32_t>()};
    placing.edge_on = (flags & 32U) != 0;
    placing.error_mm = finite(in);
    placing.drawn = get_rect(in);
    return placing;
}

}  // namespace

std::string_view name(Registration registration) {
    switch (registration) {
        case Registration::by_hand: return "by hand";
        case Registration::searching: return "searching";
        case Registration::registered: return "registered";
        case Registration::ageing: return "ageing";
        case Registration::lost: return "lost";
    }
    return "unknown";
}

std::vector<std::byte> to_bytes(const Stamp& stamp) {
    ByteWriter out;
    out.put(version);
    out.put(stamp.stream);
    out.put(stamp.sequence);
    out.put(stamp.boot);
    out.put_text(stamp.node.substr(0, longest_name));
    out.put(microseconds(stamp.sender_time));
    put(out, stamp.canvas);
    put(out, stamp.overlay);
    put(out, stamp.placing, stamp.sender_time);
    out.put(stamp.annotation_revision);
    const auto sources = std::min(stamp.sources.size(), most_sources);
    out.put(static_cast<std::uint8_t>(sources));
    for (std::size_t i = 0; i < sources; ++i) put(out, stamp.sources[i], stamp.sender_time);
    const auto late = std::min(stamp.late.size(), most_late);
    out.put(static_cast<std::uint8_t>(late));
    for (std::size_t i = 0; i < late; ++i) {
        const auto& mark = stamp.late[i];
        out.put(mark.stream);
        out.put(mark.sequence);
        out.put(static_cast<std::uint8_t>(mark.stage));
        out.put(delta(mark.time, stamp.sender_time).value_or(0));
    }
    out.put(crc32(out.bytes()));
    return std::move(out.bytes());
}

std::optional<RemoteStamp> stamp_from_bytes(std::span<const std::byte> bytes) {
    if (bytes.size() < 4) return std::nullopt;
    const auto body = bytes.first(bytes.size() - 4);
    if (ByteReader{bytes.last(4)}.get<std::uint32_t>() != crc32(body)) return std::nullopt;
    ByteReader in{body};
    if (in.get<std::uint8_t>() != version) return std::nullopt;
    Stamp stamp;
    stamp.stream = in.get<std::uint16_t>();
    stamp.sequence = in.get<std::uint32_t>();
    stamp.boot = in.get<std::uint64_t>();
    stamp.node = in.get_text();
    const auto sender_time = in.get<std::int64_t>();
    // 2^52 µs is 142 years of uptime; beyond it sums could overflow.
    if (stamp.node.size() > longest_name || sender_time < 0 || sender_time > (std::int64_t{1} << 52))
        return std::nullopt;
    stamp.sender_time = timestamp(sender_time);
    stamp.canvas = get_rect(in);
    stamp.overlay = get_rect(in);
    stamp.placing = get_placing(in, stamp.sender_time);
    stamp.annotation_revision = in.get<std::uint32_t>();
    const std::size_t sources = in.get<std::uint8_t>();
    if (sources > most_sources) return std::nullopt;
    for (std::size_t i = 0; i < sources && !in.failed(); ++i)
        stamp.sources.push_back(get_placed(in, stamp.sender_time));
    const std::size_t late = in.get<std::uint8_t>();
    if (late > most_late) return std::nullopt;
    for (std::size_t i = 0; i < late && !in.failed(); ++i) {
        LateMark mark;
        mark.stream = in.get<std::uint16_t>();
        mark.sequence = in.get<std::uint32_t>();
        const auto stage = in.get<std::uint8_t>();
        if (stage >= stage_count) return std::nullopt;
        mark.stage = static_cast<Stage>(stage);
        mark.time = stamp.sender_time + Microseconds{in.get<std::int32_t>()};
        stamp.late.push_back(mark);
    }
    if (in.failed() || !in.at_end()) return std::nullopt;
    return RemoteStamp{std::move(stamp)};
}

Stamp RemoteStamp::localise(const ClockOffset& sender) const {
    Stamp stamp = stamp_;
    if (stamp.boot == boot_id()) return stamp;
    const auto convert = [&](Timestamp time) {
        return sender.speaks_for(stamp.boot) ? sender.convert(RemoteTimestamp{time.time_since_epoch()}) : std::nullopt;
    };
    const auto known = convert(stamp.sender_time);
    if (known) stamp.sender_time = known->time;
    for (auto& source : stamp.sources) {
        auto& timeline = source.header.timeline;
        auto bound = known ? known->bound : Microseconds{0};
        for (std::size_t i = 0; i < stage_count; ++i) {
            const auto stage = static_cast<Stage>(i);
            const auto time = timeline.at(stage);
            if (!time) continue;
            timeline.clear(stage);
            if (!known) continue;
            const auto ours = *convert(*time);
            timeline.mark(stage, ours.time);
            bound = std::max(bound, ours.bound);  // an old mark is further from the reading
        }
        auto& changed = source.header.content_changed;
        if (known) {
            timeline.clock_bound += bound;
            timeline.clock_basis = std::max(timeline.clock_basis, known->basis);
            if (changed) changed = convert(*changed)->time;
        } else {
            changed.reset();
        }
    }
    auto& seen = stamp.placing.seen;
    if (seen) seen = known ? std::optional{convert(*seen)->time} : std::nullopt;
    if (!known) stamp.late.clear();
    for (auto& mark : stamp.late) mark.time = convert(mark.time)->time;
    return stamp;
}

}  // namespace transport
