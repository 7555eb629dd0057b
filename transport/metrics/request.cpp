#include "transport/metrics/request.hpp"

#include <algorithm>

namespace transport {

namespace {

bool is_method(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// "GET /metrics HTTP/1.1"
MetricsRequest asked_for(std::string_view line) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == 0 || last == first) return MetricsRequest::not_http;
    const auto method = line.substr(0, first);
    const auto version = line.substr(last + 1);
    if (!is_method(method) || (version != "HTTP/1.1" && version != "HTTP/1.0")) return MetricsRequest::not_http;
    const auto target = line.substr(first + 1, last - first - 1);
    const bool here = method == "GET" && target.substr(0, target.find('?')) == "/metrics";
    return here ? MetricsRequest::metrics : MetricsRequest::other;
}

}  // namespace

MetricsRequest read_metrics_request(std::string_view so_far) {
    const auto head = so_far.substr(0, most_request_bytes);
    const auto unfinished = so_far.size() < most_request_bytes ? MetricsRequest::incomplete : MetricsRequest::not_http;
    const auto end = head.find('\n');
    // Somebody who speaks another language, TLS perhaps, is not waited for.
    if (!is_method(head.substr(0, std::min<std::size_t>(head.find(' '), 8)))) return MetricsRequest::not_http;
    if (end == std::string_view::npos) return unfinished;
    auto line = head.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto asked = asked_for(line);
    if (asked == MetricsRequest::not_http) return asked;
    const auto rest = head.substr(end + 1);
    const bool whole = rest.starts_with("\r\n") || rest.starts_with('\n') ||
                       rest.find("\n\r\n") != std::string_view::npos || rest.find("\n\n") != std::string_view::npos;
    return whole ? asked : unfinished;
}

}  // namespace transport
