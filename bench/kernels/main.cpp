// kernels_bench: times the kernels on a bare machine with a GPU. The rows are those of `scialytic bench fusion --only
// gpu`.
#include "bench/fusion_gpu.hpp"

#include <cstdio>
#include <exception>

int main() {
    try {
        const auto say = [](const std::string& what) { std::printf("%s\n", what.c_str()); };
        const auto figures = bench::gpu_figures(say, {});
        for (const auto& row : figures.rows)
            std::printf("%-45s %10.4f %s\n", row.name.c_str(), row.value, row.unit.c_str());
        if (figures.missing.empty()) return 0;
        std::fprintf(stderr, "%s\n", figures.missing.c_str());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "kernels_bench: %s\n", error.what());
    }
    return 1;
}
