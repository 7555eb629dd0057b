#include "render/share_policy.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace render {
namespace {

TEST(SharePolicy, nothing_runs_in_the_page_but_share_s_own_files) {
    const std::string policy{content_policy};
    EXPECT_EQ(policy.find("default-src 'none'"), 0U);
    for (const auto* loophole : {"unsafe", "*", "http:", "https:", "strict-dynamic", "'none' "})
        EXPECT_EQ(policy.find(loophole), std::string::npos) << loophole;
    for (const auto* wall : {"frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'", "script-src 'self';"})
        EXPECT_NE(policy.find(wall), std::string::npos) << wall;
}

TEST(SharePolicy, every_header_is_one_line_and_there_once) {
    std::map<std::string_view, std::string_view> seen;
    for (const auto& [name, value] : security_headers()) {
        EXPECT_TRUE(seen.emplace(name, value).second) << name;
        EXPECT_EQ(value.find_first_of("\r\n"), std::string_view::npos) << name;
        EXPECT_EQ(value.data()[value.size()], '\0') << name;
    }
    EXPECT_EQ(seen.at("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(seen.at("Cache-Control"), "no-store");
}

}  // namespace
}  // namespace render
