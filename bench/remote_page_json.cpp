#include "bench/remote_page.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;

namespace {

constexpr std::string_view page_driver = "bench/remote_page.mjs";

std::optional<double> number_or_nothing(const nlohmann::json& from, const char* key) {
    const auto found = from.find(key);
    return found != from.end() && found->is_number() ? std::optional{found->get<double>()} : std::nullopt;
}

PageFigures page_figures(const nlohmann::json& from) {
    PageFigures out;
    for (const auto& [key, stream] : from.at("streams").items()) {
        const auto modality = modality_named(key);
        if (!modality) continue;
        auto& into = out.streams[*modality];
        into.frames = stream.at("frames");
        into.p50_ms = stream.at("p50Ms");
        into.p99_ms = stream.at("p99Ms");
        into.max_ms = stream.at("maxMs");
        into.said_p50_ms = number_or_nothing(stream, "saidP50Ms");
        into.said_p99_ms = number_or_nothing(stream, "saidP99Ms");
        into.said_bound_ms = number_or_nothing(stream, "saidBoundMs");
    }
    for (const auto& one : from.value("strokes", nlohmann::json::array())) {
        auto& stroke = out.strokes.emplace_back();
        stroke.lifted_us = one.at("liftedUs");
        if (one.contains("shownUs")) stroke.shown_us = one.at("shownUs").get<std::int64_t>();
        stroke.revision = one.value("revision", 0U);
    }
    out.bound_ms = from.at("boundMs");
    out.pictures_per_s = from.at("picturesPerS");
    out.unreadable = from.at("unreadable");
    out.agree = from.at("agree");
    out.disagree = from.at("disagree");
    out.compared = from.at("compared");
    out.beyond_bounds = from.at("beyondBounds");
    out.largest_difference_ms = from.at("largestDifferenceMs");
    out.jitter_buffer_ms = number_or_nothing(from, "jitterBufferMs");
    out.decode_ms = number_or_nothing(from, "decodeMs");
    return out;
}

}  // namespace

PageReport read_page_report(std::string_view printed) {
    PageReport report;
    std::istringstream lines{std::string{printed}};
    for (std::string line; std::getline(lines, line) && !lines.eof();) {
        const auto json = nlohmann::json::parse(line, nullptr, false);
        if (!json.is_object() || !json.contains("is")) continue;
        try {
            const std::string is = json.at("is");
            if (is == "measuring") report.step = PageStep::measuring;
            if (is == "failed") report = {PageStep::failed, json.at("why"), {}};
            if (is == "done") report = {PageStep::done, {}, page_figures(json)};
        } catch (const nlohmann::json::exception& error) {
            return {PageStep::failed, fmt::format("a line of another kind: {}", error.what()), {}};
        }
    }
    return report;
}

RemotePage::RemotePage(const std::vector<std::string>& words, std::filesystem::path log)
    : log_{std::move(log)}, process_{[&] {
          if (!std::filesystem::exists(page_driver))
              throw std::runtime_error(fmt::format("no {} here: run it from the project's folder", page_driver));
          std::filesystem::remove(log_);  // what an earlier run printed
          std::vector<std::string> command{"node", std::string{page_driver}};
          command.insert(command.end(), words.begin(), words.end());
          return Process::start(command, log_);
      }()} {}

PageReport RemotePage::look() {
    const auto ended = process_.ended();  // before its last words are read
    std::ifstream file{log_};
    std::stringstream printed;
    printed << file.rdbuf();
    auto report = read_page_report(printed.str());
    if (report.step != PageStep::done && report.step != PageStep::failed && ended)
        report = {PageStep::failed, fmt::format("it ended with {}", *ended), {}};
    if (report.step == PageStep::failed)
        throw std::runtime_error(fmt::format("the browser: {}: see {}", report.why, log_.string()));
    return report;
}

}  // namespace bench
