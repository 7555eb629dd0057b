// The ways between two ends: which addresses are the other's, which of them carry at present, how long each takes.
// Pure.
#pragma once

#include "transport/clock.hpp"
#include "transport/rtp/rtcp.hpp"
#include "transport/rtp/stream.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace transport {

/// IPv4 address and port, network byte order inside.
struct Address {
    std::uint32_t host = 0;
    std::uint16_t port = 0;
    bool operator==(const Address&) const = default;
};
/// One of our sockets (a modem, a network card) and an address at the other end.
struct Way {
    std::uint8_t socket = 0;
    Address remote;
    bool operator==(const Way&) const = default;
};

/// How a path does.
struct PathHealth {
    Way way;
    bool carries = false;                    ///< heard of lately
    std::optional<Microseconds> round_trip;  ///< median of the last few probes
    std::uint64_t first = 0;                 ///< packets that came by this path before any other
    std::uint64_t copies = 0;                ///< packets that had come by another before
    std::size_t number = 0;                  ///< it keeps, 0 to most_paths - 1
};

/// Not thread safe. An address becomes a path only when a probe sent there was answered: somebody who repeats the other
/// end's packets from elsewhere, or writes another's address on his own, gets no media sent there. Packets are opened,
/// and so authenticated, before they come here.
class Paths {
public:
    using Random = std::function<std::uint64_t()>;
    /// `known`: where the other end is, if it is we who dial: these are never forgotten, and no others are learnt.
    Paths(const std::vector<Way>& known, Random random);

    /// An authentic packet came from there. The path's number, or nothing while it is only a candidate.
    std::optional<std::size_t> heard(const Way& way, Timestamp now);
    /// A packet came from there that proves nothing, a copy of one that came before: worth asking who is there.
    void suspected(const Way& way, Timestamp now);
    /// The number of a proven path.
    [[nodiscard]] std::optional<std::size_t> known(const Way& way) const;
    /// A media packet came by that path, as the first or after another.
    void counted(std::size_t path, bool copy);
    /// The answer to somebody's probe, to be sent back by the way it came; or, to an answer, nothing.
    std::optional<PathProbe> probe(const Way& way, const PathProbe& probe, Timestamp now);
    /// Probes to be sent now.
    [[nodiscard]] std::vector<std::pair<Way, PathProbe>> take_probes(Timestamp now);
    [[nodiscard]] Timestamp due() const { return next_; }

    /// Whom to send to: the paths that carry; when none does, all that ever did. Empty: nobody is there yet.
    [[nodiscard]] std::vector<std::size_t> usable(Timestamp now) const;
    /// The usable path that takes least.
    [[nodiscard]] std::optional<std::size_t> best(Timestamp now) const;
    [[nodiscard]] const Way& way(std::size_t path) const { return places_.at(path)->way; }
    /// Of the path that takes least.
    [[nodiscard]] std::optional<Microseconds> round_trip(Timestamp now) const;
    [[nodiscard]] std::vector<PathHealth> health(Timestamp now) const;

private:
    struct Path {
        Way way;
        bool known = false;   ///< given, not learnt
        bool proven = false;  ///< answered once; or known
        Timestamp heard{};
        struct Asked {
            std::uint64_t token = 0;
            Timestamp time{};
        };
        std::vector<Asked> asked;  ///< the last few probes, unanswered
        Timestamp last_asked{};
        int unanswered = 0;
        std::vector<Microseconds> round_trips;  ///< of the last few probes
        std::uint64_t first = 0;
        std::uint64_t copies = 0;
    };
    static void answered(Path& path, Microseconds round_trip, Timestamp now);
    [[nodiscard]] bool carries(const Path& path, Timestamp now) const;
    std::optional<std::size_t> find(const Way& way) const;
    std::optional<std::size_t> place_for(const Way& way, Timestamp now);

    Random random_;
    bool learns_;
    std::array<std::optional<Path>, most_paths> places_;  ///< a path keeps its number
    Timestamp next_ = Timestamp::min();
};

}  // namespace transport
