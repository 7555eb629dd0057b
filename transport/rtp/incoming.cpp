#include "transport/rtp/incoming.hpp"

#include "transport/rtp/history.hpp"

#include <algorithm>
#include <utility>

namespace transport {

namespace {

constexpr Microseconds report_every{20'000};
constexpr Microseconds answer_margin{8'000};    // jitter of the question and of its answer
constexpr Microseconds parity_takes{6'000};     // from the packet that shows a gap to the picture's parity
constexpr Microseconds silence_in_unit{4'000};  // packets of one picture come closer together
constexpr int most_tail_questions = 3;
constexpr std::uint16_t tail = 17;  // packets that one word of a NACK can name
constexpr std::size_t remembered_units = 64;
constexpr std::size_t remembered_packets = 2048;
constexpr Microseconds longest_between_paths{20'000};
constexpr Microseconds path_unused_after{1'000'000};
constexpr std::size_t most_unreported = 4096;
constexpr std::uint64_t enough_for_loss = 500;

}  // namespace

RtpIncoming::RtpIncoming(const RtpStream& stream, const RtpSettings& settings, OnUnit on_unit)
    : stream_{stream},
      settings_{settings},
      on_unit_{std::move(on_unit)},
      order_{RtpPatience{settings.repair_budget, {}, {}}},
      fec_{stream.media_ssrc},
      came_(remembered_packets) {
    be_patient();
}

void RtpIncoming::know_link(Microseconds round_trip) {
    round_trip_ = round_trip;
    be_patient();
}

/// Asking is worth while as long as the answer can come within the budget; what overtook another by the slower path is
/// on its way, and what parity restores needs no asking.
void RtpIncoming::be_patient() {
    RtpPatience patience;
    const auto hopeful = std::max(between_paths_, fec_.active() ? parity_takes : Microseconds{0});
    const bool too_far = round_trip_ + answer_margin / 2 > settings_.repair_budget;
    patience.ask_after = hopeful;
    patience.ask_again = std::max(round_trip_ + answer_margin, Microseconds{10'000});
    patience.give_up = too_far ? std::max(hopeful, 2 * parity_takes) : settings_.repair_budget;
    order_.be(patience);
}

bool RtpIncoming::note_arrival(std::uint16_t sequence, std::size_t path, Timestamp received) {
    if (!newest_) newest_ = sequence;
    const auto place = *newest_ + static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(*newest_));
    if (path < most_paths) {
        auto& arrivals = paths_.at(path);
        // A path that was not used for so long: what went by others meanwhile is not lost on it.
        const bool begins = !std::exchange(arrivals.known, true) || received - arrivals.last > path_unused_after;
        if (begins && arrivals.came.empty()) arrivals.next = place;
        arrivals.last = received;
        if (arrivals.came.size() < most_unreported) arrivals.came.try_emplace(place, received);
    }
    auto& came = came_[static_cast<std::size_t>(place) % came_.size()];
    if (came.place != place) {
        came = {place, received, path};
        return true;
    }
    if (came.path == path) return false;  // sent twice by somebody: says nothing of the paths
    // Follows a slower path at once, and forgets it over some hundred packets.
    between_paths_ = std::min(std::max(received - came.time, between_paths_ * 63 / 64), longest_between_paths);
    return false;
}

void RtpIncoming::take_copy(std::uint16_t sequence, std::size_t path, Timestamp received) {
    ++counts_.copies;
    if (newest_) note_arrival(sequence, path, received);
}

void RtpIncoming::take(std::span<const std::byte> packet, std::size_t path, Timestamp received) {
    const auto read = read_rtp(packet);
    if (!read) return;
    if (read->ssrc == stream_.media_ssrc && read->payload_type == stream_.payload_type) {
        if (!note_arrival(read->sequence, path, received)) {
            ++counts_.copies;
            return;
        }
        ++counts_.packets;
        ++packets_seen_;
        take_media(packet, *read, received);
    } else if (read->ssrc == stream_.repair_ssrc()) {
        const auto original = from_repair(packet, stream_.media_ssrc, stream_.payload_type);
        if (const auto again = original ? read_rtp(*original) : std::nullopt) {
            if (order_.misses(again->sequence)) ++counts_.resent;
            take_media(*original, *again, received);
        }
    } else if (read->ssrc == stream_.fec_ssrc()) {
        const bool first = !fec_.active();
        fec_.saw_fec(*read);
        if (first && fec_.active()) be_patient();
    } else {
        return;
    }
    if (!fec_.active()) return;
    for (const auto& restored : fec_.take_recovered()) {
        const auto again = read_rtp(restored);
        if (!again) continue;
        ++counts_.restored;
        take_media(restored, *again, received);
    }
}

void RtpIncoming::take_media(std::span<const std::byte> packet, const RtpPacket& read, Timestamp received) {
    const auto ahead =
        static_cast<std::int16_t>(read.sequence - static_cast<std::uint16_t>(newest_.value_or(read.sequence)));
    if (ahead >= 0) {
        packets_due_ += static_cast<std::uint64_t>(ahead);
        newest_ = newest_.value_or(read.sequence) + ahead;
        newest_came_ = received;
        if (!read.payload.empty()) newest_ends_unit_ = read.marker;  // padding belongs to no picture
        tail_asked_ = 0;
    }
    fec_.saw_media(read.sequence, packet);
    auto found = std::ranges::find(times_, read.time, &std::pair<std::uint32_t, Times>::first);
    if (found == times_.end()) {
        times_.emplace_back(read.time, Times{received, received});
        if (times_.size() > remembered_units) times_.pop_front();
    } else {
        found->second.last = std::max(found->second.last, received);
    }
    order_.take(read.sequence, packet, received, [this](std::span<const std::byte> next) { take_ordered(next); });
}

void RtpIncoming::take_ordered(std::span<const std::byte> packet) {
    auto unit = units_.take(*read_rtp(packet));
    if (!unit) return;
    const auto found = std::ranges::find(times_, unit->time, &std::pair<std::uint32_t, Times>::first);
    const auto times = found == times_.end() ? Times{newest_came_, newest_came_} : found->second;
    on_unit_({std::move(unit->bytes), times.first, times.last});
}

/// The end of a picture may be missing without a later packet to show it.
std::optional<Timestamp> RtpIncoming::tail_due() const {
    if (newest_ends_unit_ || !newest_ || tail_asked_ >= most_tail_questions) return std::nullopt;
    const auto wait = tail_asked_ == 0 ? std::max(silence_in_unit, between_paths_) : round_trip_ + answer_margin;
    return newest_came_ + wait * std::max(1, tail_asked_);
}

std::optional<Nack> RtpIncoming::ask(Timestamp now) {
    Nack nack{stream_.media_ssrc, order_.take_missing(now)};
    if (const auto due = tail_due(); due && *due <= now) {
        ++tail_asked_;
        for (std::uint16_t i = 1; i <= tail; ++i) nack.sequences.push_back(static_cast<std::uint16_t>(*newest_ + i));
    }
    const bool too_far = round_trip_ + answer_margin / 2 > settings_.repair_budget;
    if (nack.sequences.empty() || too_far) return std::nullopt;
    return nack;
}

std::optional<ArrivalReport> RtpIncoming::report(PathArrivals& path, Timestamp now) const {
    if (path.came.empty()) return std::nullopt;
    ArrivalReport out;
    out.media_ssrc = stream_.media_ssrc;
    out.time = report_time(now);
    const auto end = path.came.rbegin()->first + 1;
    // What came after it was told of as lost is not told of again.
    const auto begin = std::max(path.next, end - static_cast<std::int64_t>(ArrivalReport::most_packets));
    path.came.erase(path.came.begin(), path.came.lower_bound(begin));
    out.begin = static_cast<std::uint16_t>(begin);
    for (auto place = begin; place < end; ++place) {
        const auto found = path.came.find(place);
        out.ago.push_back(found == path.came.end() ? std::nullopt
                                                   : std::optional{std::max(now - found->second, Microseconds{0})});
    }
    path.next = std::max(path.next, end);
    path.came.clear();
    if (out.ago.empty()) return std::nullopt;
    return out;
}

RtpIncoming::Feedback RtpIncoming::take_feedback(Timestamp now) {
    Feedback out;
    if (auto nack = ask(now)) out.to_all.emplace_back(std::move(*nack));
    order_.release(now, [this](std::span<const std::byte> next) { take_ordered(next); });
    if (std::exchange(keyframe_wanted_, false)) out.to_all.emplace_back(PictureLoss{stream_.media_ssrc});
    if (now < next_report_) return out;
    next_report_ = now + report_every;
    if (packets_due_ >= enough_for_loss) {
        const auto here = 1 - std::min(1.0, static_cast<double>(std::exchange(packets_seen_, 0)) /
                                                static_cast<double>(std::exchange(packets_due_, 0)));
        loss_ += (here - loss_) / 8;
    }
    for (std::size_t i = 0; i < most_paths; ++i)
        if (auto arrivals = report(paths_.at(i), now)) out.by_path.at(i).emplace_back(std::move(*arrivals));
    return out;
}

Timestamp RtpIncoming::due() const {
    const bool unreported = std::ranges::any_of(paths_, [](const PathArrivals& path) { return !path.came.empty(); });
    auto due = unreported ? next_report_ : Timestamp::max();
    if (keyframe_wanted_) due = Timestamp::min();
    if (const auto gap = order_.due()) due = std::min(due, *gap);
    if (const auto end = tail_due()) due = std::min(due, *end);
    return due;
}

IncomingCounts RtpIncoming::counts() const {
    auto out = counts_;
    out.lost = order_.lost();
    out.damaged_units = units_.dropped();
    return out;
}

}  // namespace transport
