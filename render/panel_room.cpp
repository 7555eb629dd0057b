#include "render/panel.hpp"

#include <algorithm>

namespace render {

using transport::Rect;

namespace {

bool meet(const Rect& a, const Rect& b) {
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

std::vector<int> edges(int from, int to, const std::vector<Rect>& panes, int Rect::*at, int Rect::*size) {
    std::vector<int> all{from, to};
    for (const auto& pane : panes)
        for (const int edge : {pane.*at, pane.*at + pane.*size})
            if (edge > from && edge < to) all.push_back(edge);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

}  // namespace

Rect largest_free(Rect canvas, const std::vector<Rect>& panes) {
    // The largest one touches an edge on each side. Eight panes at most: every pair of edges is tried.
    const auto columns = edges(canvas.x, canvas.x + canvas.width, panes, &Rect::x, &Rect::width);
    const auto rows = edges(canvas.y, canvas.y + canvas.height, panes, &Rect::y, &Rect::height);
    Rect best;
    for (std::size_t left = 0; left < columns.size(); ++left) {
        for (std::size_t right = left + 1; right < columns.size(); ++right) {
            for (std::size_t top = 0; top < rows.size(); ++top) {
                for (std::size_t bottom = top + 1; bottom < rows.size(); ++bottom) {
                    const Rect one{columns[left], rows[top], columns[right] - columns[left], rows[bottom] - rows[top]};
                    const bool free =
                        std::none_of(panes.begin(), panes.end(), [&](const Rect& pane) { return meet(one, pane); });
                    const auto area = [](const Rect& r) { return std::int64_t{r.width} * r.height; };
                    if (free && area(one) > area(best)) best = one;
                }
            }
        }
    }
    return best;
}

}  // namespace render
