// Frames as a display hands them to its report, and a folder for what the report writes.
#pragma once

#include "render/report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace fakes {

using render::PresentedFrame;
using transport::FrameHeader;
using transport::Microseconds;
using transport::Modality;
using transport::Stage;
using transport::timestamp;

inline constexpr transport::Timestamp start = timestamp(5'000'000);

/// Frame `sequence`, captured at `captured` after the start; each later mark by its distance from captured.
inline FrameHeader source(Modality modality, std::uint32_t sequence, Microseconds captured,
                          const std::vector<std::pair<Stage, int>>& marks) {
    FrameHeader header;
    header.stream = static_cast<transport::StreamId>(1 + static_cast<int>(modality));
    header.sequence = sequence;
    header.modality = modality;
    header.period = Microseconds{33'333};
    header.timeline.mark(Stage::captured, start + captured);
    for (const auto& [stage, us] : marks) header.timeline.mark(stage, start + captured + Microseconds{us});
    return header;
}

inline PresentedFrame picture(std::uint32_t sequence, std::vector<FrameHeader> sources) {
    return {100, sequence, std::move(sources), std::nullopt};
}

/// Echo at 30/s, from captured to presented in `latency` µs.
inline PresentedFrame echo_picture(std::uint32_t sequence, int latency) {
    return picture(sequence, {source(Modality::ultrasound, sequence, Microseconds{33'333} * sequence,
                                     {{Stage::encoded, 2'000}, {Stage::presented, latency}})});
}

struct ReportFolder : testing::Test {
    void SetUp() override {
        auto name = (std::filesystem::temp_directory_path() / "report_test_XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder); }

    [[nodiscard]] static std::string text(const std::filesystem::path& path) {
        std::ifstream file{path};
        std::stringstream all;
        all << file.rdbuf();
        return all.str();
    }
    [[nodiscard]] nlohmann::json summary() const { return nlohmann::json::parse(text(folder / "summary.json")); }
    /// timeline.csv as rows of column → cell.
    [[nodiscard]] std::vector<std::map<std::string, std::string>> rows() const {
        std::ifstream file{folder / "timeline.csv"};
        const auto cells = [](const std::string& line) {
            std::vector<std::string> out(1);
            for (const char c : line)
                if (c == ',')
                    out.emplace_back();
                else
                    out.back() += c;
            return out;
        };
        std::string line;
        std::getline(file, line);
        const auto columns = cells(line);
        std::vector<std::map<std::string, std::string>> out;
        while (std::getline(file, line)) {
            const auto values = cells(line);
            EXPECT_EQ(values.size(), columns.size()) << line;
            auto& row = out.emplace_back();
            for (std::size_t i = 0; i < std::min(values.size(), columns.size()); ++i) row[columns[i]] = values[i];
        }
        return out;
    }

    std::filesystem::path folder;
};

}  // namespace fakes
