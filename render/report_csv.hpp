// timeline.csv: a row per presented frame, streamed to disk while running.
#pragma once

#include "render/report.hpp"
#include "transport/handle.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace render {

class TimelineCsv {
public:
    /// Writes the header; throws std::runtime_error naming the path when that fails.
    TimelineCsv(const std::filesystem::path& path, transport::Timestamp start);
    ~TimelineCsv();
    TimelineCsv(TimelineCsv&&) noexcept;
    TimelineCsv& operator=(TimelineCsv&&) noexcept;
    /// Kept in memory until `flush`, or until a megabyte has gathered.
    void add(const PresentedFrame& frame);
    /// The first failure is told once on standard error; the file then ends with its last whole row, if the disk lets.
    void flush();
    [[nodiscard]] std::uint64_t rows_lost() const { return rows_lost_; }

private:
    bool write_out();

    std::string path_;
    transport::Timestamp start_;
    transport::Handle<std::FILE, std::fclose> file_;  // null after a failure
    std::string pending_;
    std::uint64_t pending_rows_ = 0;
    std::uint64_t rows_lost_ = 0;
    long whole_bytes_ = 0;
};

}  // namespace render
