#include "render/report_csv.hpp"

#include "render/report_figures.hpp"

#include <fmt/format.h>

#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace render {

namespace {

constexpr std::size_t most_pending = 1 << 20;

std::string header_line() {
    std::string line = "stream,sequence,annotation_revision,skew_us";
    for (const auto modality : modalities) {
        const auto who = name(modality);
        line += fmt::format(",{0}_stream,{0}_sequence,{0}_clock_bound_us,{0}_acquired_estimated", who);
        for (std::size_t i = 0; i < transport::stage_count; ++i)
            line += fmt::format(",{}_{}_us", who, name(static_cast<transport::Stage>(i)));
    }
    return line + '\n';
}

void append_source(std::string& row, const transport::FrameHeader* header, transport::Timestamp start) {
    if (header == nullptr) {
        row.append(4 + transport::stage_count, ',');
        return;
    }
    const auto& timeline = header->timeline;
    fmt::format_to(std::back_inserter(row), ",{},{},{},{}", header->stream, header->sequence,
                   timeline.clock_bound.count(), timeline.acquired_estimated ? 1 : 0);
    for (std::size_t i = 0; i < transport::stage_count; ++i) {
        row += ',';
        if (const auto time = timeline.at(static_cast<transport::Stage>(i)))
            fmt::format_to(std::back_inserter(row), "{}", (*time - start).count());
    }
}

}  // namespace

TimelineCsv::TimelineCsv(const std::filesystem::path& path, transport::Timestamp start)
    : path_{path.string()}, start_{start}, file_{std::fopen(path_.c_str(), "w")}, pending_{header_line()} {
    if (!file_ || !write_out())
        throw std::runtime_error(
            fmt::format("report: cannot write {}: {}", path_, std::generic_category().message(errno)));
}

TimelineCsv::~TimelineCsv() = default;
TimelineCsv::TimelineCsv(TimelineCsv&&) noexcept = default;
TimelineCsv& TimelineCsv::operator=(TimelineCsv&&) noexcept = default;

void TimelineCsv::add(const PresentedFrame& frame) {
    if (!file_) {
        ++rows_lost_;
        return;
    }
    fmt::format_to(std::back_inserter(pending_), "{},{},{},", frame.stream, frame.sequence, frame.annotation_revision);
    if (frame.skew) fmt::format_to(std::back_inserter(pending_), "{}", frame.skew->count());
    for (const auto modality : modalities) {
        const auto source = std::ranges::find(frame.sources, modality, &transport::FrameHeader::modality);
        append_source(pending_, source == frame.sources.end() ? nullptr : &*source, start_);
    }
    pending_ += '\n';
    ++pending_rows_;
    if (pending_.size() >= most_pending) flush();
}

bool TimelineCsv::write_out() {
    const bool written = std::fwrite(pending_.data(), 1, pending_.size(), file_.get()) == pending_.size() &&
                         std::fflush(file_.get()) == 0;
    if (written) whole_bytes_ = std::ftell(file_.get());
    pending_.clear();
    return written;
}

void TimelineCsv::flush() {
    if (!file_ || pending_.empty()) return;
    if (!write_out()) {
        fmt::print(stderr, "report: cannot write {}: {}; its rows are only counted from here on\n", path_,
                   std::generic_category().message(errno));
        rows_lost_ += pending_rows_;
        file_.reset();
        std::error_code too_late;
        std::filesystem::resize_file(path_, static_cast<std::uintmax_t>(whole_bytes_), too_late);
    }
    pending_rows_ = 0;
}

}  // namespace render
