#include "bench/calibrate.hpp"

#include "bench/calibrate_motion.hpp"
#include "bench/stopper.hpp"
#include "transport/options_schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>

namespace bench {

using transport::in_quotes;
using transport::UsageError;

namespace {

constexpr auto calibrate_text =
    R"(scialytic calibrate: what a device does not tell of itself, measured

Usage: scialytic calibrate lag --reference SOURCE --of SOURCE [--key value ...]

Both sources watch one moving object; the lag is how much later the second one shows the motion. At least 10 s and 5
periods of motion are needed, and not too even ones: a hand that moves the probe up and down along a straight line will
do. The bound (± 95 %) is of chance alone. A motion that is no straight line adds to it where the two look from different
sides: how much from 30° beside is told for poses and centre, and refused over 10 ms; for picture and reflector nobody
can tell. Pictures that come late now and then add to it, too.

  --reference SOURCE    the device whose times are trusted: a DICOM, MetaImage or video file, "synthetic", "phantom",
                        or "gst: LAUNCH DESCRIPTION"
  --of SOURCE           the device whose lag is sought
  --reference-by WAY    what is taken for the motion. picture: what changes most in the whole picture, for what moves by
                        less than its own size, as a heart; centre: the centre of gravity of the brightness, for one
                        bright thing that travels further; reflector: the depth of a bright line across an ultrasound
                        picture, as a water tank's bottom; poses: the main direction of a tracked probe (MetaImage).
                        Default: picture, or poses where there are no pictures
  --of-by WAY           the same of the second
  --reference-stream S  ultrasound or xray: which of them a drawn source draws. Default ultrasound
  --of-stream S         the same of the second. Default xray
  --seconds N           of watching, 12 to 600, default 15; MetaImage sequences are taken whole
  --range-ms N          lags from -N to N are tried, 10 to 5000, default 500
  --help                this text

Live sources (gst:) play in real time, recordings as fast as they are read, from their first frames on. A recording
shorter than --seconds begins anew, and its repeats make the bound smaller than it is. MetaImage sequences keep the times
that are written in them; where two time bases have nothing in common, all offsets are tried.

Between two live sources the lag is what --device-delay-ms of the second's capture node must be more than that of the
reference's. Recordings tell their own times: their lag is a property of theirs, and no delay follows from it.

Exit codes: 0 found, 1 refused or failed (one line says why), 2 wrong usage

Example:
  scialytic calibrate lag --reference phantom --of "phantom?lag=0"
)";

constexpr std::array calibrate_keys{"--reference",        "--of",        "--reference-by", "--of-by",
                                    "--reference-stream", "--of-stream", "--seconds",      "--range-ms"};

[[noreturn]] void refuse_calibrate(const std::string& line) {
    throw UsageError{"calibrate lag: " + line};
}

double calibrate_number(std::string_view key, std::string_view word, double least, double most) {
    const transport::OptionKey limits{.kind = transport::OptionKind::number, .least = least, .most = most};
    double value = 0;
    if (!read_value(limits, value, word))
        refuse_calibrate(fmt::format("{}: {} is not allowed: {}", key, in_quotes(word), allowed(limits)));
    return value;
}

template <typename Value, std::size_t count>
Value one_of(std::string_view key, std::string_view word,
             const std::array<std::pair<std::string_view, Value>, count>& words) {
    std::vector<std::string_view> names;
    for (const auto& [name, value] : words) {
        if (name == word) return value;
        names.push_back(name);
    }
    refuse_calibrate(fmt::format("{}: {} is not allowed: {}", key, in_quotes(word), fmt::join(names, ", ")));
}

void take_side(LagSide& side, std::string_view key, const std::string& word) {
    using transport::Modality;
    if (key.ends_with("-by"))
        side.by = one_of(key, word,
                         std::array{std::pair{std::string_view{"picture"}, MotionKind::picture},
                                    std::pair{std::string_view{"centre"}, MotionKind::centre},
                                    std::pair{std::string_view{"reflector"}, MotionKind::reflector},
                                    std::pair{std::string_view{"poses"}, MotionKind::poses}});
    else if (key.ends_with("-stream"))
        side.stream = one_of(key, word,
                             std::array{std::pair{std::string_view{"ultrasound"}, Modality::ultrasound},
                                        std::pair{std::string_view{"xray"}, Modality::xray}});
    else
        side.source = word;
}

/// Lags at which the two have enough in common, when at those that were asked for they cannot.
augment::LagSearch search_of(const augment::Motion& a, const augment::Motion& b, double range_s, LagBetween& what) {
    augment::LagSearch search{.from_s = -range_s, .to_s = range_s};
    if (what == LagBetween::live_sources || a.seconds.empty() || b.seconds.empty()) return search;
    const double common = std::min(a.seconds.back(), b.seconds.back()) - std::max(a.seconds.front(), b.seconds.front());
    if (common + range_s >= search.least_overlap_s) return search;
    what = LagBetween::time_bases;
    search.from_s = b.seconds.front() - a.seconds.back() + search.least_overlap_s;
    search.to_s = b.seconds.back() - a.seconds.front() - search.least_overlap_s;
    return search;
}

}  // namespace

