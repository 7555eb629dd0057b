// What whoever waits for a benchmark sees.
#pragma once

#include <string>

namespace bench {

/// One line that moves on a terminal; elsewhere a line at every run's start. On standard error.
class Progress {
public:
    Progress();
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void begin(const std::string& what);
    void left(double seconds) const;

private:
    bool live_ = false;
    std::string what_;
};

}  // namespace bench
