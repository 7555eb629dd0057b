#include "bench/named_file.hpp"
#include "bench/watch_report.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <stdexcept>

namespace bench {

transport::Microseconds watch_uncertainty(const std::filesystem::path& folder) {
    return read_named(folder / "watch.json", [](std::istream& file) {
        try {
            const auto us = nlohmann::json::parse(file).at("uncertainty_us").at("p99").get<double>();
            return transport::Microseconds{std::llround(std::ceil(us))};
        } catch (const nlohmann::json::exception&) {
            throw std::runtime_error("it does not tell uncertainty_us.p99");
        }
    });
}

}  // namespace bench