std::string calibrate_help() {
    return calibrate_text;
}

LagCommand read_calibrate(const std::vector<std::string>& arguments) {
    if (arguments.empty() || arguments.front() != "lag")
        throw UsageError{fmt::format("calibrate: {} is unknown; allowed: lag. See scialytic calibrate --help",
                                     in_quotes(arguments.empty() ? "" : arguments.front()))};
    LagCommand command;
    for (std::size_t i = 1; i < arguments.size(); i += 2) {
        const auto& key = arguments[i];
        if (std::ranges::find(calibrate_keys, key) == calibrate_keys.end())
            refuse_calibrate(
                fmt::format("{} is unknown; allowed: {}", in_quotes(key), fmt::join(calibrate_keys, ", ")));
        if (i + 1 == arguments.size()) refuse_calibrate(fmt::format("{} needs a value", key));
        const auto& word = arguments[i + 1];
        if (key == "--seconds")
            command.seconds = calibrate_number(key, word, 12, 600);
        else if (key == "--range-ms")
            command.range_ms = calibrate_number(key, word, 10, 5000);
        else
            take_side(key.starts_with("--reference") ? command.reference : command.of, key, word);
    }
    if (command.reference.source.empty()) refuse_calibrate("--reference SOURCE is needed");
    if (command.of.source.empty()) refuse_calibrate("--of SOURCE is needed");
    return command;
}

std::string lag_words(const augment::Lag& lag, LagBetween what) {
    const double ms = lag.seconds * 1e3, bound = lag.bound_s * 1e3;
    const auto from =
        fmt::format("correlation {:.3f}{}, {:g} periods in {:.1f} s", lag.correlation,
                    lag.opposed ? " (the one goes up where the other goes down)" : "", lag.periods, lag.overlap_s);
    constexpr auto sure = "(95 %, by chance alone; a motion that is no straight line adds to it)";
    if (what == LagBetween::time_bases)
        return fmt::format("offset {:.4f} s ± {:.1f} ms {} of the second time base after the reference's, {}\n",
                           lag.seconds, bound, sure, from);
    const auto found = fmt::format("lag {:.1f} ms ± {:.1f} ms {}, {}\n", ms, bound, sure, from);
    if (std::abs(ms) <= bound) return found + "no delay to set: 0 lies within the bound\n";
    if (what == LagBetween::recordings)
        return found + "a property of these recordings: only between two live sources (gst:) is it a delay to set\n";
    return found + fmt::format(
                       "{0} shows it later: --device-delay-ms {2:.1f} at its capture node, or so much more than "
                       "{1}'s own\n",
                       ms > 0 ? "the second" : "the reference", ms > 0 ? "the reference" : "the second", std::abs(ms));
}

int run_calibrate(const std::vector<std::string>& arguments) {
    const auto command = read_calibrate(arguments);
    const Stopper stopper{0};
    Progress progress;
    const auto [reference, second] =
        record_motions(command.reference, command.of, command.seconds, &progress, stopper.token());
    if (stopper.token().stop_requested()) throw std::runtime_error("calibrate lag: stopped");
    fmt::print("reference  {}\nof         {}\n", reference.words, second.words);
    std::fflush(stdout);
    for (const auto& warning : reference.warnings) fmt::print(stderr, "reference  {}\n", warning);
    for (const auto& warning : second.warnings) fmt::print(stderr, "of         {}\n", warning);
    auto what = reference.live && second.live ? LagBetween::live_sources : LagBetween::recordings;
    const auto search = search_of(reference.motion, second.motion, command.range_ms / 1e3, what);
    const auto answer = find_lag(reference.motion, second.motion, search, stopper.token());
    if (!answer.lag) throw std::runtime_error("calibrate lag: " + answer.refusal);
    fmt::print("{}", lag_words(*answer.lag, what));
    return 0;
}

}  // namespace bench
