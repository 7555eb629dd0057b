#include "transport/metrics/request.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using transport::MetricsRequest;
using transport::most_request_bytes;
using transport::read_metrics_request;

const std::string request_text =
    "GET /metrics HTTP/1.1\r\nHost: 10.0.0.5:9464\r\nUser-Agent: Prometheus/2.45.0\r\nAccept: text/plain\r\n\r\n";

TEST(MetricsRequests, a_scrape_is_understood_when_its_empty_line_is_there_and_not_before) {
    for (std::size_t size = 0; size < request_text.size(); ++size)
        EXPECT_EQ(read_metrics_request(request_text.substr(0, size)), MetricsRequest::incomplete) << size;
    EXPECT_EQ(read_metrics_request(request_text), MetricsRequest::metrics);
    EXPECT_EQ(read_metrics_request(request_text + "more"), MetricsRequest::metrics);
    EXPECT_EQ(read_metrics_request("GET /metrics HTTP/1.0\n\n"), MetricsRequest::metrics);
    EXPECT_EQ(read_metrics_request("GET /metrics?a=b HTTP/1.1\r\n\r\n"), MetricsRequest::metrics);
}

TEST(MetricsRequests, nothing_else_is_here) {
    for (const std::string line :
         {"GET / HTTP/1.1", "GET /metrics/ HTTP/1.1", "GET /metricsx HTTP/1.1", "POST /metrics HTTP/1.1",
          "HEAD /metrics HTTP/1.1", "GET http://a/metrics HTTP/1.1", "GET /etc/../metrics HTTP/1.1"})
        EXPECT_EQ(read_metrics_request(line + "\r\n\r\n"), MetricsRequest::other) << line;
}

TEST(MetricsRequests, another_language_is_told_by_its_first_bytes_and_an_endless_request_by_its_length) {
    EXPECT_EQ(read_metrics_request(std::string{"\x16\x03\x01\x02", 4}), MetricsRequest::not_http) << "TLS";
    EXPECT_EQ(read_metrics_request("\r\n"), MetricsRequest::not_http);
    EXPECT_EQ(read_metrics_request("GET /metrics\r\n"), MetricsRequest::not_http) << "HTTP/0.9";
    EXPECT_EQ(read_metrics_request("GET /metrics HTTP/2.0\r\n"), MetricsRequest::not_http);
    EXPECT_EQ(read_metrics_request(" GET HTTP/1.1\r\n"), MetricsRequest::not_http);
    const std::string endless = "GET /metrics HTTP/1.1\r\nA: " + std::string(most_request_bytes, 'a');
    EXPECT_EQ(read_metrics_request(endless.substr(0, most_request_bytes - 1)), MetricsRequest::incomplete);
    EXPECT_EQ(read_metrics_request(endless.substr(0, most_request_bytes)), MetricsRequest::not_http);
    EXPECT_EQ(read_metrics_request(std::string(most_request_bytes, 'A')), MetricsRequest::not_http);
}

}  // namespace
