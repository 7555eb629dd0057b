#include "bench/explain_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace bench {

namespace {

constexpr double overhead_aim_ms = 3;
constexpr double slight_ms = 0.1;  // what is nearer to its floor is at it

using Parts = std::vector<ExplainedPart>;

/// One stream's way, and everything that may be said about it.
class StreamExplainer {
public:
    explicit StreamExplainer(const StreamMatter& matter)
        : result_{matter.result},
          figures_{matter.figures},
          stream_{matter.stream},
          floors_{matter.floors},
          link_{matter.link},
          parts_{explained_parts(figures_, stream_, floors_)} {}

    void tell(std::vector<std::string>& out) const {
        out.push_back(whole());
        if (std::ranges::none_of(parts_, [](const auto& part) { return part.p50.has_value(); })) {
            out.push_back(no_hops());
            return;
        }
        if (const auto unknown = untold(); !unknown.empty()) out.push_back(unknown);
        std::vector<std::string> advice;
        if (const auto* most = dominating()) {
            out.push_back(at_median(*most));
            add_settings(*most, advice);
        }
        if (const auto* farthest = farthest_above_floor()) out.push_back(above(*farthest));
        if (const auto* most = growing()) {
            out.push_back(at_tail(*most));
            add_settings(*most, advice);
        } else {
            out.push_back(fmt::format("{}, p99: not told: {}.", stream_, why_no_tail()));
        }
        if (const auto codecs = over_the_codecs(); !codecs.empty()) out.push_back(codecs);
        for (const auto& line : advice) out.push_back(fmt::format("{}, a setting that touches it: {}.", stream_, line));
    }

private:
    [[nodiscard]] std::optional<Told> total(std::string_view statistic) const {
        return find_figure(figures_, fmt::format("g2g.{}.{}", stream_, statistic));
    }
    [[nodiscard]] std::string whole() const {
        const auto median = total("p50");
        const auto tail = total("p99");
        return fmt::format("{}, captured → presented, by the {}: p50 {}, p99 {}.", stream_, result_.judge,
                           median ? value_text(*median) : "unknown", tail ? value_text(*tail) : "unknown");
    }
    /// Why none of its hops is known.
    [[nodiscard]] std::string no_hops() const {
        if (std::ranges::all_of(parts_, [](const auto& part) { return part.why == "nobody measured it"; }))
            return fmt::format(
                "{}: no timelines: {} wrote none for this judge, so only the whole can be told, not its "
                "hops.",
                stream_, result_.contender);
        return fmt::format("{}: no hop can be told: {}.", stream_, parts_.front().why);
    }
    [[nodiscard]] std::string untold() const {
        std::map<std::string, std::string> by_reason;
        for (const auto& part : parts_)
            if (!part.p50) {
                auto& names = by_reason[part.why];
                names += (names.empty() ? "" : ", ") + words_of(part.part);
            }
        std::string out;
        for (const auto& [why, names] : by_reason)
            out += fmt::format("{}{}: {}", out.empty() ? stream_ + ", not told: " : "; ", names, why);
        return out.empty() ? out : out + ".";
    }
    /// Each option once, however many parts it touches.
    void add_settings(const ExplainedPart& part, std::vector<std::string>& advice) const {
        for (auto& line : settings_for(part, result_)) {
            const auto option = line.substr(0, line.find(':'));
            if (std::ranges::none_of(advice, [&](const auto& known) { return known.starts_with(option); }))
                advice.push_back(std::move(line));
        }
    }
    [[nodiscard]] const ExplainedPart* dominating() const {
        const ExplainedPart* out = nullptr;
        for (const auto& part : parts_)
            if (part.p50 && (out == nullptr || *part.p50 > *out->p50)) out = &part;
        return out;
    }
    [[nodiscard]] const ExplainedPart* farthest_above_floor() const {
        const ExplainedPart* out = nullptr;
        for (const auto& part : parts_) {
            if (on_a_link(part)) continue;  // the link's own queue and rate are in it
            const auto above = above_all(part);
            if (above > slight_ms && (out == nullptr || above > above_all(*out))) out = &part;
        }
        return out;
    }
    [[nodiscard]] const ExplainedPart* growing() const {
        const ExplainedPart* out = nullptr;
        const auto grown = [](const ExplainedPart& part) { return *part.p99 - *part.p50; };
        for (const auto& part : parts_)
            if (part.p50 && part.p99 && (out == nullptr || grown(part) > grown(*out))) out = &part;
        return out;
    }
    /// The link's own delay is a floor too.
    [[nodiscard]] double air(const ExplainedPart& part) const {
        if (!link_) return 0;
        if (part.part == PathPart::uplink) return link_->up_p50;
        return part.part == PathPart::downlink ? link_->down_p50 : 0;
    }
    [[nodiscard]] bool on_a_link(const ExplainedPart& part) const {
        return (part.part == PathPart::uplink || part.part == PathPart::downlink) &&
               (!link_ || link_->profile != "loopback");
    }
    [[nodiscard]] double above_all(const ExplainedPart& part) const {
        return std::max(0.0, part.above_floor().value_or(0) - air(part));
    }
    [[nodiscard]] std::string link_words(const ExplainedPart& part) const {
        if (!on_a_link(part)) return {};
        if (!link_) return "; the result does not say over which link, so its delay is not known";
        if (air(part) == 0) return {};
        return fmt::format("; the air of {} takes {:.1f} ms of it, which no setting of ours shortens", link_->profile,
                           air(part));
    }
    [[nodiscard]] std::string floor_words(const ExplainedPart& part) const {
        if (part.part == PathPart::pair || part.part == PathPart::annotate)
            return "; at its least it costs nothing: it is waiting, or work that people asked for";
        if (part.floor == nullptr) return "; its floor is not measured (scialytic bench floors)";
        const auto alone = fmt::format("alone on this machine it takes {:.2f} ms for {}x{}", part.floor->paced.p50,
                                       part.floor->width, part.floor->height);
        const double above = above_all(part);
        if (above <= slight_ms) return fmt::format("; {}: it is at its floor", alone);
        return fmt::format(
            "; {}: {:.2f} ms are {}", alone, above,
            on_a_link(part) ? "the bits' own time on the link, queues and scheduling" : "queueing and scheduling");
    }
    [[nodiscard]] std::string at_median(const ExplainedPart& part) const {
        const auto median = total("p50");
        const auto share = median && median->value && *median->value > 0
                               ? fmt::format(", {:.0f} % of it", 100 * *part.p50 / *median->value)
                               : "";
        return fmt::format("{}, p50: {} takes most, {:.2f} ms{}{}{}.", stream_, words_of(part.part), *part.p50, share,
                           link_words(part), floor_words(part));
    }
    [[nodiscard]] std::string above(const ExplainedPart& part) const {
        const auto real_time = setting_value(result_, "real-time");
        return fmt::format(
            "{}, p50: farthest above its floor is {}, {:.2f} ms of {:.2f}: work waits there for a core. `real-time` "
            "({}): "
            "{}.",
            stream_, words_of(part.part), above_all(part), *part.p50, real_time,
            real_time.starts_with("true")
                ? "it is on already; what is left wants more or quicker cores"
                : "true took 2 to 6 ms off the whole way on 2 cores (measured, docs/latency.md)");
    }
    [[nodiscard]] std::string at_tail(const ExplainedPart& part) const {
        return fmt::format("{}, p99: {} grows most, from {:.2f} to {:.2f} ms{}{}. Percentiles of hops do not add up.",
                           stream_, words_of(part.part), *part.p50, *part.p99, alone_at_tail(part), why_grown(part));
    }
    [[nodiscard]] static std::string alone_at_tail(const ExplainedPart& part) {
        if (part.floor == nullptr) return {};
        return fmt::format("; alone its p99 is {:.2f} ms", part.floor->paced.p99);
    }
    /// A wait for repair is claimed only where packets are known to be lost, and the growth is as long as one.
    [[nodiscard]] std::string why_grown(const ExplainedPart& part) const {
        const bool up = part.part == PathPart::uplink;
        if ((!up && part.part != PathPart::downlink) || !link_ || link_->profile == "loopback") return {};
        const double by_itself = up ? link_->up_p99 - link_->up_p50 : link_->down_p99 - link_->down_p50;
        const double grown = *part.p99 - *part.p50;
        if (link_->loss > 0 && grown > by_itself + link_->round_trip() / 2)
            return fmt::format(
                ": the delay of {} by itself grows by {:.1f} ms, and {:g} % of its packets are lost: the rest is as "
                "long as a wait for repair, a round trip of {:.1f} ms or more. `repair-budget-ms` ({}): less cuts it, "
                "and loses the pictures that would have come later",
                link_->profile, by_itself, 100 * link_->loss, link_->round_trip(),
                setting_value(result_, "repair-budget-ms"));
        return fmt::format(": the delay of {} by itself grows by {:.1f} ms", link_->profile, by_itself);
    }
    [[nodiscard]] std::string why_no_tail() const {
        const auto tail = find_figure(figures_, fmt::format("hop.presented.{}.p99", stream_));
        return tail && !tail->why.empty() ? tail->why : "no hop has a p99";
    }
    [[nodiscard]] std::string over_the_codecs() const {
        const auto median = total("p50");
        if (!median || !median->value) return {};
        const auto codecs = floors_ == nullptr ? std::nullopt : codec_sum(*floors_, stream_);
        if (!codecs)
            return fmt::format(
                "{}: the codecs' own times are not measured, so what we add to them is not known "
                "(scialytic bench floors).",
                stream_);
        const double air = link_ ? link_->up_p50 + link_->down_p50 : 0;
        const double over = *median->value - *codecs - air;
        return fmt::format(
            "{}: the codecs alone take {:.2f} ms{}; the rest of the median, {:.2f} ms, is everything else "
            "(overhead; aim at cathlab on loopback: at most {:g} ms{}).",
            stream_, *codecs, air > 0 ? fmt::format(", the air {:.1f} ms", air) : "", over, overhead_aim_ms,
            over <= overhead_aim_ms ? ", met" : ", missed");
    }

    const BenchResult& result_;
    const std::vector<Told>& figures_;
    const std::string& stream_;
    const Floors* floors_;
    const std::optional<LinkFloor>& link_;
    Parts parts_;
};

}  // namespace

std::vector<std::string> explain_stream(const StreamMatter& matter) {
    std::vector<std::string> out;
    StreamExplainer{matter}.tell(out);
    return out;
}

}  // namespace bench
