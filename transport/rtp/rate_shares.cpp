#include "transport/rtp/rate_shares.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace transport {

namespace {

int floor_of(const RateWish& wish) {
    return std::clamp(wish.least, 0, std::max(0, wish.wanted));
}

std::vector<std::size_t> of_class(std::span<const RateWish> flows, std::size_t priority) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < flows.size(); ++i)
        if (static_cast<std::size_t>(flows[i].priority) == priority) found.push_back(i);
    return found;
}

/// Each its floor, or the same share of it; gives what is left.
int give_floors(int left, std::span<const RateWish> flows, const std::vector<std::size_t>& members,
                std::vector<int>& shares) {
    std::int64_t sum = 0;
    for (const auto i : members) sum += floor_of(flows[i]);
    for (const auto i : members) {
        const std::int64_t floor = floor_of(flows[i]);
        // The last one takes what rounding has left.
        const auto part = sum <= left ? floor : floor * left / std::max<std::int64_t>(1, sum);
        shares[i] = static_cast<int>(part);
        left -= shares[i];
        sum -= floor;
    }
    return left;
}

/// The poorest first, so that none gets more than it wants and the rest is equal.
int give_wishes(int left, std::span<const RateWish> flows, std::vector<std::size_t> members, std::vector<int>& shares) {
    while (left > 0) {
        std::erase_if(members, [&](std::size_t i) { return shares[i] >= flows[i].wanted; });
        if (members.empty()) break;
        const auto least = shares[*std::ranges::min_element(members, {}, [&](std::size_t i) { return shares[i]; })];
        std::vector<std::size_t> poorest;
        int next = INT32_MAX;  // where the first of them is satisfied, or as rich as another
        for (const auto i : members) {
            if (shares[i] == least) poorest.push_back(i);
            next = std::min(next, shares[i] == least ? flows[i].wanted : shares[i]);
        }
        const int count = static_cast<int>(poorest.size());
        const int step = std::min(next - least, left / count);
        for (const auto i : poorest) shares[i] += step;
        left -= step * count;
        if (step > 0) continue;
        for (const auto i : poorest)
            if (left > 0) ++shares[i], --left;
    }
    return left;
}

}  // namespace

std::vector<int> share_out(int total_kbit_per_s, std::span<const RateWish> flows) {
    std::vector<int> shares(flows.size());
    int left = std::max(0, total_kbit_per_s);
    for (std::size_t priority = 0; priority < priority_count; ++priority)
        left = give_floors(left, flows, of_class(flows, priority), shares);
    for (std::size_t priority = 0; priority < priority_count; ++priority)
        left = give_wishes(left, flows, of_class(flows, priority), shares);
    return shares;
}

}  // namespace transport
