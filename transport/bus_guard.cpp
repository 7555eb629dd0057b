#include "transport/bus_guard.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace transport {
namespace {

constexpr int deepest = 6;
constexpr std::size_t most_keys = 64;

class Walk {
public:
    explicit Walk(std::span<const std::byte> bytes) : rest_{bytes} {}

    bool item(int depth) {
        const auto head = take_head();
        if (!head) return false;
        switch (head->major) {
            case 0: return true;
            case 1: return head->value <= INT64_MAX;
            case 3: return take(head->value).has_value();
            case 4: return array(head->value, depth);
            case 5: return map(head->value, depth);
            case 7: return head->info == 20 || head->info == 21 || head->info == 26 || head->info == 27;
            default: return false;  // byte strings, tags
        }
    }
    bool map(std::uint64_t pairs, int depth) {
        if (depth == deepest || pairs > most_keys) return false;
        std::vector<std::string_view> keys;
        for (std::uint64_t i = 0; i < pairs; ++i) {
            const auto head = take_head();
            const auto key = head && head->major == 3 ? take(head->value) : std::nullopt;
            if (!key || std::ranges::find(keys, *key) != keys.end()) return false;
            keys.push_back(*key);
            if (!item(depth + 1)) return false;
        }
        return true;
    }
    struct Head {
        unsigned major = 0;
        unsigned info = 0;
        std::uint64_t value = 0;
    };
    std::optional<Head> take_head() {
        if (rest_.empty()) return std::nullopt;
        const auto first = std::to_integer<unsigned>(rest_.front());
        rest_ = rest_.subspan(1);
        Head head{first >> 5U, first & 31U, first & 31U};
        if (head.info < 24) return head;
        if (head.info > 27) return std::nullopt;  // reserved, or of indefinite length
        const auto more = take(std::uint64_t{1} << (head.info - 24U));
        if (!more) return std::nullopt;
        head.value = 0;
        for (const char byte : *more) head.value = head.value << 8U | static_cast<unsigned char>(byte);
        return head;
    }
    [[nodiscard]] bool finished() const { return rest_.empty(); }

private:
    bool array(std::uint64_t items, int depth) {
        if (depth == deepest || items > rest_.size()) return false;
        for (std::uint64_t i = 0; i < items; ++i)
            if (!item(depth + 1)) return false;
        return true;
    }
    std::optional<std::string_view> take(std::uint64_t bytes) {
        if (bytes > rest_.size()) return std::nullopt;
        const std::string_view taken{reinterpret_cast<const char*>(rest_.data()), static_cast<std::size_t>(bytes)};
        rest_ = rest_.subspan(static_cast<std::size_t>(bytes));
        return taken;
    }

    std::span<const std::byte> rest_;
};

}  // namespace

bool is_plain_cbor(std::span<const std::byte> bytes) {
    Walk walk{bytes};
    const auto head = walk.take_head();
    return head && head->major == 5 && walk.map(head->value, 0) && walk.finished();
}

}  // namespace transport
