#include "bench/explain_hops.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace bench {

using transport::Stage;

namespace {

struct PartKind {
    PathPart part;
    std::string_view figure;  ///< WHAT of figure_names.hpp
    std::string_view words;
    std::string_view between;
    std::optional<Stage> floor;
};
constexpr std::array<PartKind, path_part_count> part_kinds{
    {{PathPart::encode, "encode", "the source's encoder", "captured → encoded", Stage::encoded},
     {PathPart::uplink, "uplink", "the uplink", "encoded → received", Stage::received},
     {PathPart::decode, "hop.decoded", "the server's decoder", "received → decoded", Stage::decoded},
     {PathPart::pair, "hop.paired", "pairing", "decoded → paired", std::nullopt},
     {PathPart::fuse, "hop.fused", "the fusion", "paired → fused", Stage::fused},
     {PathPart::annotate, "hop.annotated", "drawing annotations", "fused → annotated", std::nullopt},
     {PathPart::encode_view, "hop.encoded_for_view", "the view's encoder", "annotated → encoded_for_view",
      Stage::encoded_for_view},
     {PathPart::publish, "hop.published", "handing the view to the network", "encoded_for_view → published",
      Stage::published},
     {PathPart::downlink, "downlink", "the downlink", "published → delivered", Stage::delivered},
     {PathPart::unpack, "hop.unpacked", "the display's decoder", "delivered → unpacked", Stage::unpacked},
     {PathPart::present, "hop.presented", "presenting", "unpacked → presented", Stage::presented}}};

}  // namespace

std::string words_of(PathPart part) {
    const auto found = std::ranges::find(part_kinds, part, &PartKind::part);
    return fmt::format("{} ({})", found->words, found->between);
}

std::optional<double> ExplainedPart::above_floor() const {
    if (!p50 || floor == nullptr) return std::nullopt;
    return std::max(0.0, *p50 - floor->paced.p50);
}

std::vector<ExplainedPart> explained_parts(const std::vector<Told>& figures, const std::string& stream,
                                           const Floors* floors) {
    std::vector<ExplainedPart> out;
    for (const auto& kind : part_kinds) {
        ExplainedPart part;
        part.part = kind.part;
        const auto median = find_figure(figures, fmt::format("{}.{}.p50", kind.figure, stream));
        const auto tail = find_figure(figures, fmt::format("{}.{}.p99", kind.figure, stream));
        if (median) part.p50 = median->value, part.why = median->why;
        if (tail) part.p99 = tail->value;
        if (floors != nullptr && kind.floor) part.floor = floors->find(stream, *kind.floor);
        out.push_back(std::move(part));
    }
    return out;
}

}  // namespace bench
