#include "devices/meta_header.hpp"

#include "transport/plain_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace devices {

namespace {

constexpr std::size_t most_frames = 200'000;
constexpr std::size_t most_transforms = 64;  // of one frame
constexpr int most_pixels = 16'384;          // of a side
constexpr double most_mm = 1e9;

[[noreturn]] void refuse_key(std::string_view key, std::string_view value, std::string_view wanted) {
    throw std::runtime_error(
        fmt::format("{} = '{}': {}", transport::plain_text(key, 80), transport::plain_text(value, 40), wanted));
}

std::string_view meta_trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// The next of the numbers that blanks divide; nothing when it is none.
template <typename Number>
std::optional<Number> meta_number(std::string_view& text) {
    text = meta_trimmed(text);
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const auto used = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || (used < text.size() && text[used] != ' ' && text[used] != '\t')) return std::nullopt;
    text.remove_prefix(used);
    return value;
}

double meta_seconds(std::string_view key, std::string_view value) {
    auto rest = value;
    const auto seconds = meta_number<double>(rest);
    if (!seconds || !std::isfinite(*seconds) || std::abs(*seconds) > 1e11 || !rest.empty())
        refuse_key(key, value, "wanted seconds");
    return *seconds;
}

std::array<double, 16> meta_matrix(std::string_view key, std::string_view value) {
    std::array<double, 16> rows{};
    auto rest = value;
    for (auto& number : rows) {
        const auto read = meta_number<double>(rest);
        if (!read || !(std::abs(*read) <= most_mm)) refuse_key(key, value, "wanted 16 numbers of at most 1e9");
        number = *read;
    }
    if (!rest.empty()) refuse_key(key, value, "wanted 16 numbers");
    return rows;
}

/// Of one frame, by name; made when it is not there yet, for its status may come first.
MetaTransform& transform_of(MetaFrame& frame, std::string_view key, std::string_view name) {
    const auto found = std::ranges::find(frame.transforms, name, &MetaTransform::name);
    if (found != frame.transforms.end()) return *found;
    if (frame.transforms.size() == most_transforms) refuse_key(key, "", "a frame has at most 64 transforms");
    frame.transforms.push_back({std::string{name}, {}, true});
    return frame.transforms.back();
}

/// "Seq_Frame0012_ProbeToTrackerTransform".
void take_frame_field(MetaHeader& header, std::string_view key, std::string_view value) {
    auto rest = key.substr(std::string_view{"Seq_Frame"}.size());
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    const auto digits = static_cast<std::size_t>(end - rest.data());
    if (error != std::errc{} || digits == rest.size() || rest[digits] != '_')
        refuse_key(key, value, "wanted Seq_FrameNNNN_NAME");
    if (number >= header.frames.size())
        refuse_key(key, value, fmt::format("DimSize tells of {} frames before it", header.frames.size()));
    auto& frame = header.frames[number];
    const auto field = rest.substr(digits + 1);
    constexpr std::string_view pose = "Transform", status = "TransformStatus";
    if (field == "Timestamp") {
        frame.seconds = meta_seconds(key, value);
    } else if (field == "ImageStatus") {
        frame.image_ok = value == "OK";
    } else if (field.ends_with(status)) {
        transform_of(frame, key, field.substr(0, field.size() - status.size())).ok = value == "OK";
    } else if (field.ends_with(pose)) {
        transform_of(frame, key, field.substr(0, field.size() - pose.size())).rows = meta_matrix(key, value);
    }
}

void take_size(MetaHeader& header, std::string_view value, int dimensions) {
    auto rest = value;
    const auto columns = meta_number<int>(rest), rows = meta_number<int>(rest);
    const auto frames = dimensions == 3 ? meta_number<std::size_t>(rest) : std::size_t{1};
    if (!columns || !rows || !frames || !rest.empty() || *columns < 0 || *rows < 0 || *columns > most_pixels ||
        *rows > most_pixels || (*columns == 0) != (*rows == 0) || *frames < 1 || *frames > most_frames)
        refuse_key(
            "DimSize", value,
            fmt::format("wanted columns, rows and, with NDims 3, frames: up to {0} {0} {1}", most_pixels, most_frames));
    header.columns = *columns;
    header.rows = *rows;
    header.frames.resize(*frames);
}

}  // namespace

MetaHeader read_meta_header(std::string_view text) {
    MetaHeader header;
    int dimensions = 0;
    std::string_view type = "MET_UCHAR";
    std::size_t at = 0;
    while (at < text.size()) {
        const auto end = std::min(text.find('\n', at), text.size());
        const auto line = text.substr(at, end - at);
        at = std::min(end + 1, text.size());
        if (meta_trimmed(line).empty()) continue;
        const auto equals = line.find('=');
        if (equals == std::string_view::npos)
            throw std::runtime_error("it is no MetaImage: a line before its pixels is not 'key = value'");
        const auto key = meta_trimmed(line.substr(0, equals)), value = meta_trimmed(line.substr(equals + 1));
        const auto want = [&](bool holds, std::string_view wanted) {
            if (!holds) refuse_key(key, value, wanted);
        };
        if (key == "ObjectType") want(value == "Image", "only Image is read");
        if (key == "NDims") {
            want(value == "2" || value == "3", "wanted 2 or 3, one picture or a sequence");
            dimensions = value == "2" ? 2 : 3;
        }
        if (key == "BinaryData") want(value == "True", "only True is read");
        if (key == "CompressedData") {
            want(value == "True" || value == "False", "wanted True or False");
            header.compressed = value == "True";
        }
        if (key == "ElementNumberOfChannels") want(value == "1", "only grey pictures are read");
        if (key == "ElementType") type = value;
        if (key == "UltrasoundImageOrientation") header.orientation = value.substr(0, 8);
        if (key == "DimSize") {
            want(dimensions != 0, "NDims does not stand before it");
            take_size(header, value, dimensions);
        }
        if (key.starts_with("Seq_Frame")) take_frame_field(header, key, value);
        if (key != "ElementDataFile") continue;
        want(value == "LOCAL", "only pixels in the same file (LOCAL) are read");
        if (header.frames.empty()) throw std::runtime_error("it has no DimSize");
        if (header.columns > 0 && type != "MET_UCHAR") refuse_key("ElementType", type, "only MET_UCHAR is read");
        header.length = at;
        return header;
    }
    throw std::runtime_error("it is no MetaImage, or cut off: no line 'ElementDataFile = LOCAL'");
}

}  // namespace devices
