// Who is handed on what the displays have finished.
#pragma once

#include "transport/bus.hpp"

#include <functional>
#include <map>
#include <string>

namespace augment {

/// Annotators and controls that have asked for it, each for a lease. Costs nothing while nobody has. `now` is passed
/// in. Not thread safe.
class TimelineRelay {
public:
    static constexpr std::size_t most_watchers = 8;
    using Send = std::function<void(const std::string& peer, const transport::Message& message)>;
    /// Nothing is thrown by `send`, and nothing waits in it.
    explicit TimelineRelay(Send send) : send_{std::move(send)} {}

    /// A node's Status. True when it asks to watch, and may: it is to be told the server's own health.
    [[nodiscard]] bool heard(const std::string& peer, transport::Role role, const transport::Status& status,
                             transport::Timestamp now);
    /// What a node of that role has finished: a display's goes to all who watch, with its name before it.
    void heard(const std::string& peer, transport::Role role, const transport::FinishedTimelines& timelines,
               transport::Timestamp now);
    void gone(const std::string& peer) { until_.erase(peer); }

private:
    void to_all(const transport::Message& message);
    [[nodiscard]] bool watched(transport::Timestamp now);

    Send send_;
    std::map<std::string, transport::Timestamp> until_;  ///< by watcher
};

}  // namespace augment
