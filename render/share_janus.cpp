#include "render/share_janus.hpp"

#include "render/share_seal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace render {
namespace {

std::string random_word() {
    std::array<std::byte, 16> bytes{};
    fill_random(bytes);
    return hexadecimal(bytes);
}

/// Janus binds to an address, not to a name.
std::string interface_of(const std::string& host) {
    if (host == "localhost") return "127.0.0.1";
    const bool address =
        host.find_first_not_of("0123456789.") == std::string::npos || host.find(':') != std::string::npos;
    return address ? host : std::string{};
}

std::string janus_says(const JanusWord& word) {
    return fmt::format("janus: {}", word.why.empty() ? word.kind : word.why);
}

bool session_is_gone(const JanusWord& word) {
    return word.error == janus_silent || word.error == janus_no_session;
}

}  // namespace

ShareJanus::ShareJanus(std::unique_ptr<JanusWire> wire, const std::string& host, Handlers handlers)
    : wire_{std::move(wire)},
      handlers_{std::move(handlers)},
      like_{0, random_word(), random_word(), interface_of(host)} {}

ShareJanus::~ShareJanus() {
    if (desk_ == 0) return;
    for (const auto& [name, mount] : mounts_)
        if (mount.id != 0 && !wire_->post_now(path(desk_), janus_unmount(mount))) return;
    wire_->post_now(path(0), janus_destroy());
}

std::string ShareJanus::path(std::uint64_t handle) const {
    return handle == 0 ? fmt::format("/{}", session_) : fmt::format("/{}/{}", session_, handle);
}

void ShareJanus::ask(std::uint64_t handle, const std::string& body, std::function<void(const JanusWord& word)> then) {
    wire_->post(path(handle), body, [this, run = run_, then = std::move(then)](const Words& words) {
        if (run != run_) return;
        if (session_is_gone(words.front())) return lose(janus_says(words.front()));
        if (then) then(words.front());
    });
}

// ---- the session -------------------------------------------------------------------------------------------

void ShareJanus::begin() {
    if (std::exchange(beginning_, true)) return;
    wire_->post("", janus_create(), [this, run = run_](const Words& words) {
        if (run != run_) return;
        if (words.front().kind != "success") return lose(janus_says(words.front()));
        session_ = words.front().id;
        ask(0, janus_attach(), [this](const JanusWord& word) {
            if (word.kind != "success") return lose(janus_says(word));
            desk_ = word.id;
            poll();
            for (const auto& [name, mount] : mounts_) create(name);
        });
    });
}

void ShareJanus::poll() {
    wire_->poll(path(0) + "?maxev=20", [this, run = run_](const Words& words) {
        for (const auto& word : words) {
            if (run != run_) return;
            hear(word);
        }
        if (run == run_) poll();
    });
}

void ShareJanus::hear(const JanusWord& word) {
    if (word.kind == "timeout" || (word.kind == "error" && word.sender == 0)) return lose(janus_says(word));
    const auto found =
        std::ranges::find_if(viewers_, [&](const auto& one) { return one.second.handle == word.sender; });
    if (found == viewers_.end() || word.sender == 0) return;
    if (word.error != 0 || word.kind == "hangup") return end(found->first, janus_says(word));
    if (!word.offer.empty()) handlers_.offered(found->first, word.offer);
}

void ShareJanus::lose(const std::string& why) {
    ++run_;
    session_ = desk_ = 0;
    beginning_ = false;
    viewers_.clear();
    for (const auto& [name, mount] : std::exchange(mounts_, {})) handlers_.lost(name, why);
}

// ---- mountpoints -------------------------------------------------------------------------------------------

ShareJanus::Mount ShareJanus::mount() {
    const auto name = next_mount_++;
    mounts_[name] = like_;
    if (desk_ != 0)
        create(name);
    else
        begin();
    return name;
}

void ShareJanus::create(Mount mount) {
    ask(desk_, janus_mount(mounts_.at(mount)), [this, mount](const JanusWord& word) { created(mount, word); });
}

void ShareJanus::created(Mount mount, const JanusWord& word) {
    const auto found = mounts_.find(mount);
    const bool good = word.kind == "success" && word.error == 0 && word.id != 0 && word.rtp_port != 0;
    if (found == mounts_.end()) {  // not wanted any more
        if (!good) return;
        auto stale = like_;
        stale.id = word.id;
        return ask(desk_, janus_unmount(stale), {});
    }
    if (!good) {
        mounts_.erase(found);
        std::erase_if(viewers_, [mount](const auto& one) { return one.second.mount == mount; });
        return handlers_.lost(mount, janus_says(word));
    }
    found->second.id = word.id;
    handlers_.mounted(mount, {word.rtp_port, word.rtcp_port});
    std::vector<Viewer> waiting;
    for (const auto& [viewer, watching] : viewers_)
        if (watching.mount == mount) waiting.push_back(viewer);
    for (const auto viewer : waiting) attach(viewer);
}

void ShareJanus::unmount(Mount mount) {
    const auto found = mounts_.find(mount);
    if (found == mounts_.end()) return;
    const auto gone = found->second;
    mounts_.erase(found);
    std::vector<Viewer> his;
    for (const auto& [viewer, watching] : viewers_)
        if (watching.mount == mount) his.push_back(viewer);
    for (const auto viewer : his) leave(viewer);
    if (gone.id != 0 && desk_ != 0) ask(desk_, janus_unmount(gone), {});
}

// ---- viewers -----------------------------------------------------------------------------------------------

void ShareJanus::watch(Viewer viewer, Mount mount) {
    leave(viewer);
    const auto found = mounts_.find(mount);
    if (found == mounts_.end()) return;
    viewers_[viewer] = {mount, 0, next_turn_++};
    if (found->second.id != 0) attach(viewer);
}

void ShareJanus::attach(Viewer viewer) {
    const auto now = viewers_.find(viewer);
    if (now == viewers_.end()) return;
    ask(0, janus_attach(), [this, viewer, turn = now->second.turn](const JanusWord& word) {
        const auto found = viewers_.find(viewer);
        const bool his = found != viewers_.end() && found->second.turn == turn;
        if (word.kind != "success") return his ? end(viewer, janus_says(word)) : void();
        if (!his) return ask(word.id, janus_detach(), {});
        found->second.handle = word.id;
        // The offer comes as an event.
        ask(word.id, janus_watch(mounts_.at(found->second.mount)), [this, viewer, turn](const JanusWord& said) {
            const auto still = viewers_.find(viewer);
            if (said.error != 0 && still != viewers_.end() && still->second.turn == turn) end(viewer, janus_says(said));
        });
    });
}

void ShareJanus::answer(Viewer viewer, const std::string& sdp) {
    const auto found = viewers_.find(viewer);
    if (found == viewers_.end() || found->second.handle == 0) return;
    ask(found->second.handle, janus_start(sdp), [this, viewer, turn = found->second.turn](const JanusWord& said) {
        const auto still = viewers_.find(viewer);
        if (said.error != 0 && still != viewers_.end() && still->second.turn == turn) end(viewer, janus_says(said));
    });
}

void ShareJanus::leave(Viewer viewer) {
    const auto found = viewers_.find(viewer);
    if (found == viewers_.end()) return;
    const auto handle = found->second.handle;
    viewers_.erase(found);
    if (handle != 0) ask(handle, janus_detach(), {});
}

void ShareJanus::end(Viewer viewer, const std::string& why) {
    leave(viewer);
    handlers_.ended(viewer, why);
}

}  // namespace render
