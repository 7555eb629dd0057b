// What people have drawn, and where they point: the room's list, without a pixel.
#pragma once

#include "transport/bus.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace augment {

/// The room's annotations, oldest first. Not thread safe: copy it under the room's lock; copies share what was drawn.
class Annotations {
public:
    struct Drawn : transport::Annotation {
        double ink = 0;  ///< length of its lines, as a multiple of the picture's side
    };
    using Drawing = std::shared_ptr<const Drawn>;
    struct Pointer {
        transport::Annotation where;
        transport::Timestamp came{};
        /// It is shown for 1.5 s: who points on sends it again.
        [[nodiscard]] bool shown(transport::Timestamp now) const;
    };

    /// Everything but a pointer. Refuses (with one line that says why) what is malformed, and what goes beyond an
    /// owner's share: nobody can take the others' room. Nothing on success. An owner's known id replaces that
    /// annotation, a banner the banner.
    [[nodiscard]] std::optional<std::string> add(transport::Annotation annotation);
    /// A pointer; it replaces its owner's.
    [[nodiscard]] std::optional<std::string> point(transport::Annotation pointer, transport::Timestamp now);
    void take_pointer_away(const std::string& owner);
    /// Takes that owner's newest drawing away; false when there is none.
    bool undo(const std::string& owner);
    /// Takes away what that owner has drawn, and his pointer.
    void clear(const std::string& owner);
    /// Takes all drawings and pointers away. The banner stays: it names the session.
    void clear();

    [[nodiscard]] const std::vector<Drawing>& all() const { return all_; }
    [[nodiscard]] const std::vector<Pointer>& pointers() const { return pointers_; }
    /// Counts every change, so that an author's own page knows when the picture has caught up.
    [[nodiscard]] std::uint32_t revision() const { return revision_; }

private:
    [[nodiscard]] std::optional<std::string> no_room_for(const Drawn& next) const;
    template <typename Goes>
    bool remove(Goes goes);

    std::vector<Drawing> all_;
    std::vector<Pointer> pointers_;
    std::uint32_t revision_ = 0;
    std::uint32_t next_id_ = 1;
};

}  // namespace augment
