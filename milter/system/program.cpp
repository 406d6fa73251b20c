#include "system/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "system/files.h"

namespace spillway::system {

namespace {

class Actions {
  public:
    explicit Actions(const std::vector<int>& descriptors) {
        posix_spawn_file_actions_init(&actions_);
        int number = 0;
        for (const int descriptor : descriptors)
            posix_spawn_file_actions_adddup2(&actions_, descriptor, number++);
        posix_spawn_file_actions_addclosefrom_np(&actions_, number);
        posix_spawn_file_actions_addchdir_np(&actions_, "/");
    }
    ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

class Attributes {
  public:
    Attributes() {
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_init(&attributes_);
        posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
    }
    ~Attributes() { posix_spawnattr_destroy(&attributes_); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    const posix_spawnattr_t* get() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_{};
};

// As the system's calls want them: pointers that a null pointer ends, into the given strings.
std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

}  // namespace

Pipe::Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("make a pipe");
    out = Descriptor(ends[0]);
    in = Descriptor(ends[1]);
    ::fcntl(out.get(), F_SETFL, O_NONBLOCK);  // of our end alone: two file descriptions
}

pid_t start_program(const std::vector<std::string>& words,
                    const std::vector<std::string>& environment,
                    const std::vector<int>& descriptors) {
    const Actions actions(descriptors);
    const Attributes attributes;
    pid_t pid = 0;
    errno = ::posix_spawn(&pid, words.front().c_str(), actions.get(), attributes.get(),
                          pointers(words).data(), pointers(environment).data());
    if (errno != 0) fail("run " + words.front());
    return pid;
}

std::vector<std::string> own_environment() {
    std::vector<std::string> lines;
    for (char** line = environ; *line != nullptr; ++line) lines.emplace_back(*line);
    return lines;
}

}  // namespace spillway::system
