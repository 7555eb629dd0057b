// The parent's end of a child process. Made, heard and ended on the main loop's thread; written to from any.
#pragma once

#include "render/share_message.hpp"
#include "render/share_pipe.hpp"

#include <sys/types.h>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace render {

class ShareChild {
public:
    struct Handlers {
        std::function<void(PipeMessage message)> said;      ///< must not destroy this child
        std::function<void(const std::string& why)> ended;  ///< by itself; may destroy this child
    };
    /// Starts `command`, which finds its end of the pipe as descriptor 3. Throws std::runtime_error in one line.
    ShareChild(const std::vector<std::string>& command, Handlers handlers);
    /// Kills it.
    ~ShareChild();
    ShareChild(const ShareChild&) = delete;
    ShareChild& operator=(const ShareChild&) = delete;

    /// What feeds write to; it outlives the child as long as they hold it.
    [[nodiscard]] const std::shared_ptr<PipeWriter>& pipe() const { return pipe_; }
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    struct Calls;
    void read();
    void end(const std::string& why);

    Handlers handlers_;
    pid_t pid_ = -1;
    std::shared_ptr<int> descriptor_;
    std::shared_ptr<PipeWriter> pipe_;
    PipeReader reader_;
    std::string failed_;
    unsigned watch_ = 0;  ///< GLib source
};

}  // namespace render
