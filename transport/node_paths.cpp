#include "transport/node_paths.hpp"

#include <algorithm>
#include <charconv>

namespace transport {

namespace {

bool is_name(std::string_view text) {
    constexpr std::string_view also = ".-_";
    return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               also.find(c) != std::string_view::npos;
    });
}

std::vector<NodePath> paths_of(const Options& options) {
    std::vector<NodePath> out;
    for (const auto& text : options.paths)
        if (auto path = read_node_path(text)) out.push_back(std::move(*path));
    if (out.empty()) out.push_back({"0.0.0.0", {}, 0});
    return out;
}

}  // namespace

std::optional<NodePath> read_node_path(std::string_view text) {
    const auto at = std::min(text.find('@'), text.size());
    NodePath path{std::string{text.substr(0, at)}, {}, 0};
    if (!is_name(path.local)) return std::nullopt;
    if (at == text.size()) return path;
    const auto remote = text.substr(at + 1);
    const auto colon = remote.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    path.host = remote.substr(0, colon);
    const auto digits = remote.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), path.port);
    const bool is_port = error == std::errc{} && end == digits.data() + digits.size() && path.port > 0;
    if (!is_name(path.host) || !is_port || path.port > 65535) return std::nullopt;
    return path;
}

std::vector<MediaPort::Local> sockets_of(const Options& options) {
    std::vector<MediaPort::Local> out;
    for (const auto& path : paths_of(options)) out.push_back({path.local, 0});
    return out;
}

std::vector<Way> ways_of(const Options& options) {
    std::vector<Way> out;
    for (const auto& path : paths_of(options)) {
        const auto& host = path.host.empty() ? options.server : path.host;
        out.push_back({static_cast<std::uint8_t>(out.size()), resolve(host, path.port)});
    }
    return out;
}

RateLimits rate_limits(const Options& options, int most_kbit_per_s) {
    const int most = most_kbit_per_s + most_kbit_per_s / 2;
    return {std::min(options.least_kbit_per_s, most), std::min(options.start_kbit_per_s, most), most};
}

}  // namespace transport
