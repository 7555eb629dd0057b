// A file read by a function of a stream; what it throws gets the file's name before it.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace bench {

/// Throws std::runtime_error naming the file that cannot be opened, or that `read` refused.
template <typename Read>
auto read_named(const std::filesystem::path& path, Read read) {
    std::ifstream file{path, std::ios::binary};
    if (!file) throw std::runtime_error("cannot read " + path.string());
    try {
        return read(file);
    } catch (const std::exception& error) {
        throw std::runtime_error(path.string() + ": " + error.what());
    }
}

}  // namespace bench
