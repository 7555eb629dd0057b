// A result with all that lies beside it, on disk as a benchmark leaves it, with one slow frame planted.
#pragma once

#include "fakes/shown_run.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace fakes {

struct ReportedRun {
    ShownRun run{.period_us = 33'333, .frames = 300};
    std::string contender = "product";
    std::string judge = "in-picture code";
    std::size_t repeats = 2;
    std::uint32_t slow_frame = 100;  ///< of every repeat; later ones are slower
    std::int64_t slow_by_us = 10'000;
    std::int64_t seen_later_us = 0;  ///< by this judge
    bool raw = true;                 ///< timelines and states

    [[nodiscard]] std::int64_t slow_us(std::size_t repeat) const {
        return slow_by_us + 1'000 * static_cast<std::int64_t>(repeat);
    }
    [[nodiscard]] bench::RunInput input(std::size_t repeat) const {
        auto out = run.input();
        for (auto& code : out.codes)
            code.presented_us += seen_later_us + (code.sequence == slow_frame ? slow_us(repeat) : 0);
        out.measured.until_us += seen_later_us;
        if (raw) out.timelines = timelines(repeat);
        return out;
    }
    /// The slow frame lost its time at the server.
    [[nodiscard]] std::vector<render::PresentedFrame> timelines(std::size_t repeat) const {
        using transport::Stage;
        auto out = run.timelines(transport::Microseconds{0});
        for (auto& picture : out)
            for (auto& source : picture.sources)
                for (const auto stage : {Stage::published, Stage::delivered, Stage::presented})
                    if (source.sequence == slow_frame)
                        source.timeline.mark(stage,
                                             *source.timeline.at(stage) + transport::Microseconds{slow_us(repeat)});
        return out;
    }
    /// Writes NAME.json, NAME.csv and NAME/1, NAME/2, …; returns the result's path.
    std::filesystem::path write(const std::filesystem::path& folder, const std::string& name,
                                const std::string& scenario = "cathlab") const {
        auto result = result_of({});
        result.scenario = scenario;
        result.contender = contender;
        result.judge = judge;
        std::ofstream frames{folder / (name + ".csv")};
        frames << bench::frames_header;
        for (std::size_t repeat = 1; repeat <= repeats; ++repeat) {
            const auto given = input(repeat);
            const auto figures = bench::run_figures(given);
            bench::add_repeat(result, given, figures);
            bench::write_frames(frames, repeat, figures);
            if (raw) write_raw(folder / name / std::to_string(repeat), repeat);
        }
        const auto path = folder / (name + ".json");
        std::ofstream{path} << bench::result_json(result);
        return path;
    }

private:
    void write_raw(const std::filesystem::path& folder, std::size_t repeat) const {
        std::filesystem::create_directories(folder);
        render::Report report{folder, {}, transport::timestamp(-5'000'000)};  // the run began 5 s before
        for (const auto& picture : timelines(repeat)) report.add(picture);
        report.finish();
        std::ofstream{folder / "states.csv"} << "since_start_us,clock_us,who,state\n"
                                                "5000000,0,ultrasound,LIVE\n"
                                                "7000000,2000000,ultrasound,STALE\n"
                                                "7500000,2500000,ultrasound,LIVE\n";
    }
};

}  // namespace fakes
