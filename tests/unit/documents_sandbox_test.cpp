// What a reader may not do, tried by a process that has become one.
#include "documents/sandbox.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <optional>

#include <boost/test/unit_test.hpp>

#include "effort.h"

using namespace spillway::documents;

namespace {

constexpr int done = 40;     // exit codes of the child
constexpr int refused = 41;  // by an error

// The wait status of a process that does this with the rights of a reader.
int status_of(const std::function<int()>& deed) {
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            const ReaderFilter filter;
            bound({.memory_bytes = 64 << 20, .time_ms = 200});
            filter.apply();
            ::_exit(deed());
        } catch (...) {
            ::_exit(1);
        }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

bool ends_by(int status, int signal) { return WIFSIGNALED(status) && WTERMSIG(status) == signal; }
bool exits_with(int status, int code) { return WIFEXITED(status) && WEXITSTATUS(status) == code; }

int opened(const char* path, int flags) {
    return ::open(path, flags, 0600) < 0 && errno == EACCES ? refused : done;
}

}  // namespace

// A sanitizer needs calls of its own, for which its build leaves gaps.
BOOST_AUTO_TEST_SUITE(sandbox, *boost::unit_test::enable_if<!is_sanitized>())

BOOST_AUTO_TEST_CASE(what_it_has_it_may_use) {
    BOOST_TEST(exits_with(status_of([] {
                              std::string memory(1 << 20, 'x');
                              return memory[12345] == 'x' ? done : refused;
                          }),
                          done));
}

BOOST_AUTO_TEST_CASE(no_file_can_be_opened) {
    BOOST_TEST(exits_with(status_of([] { return opened("/etc/passwd", O_RDONLY); }), refused));
    BOOST_TEST(exits_with(status_of([] { return opened("/dev/null", O_WRONLY); }), refused));
}

BOOST_AUTO_TEST_CASE(the_network_is_death) {
    BOOST_TEST(ends_by(status_of([] { return ::socket(AF_INET, SOCK_STREAM, 0) < 0 ? 1 : done; }),
                       SIGSYS));
    BOOST_TEST(ends_by(status_of([] { return ::socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? 1 : done; }),
                       SIGSYS));
    BOOST_TEST(ends_by(status_of([] { return ::connect(0, nullptr, 0) < 0 ? 1 : done; }), SIGSYS));
}

BOOST_AUTO_TEST_CASE(no_process_can_be_started_or_hurt) {
    BOOST_TEST(ends_by(status_of([] { return ::fork() < 0 ? 1 : done; }), SIGSYS));
    BOOST_TEST(ends_by(status_of([] { return ::kill(::getppid(), 0) < 0 ? 1 : done; }), SIGSYS));
    BOOST_TEST(ends_by(status_of([] {
                           ::execl("/bin/true", "true", nullptr);
                           return done;
                       }),
                       SIGSYS));
}

BOOST_AUTO_TEST_CASE(no_memory_can_become_code) {
    BOOST_TEST(ends_by(status_of([] {
                           ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                           return done;
                       }),
                       SIGSYS));
}

BOOST_AUTO_TEST_CASE(time_of_the_processor_ends) {
    BOOST_TEST(ends_by(status_of([]() -> int {
                           volatile bool goes_on = true;
                           while (goes_on) continue;
                           return done;
                       }),
                       SIGPROF));
}

BOOST_AUTO_TEST_CASE(memory_ends) {
    BOOST_TEST(exits_with(status_of([] {
                              void* const much = ::mmap(nullptr, 1 << 30, PROT_READ | PROT_WRITE,
                                                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                              return much == MAP_FAILED && errno == ENOMEM ? refused : done;
                          }),
                          refused));
}

BOOST_AUTO_TEST_SUITE_END()
