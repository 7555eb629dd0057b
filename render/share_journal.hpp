// What must not be forgotten: which tokens were used, what was revoked, until it would have expired anyway.
#pragma once

#include "transport/handle.hpp"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace render {

using WallTime = std::chrono::system_clock::time_point;

/// A text file, an entry a line: "WORD UNTIL", seconds since 1970. One process holds it at a time, on one thread.
class ShareJournal {
public:
    static constexpr std::size_t most_lines = 300'000;  ///< of one run: 15 MB

    /// Reads it, drops what is past, writes it anew. Throws std::runtime_error with one line naming the file: it cannot
    /// be read or written, is no such journal, is in use.
    ShareJournal(std::filesystem::path file, WallTime now);

    [[nodiscard]] bool holds(std::string_view word) const { return until_.contains(word); }
    /// On the disk when it answers true. False: why() tells, nothing is held, and the file is as it was.
    /// `word`: lower-case letters, digits and '-', at most 64.
    [[nodiscard]] bool add(const std::string& word, WallTime until);
    /// For this run alone.
    void hold(const std::string& word, WallTime until) { until_[word] = until; }
    [[nodiscard]] const std::string& why() const { return why_; }

private:
    using File = transport::Handle<std::FILE, std::fclose>;

    void read(WallTime now);
    bool append(std::string_view line);

    std::filesystem::path path_;
    File lock_;
    File file_;  // null: nothing can be added any more
    std::map<std::string, WallTime, std::less<>> until_;
    std::size_t lines_ = 0;
    std::string why_;
};

}  // namespace render
