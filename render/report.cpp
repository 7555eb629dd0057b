#include "render/report.hpp"

#include "render/report_csv.hpp"
#include "render/report_figures.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>

namespace render {

namespace fs = std::filesystem;

struct Report::State {
    std::optional<fs::path> out;
    std::string version;
    Figures figures;
    std::optional<TimelineCsv> csv;

    void write_csv_out() {
        if (!csv) return;
        csv->flush();
        figures.rows_lost = csv->rows_lost();
    }
};

namespace {

void make_folder(const fs::path& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error)
        throw std::runtime_error(fmt::format("report: cannot create folder {}: {}", path.string(), error.message()));
}

/// Whole or not at all: a reader never sees half a summary.
void write_summary(const fs::path& path, const std::string& json) {
    const auto part = fs::path{path}.concat(".part").string();
    std::FILE* file = std::fopen(part.c_str(), "w");
    bool written = file != nullptr && std::fwrite(json.data(), 1, json.size(), file) == json.size();
    if (file != nullptr) written = std::fclose(file) == 0 && written;
    if (written && std::rename(part.c_str(), path.c_str()) == 0) return;
    fmt::print(stderr, "report: cannot write {}: {}\n", path.string(), std::generic_category().message(errno));
    std::remove(part.c_str());
}

}  // namespace

Report::Report(std::optional<fs::path> out, Endpoints endpoints, transport::Timestamp start, std::string version)
    : state_{std::make_unique<State>(State{std::move(out), std::move(version), {std::move(endpoints), start}, {}})} {
    if (!state_->out) return;
    make_folder(*state_->out);
    std::error_code nothing_there;
    fs::remove(*state_->out / "summary.json", nothing_there);  // of an earlier run: it would not fit the new rows
    state_->csv.emplace(*state_->out / "timeline.csv", start);
}

Report::~Report() {
    if (state_) state_->write_csv_out();
}
Report::Report(Report&&) noexcept = default;
Report& Report::operator=(Report&&) noexcept = default;

transport::Timestamp Report::start() const {
    return state_->figures.start;
}

void Report::add(const PresentedFrame& frame) {
    state_->figures.add(frame);
    if (state_->csv) state_->csv->add(frame);
}

void Report::dropped(std::string_view reason, std::uint64_t count) {
    auto& drops = state_->figures.drops;
    if (const auto known = drops.find(reason); known != drops.end())
        known->second = count;
    else
        drops.emplace(reason, count);
}

void Report::checked(const PixelCheckResult& result) {
    state_->figures.pixel_check = result;
}

std::string Report::line(transport::Timestamp now) {
    state_->write_csv_out();
    auto text = report_line(state_->figures, now);
    state_->figures.window.clear(now);
    return text;
}

std::string Report::table() const {
    return report_table(state_->figures);
}

void Report::finish() {
    state_->write_csv_out();
    if (state_->out) write_summary(*state_->out / "summary.json", report_json(state_->figures, state_->version));
}

void Report::tell(transport::MetricsPage& page) const {
    using transport::Metric;
    const auto& scraped = *state_->figures.scraped;
    page.add(Metric::frames, {{"direction", "out"}, {"stream", "view"}}, scraped.frames.load());
    for (const auto modality : modalities) {
        const transport::MetricLabels labels{{"modality", name(modality)}};
        page.add(Metric::captured_to_presented, labels, scraped.totals[index(modality)].counts());
        page.add(Metric::untimed_frames, labels, scraped.untimed[index(modality)].load());
    }
    scraped.hops.tell(page);
}

std::uint64_t Report::rows_lost() const {
    return state_->csv ? state_->csv->rows_lost() : 0;
}

}  // namespace render
