#include "bench/explain_settings.hpp"

#include "transport/emulator/link_profile.hpp"
#include "transport/options_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

struct SettingEffect {
    PathPart part;
    std::string_view option;
    std::string_view effect;
};
const std::vector<SettingEffect>& setting_effects() {
    using enum PathPart;
    static const std::vector<SettingEffect> all{
        {encode, "threads",
         "on 2 cores 2 beat 1 by 1.5 to 4 ms of the whole way and 4 gain nothing (measured, "
         "docs/latency.md); more wants cores that are idle"},
        {encode, "quality",
         "coarser costs fewer bits and less time in every hop that touches them; how much is "
         "not measured"},
        {encode, "encoder", "nvenc or vaapi where the machine has one; not measured"},
        {uplink, "quality", "a coarser picture is shorter on a link that carries few bits; not measured"},
        {uplink, "every-path",
         "a second modem in `paths` with this on loses nothing when one does; the delay is "
         "that of the quicker path (docs/wireless.md)"},
        {decode, "quality", "the decoder's time goes with the bits: coarser is quicker; not measured"},
        {decode, "threads",
         "one slice a thread of the encoder, and the decoder takes two at once; not measured "
         "beyond that"},
        {pair, "leader",
         "the stream that leads does not wait for the other; the other waits at most for one "
         "that is due"},
        {fuse, "layout", "fused costs most: echo over X-ray; side-by-side only scales; not measured"},
        {fuse, "canvas-width", "the time goes with the pixels: an estimate"},
        {encode_view, "canvas-width",
         "the time goes with the pixels: of 960x540 it takes about 56 % of 1280x720, "
         "an estimate"},
        {encode_view, "view-quality", "coarser costs fewer bits and less time; not measured"},
        {encode_view, "threads",
         "on 2 cores 2 beat 1 by 1.5 to 4 ms of the whole way and 4 gain nothing "
         "(measured, docs/latency.md)"},
        {downlink, "view-quality", "a coarser view is shorter on a link that carries few bits; not measured"},
        {downlink, "every-path",
         "a second modem in `paths` with this on loses nothing when one does "
         "(docs/wireless.md)"},
        {unpack, "canvas-width", "the time goes with the pixels: an estimate"},
        {unpack, "view-quality", "the decoder's time goes with the bits: coarser is quicker; not measured"},
        {present, "present",
         "each sink hands the picture over in its own way; scialytic bench floors --present measures them"}};
    return all;
}

std::string_view profile_in(std::string_view setting) {
    return setting.substr(0, setting.find_first_of(", "));
}

LinkFloor floor_of(const LinkProfile& profile) {
    LinkFloor out;
    out.profile = profile.name;
    out.up_p50 = profile.up.delay_ms.at(0.5);
    out.up_p99 = profile.up.delay_ms.at(0.99);
    out.down_p50 = profile.down.delay_ms.at(0.5);
    out.down_p99 = profile.down.delay_ms.at(0.99);
    out.loss =
        std::max(profile.up.loss + profile.up.independent_loss, profile.down.loss + profile.down.independent_loss);
    return out;
}

}  // namespace

std::string setting_value(const BenchResult& result, const std::string& option) {
    const auto* key = find_key(option);
    if (key == nullptr) throw std::invalid_argument("no option " + option);
    for (const auto& name : {"options." + option, option})  // as scenarios and as others write it
        if (const auto found = result.settings.find(name); found != result.settings.end()) return found->second;
    return fmt::format("{} by default, the result does not say", key->show(*key, Options{}));
}

std::vector<std::string> settings_for(const ExplainedPart& part, const BenchResult& result) {
    std::vector<std::string> out;
    for (const auto& effect : setting_effects())
        if (effect.part == part.part)
            out.push_back(fmt::format("`{}` ({}): {}", effect.option, setting_value(result, std::string{effect.option}),
                                      effect.effect));
    return out;
}

std::vector<std::string> settings_that_matter() {
    std::vector<std::string> out{"real-time", "repair-budget-ms", "frames-per-second"};
    for (const auto& effect : setting_effects())
        if (std::ranges::find(out, effect.option) == out.end()) out.emplace_back(effect.option);
    return out;
}

std::optional<LinkFloor> link_floor(const BenchResult& result) {
    const auto found = result.settings.find("link");
    if (found == result.settings.end()) return std::nullopt;
    const auto name = profile_in(found->second);
    if (name == "loopback" || name == "none") return LinkFloor{"loopback"};
    try {
        return floor_of(link_profile(name, ""));
    } catch (const UsageError&) {
        return std::nullopt;
    }
}

}  // namespace bench
