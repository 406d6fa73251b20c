#include "documents/sandbox.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>

// Sanitizers map terabytes of address space and ask for more system calls than a plain program.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SPILLWAY_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define SPILLWAY_SANITIZED 1
#endif
#endif
#ifndef SPILLWAY_SANITIZED
#define SPILLWAY_SANITIZED 0
#endif

namespace spillway::documents {

namespace {

constexpr bool sanitized = SPILLWAY_SANITIZED != 0;

[[noreturn]] void fail(int error, const char* what) {
    throw std::system_error(error, std::generic_category(), what);
}

struct FreeFilter {
    void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, FreeFilter>;

// Memory, time, and what is open already.
constexpr std::array reader_calls{
    SCMP_SYS(read),         SCMP_SYS(write),          SCMP_SYS(close),
    SCMP_SYS(lseek),        SCMP_SYS(fstat),          SCMP_SYS(munmap),
    SCMP_SYS(mremap),       SCMP_SYS(madvise),        SCMP_SYS(brk),
    SCMP_SYS(futex),        SCMP_SYS(exit),           SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday),   SCMP_SYS(time),
    SCMP_SYS(getrandom),    SCMP_SYS(sched_yield),    SCMP_SYS(restart_syscall),
    SCMP_SYS(getpid),       SCMP_SYS(gettid)};

// Libraries live without an answer to these. What stat(2) says of names is denied like the rest.
constexpr std::array denied_calls{SCMP_SYS(open),
                                  SCMP_SYS(openat),
                                  SCMP_SYS(stat),
                                  SCMP_SYS(lstat),
                                  SCMP_SYS(newfstatat),
                                  SCMP_SYS(statx),
                                  SCMP_SYS(access),
                                  SCMP_SYS(faccessat),
                                  SCMP_SYS(faccessat2),
                                  SCMP_SYS(readlink),
                                  SCMP_SYS(readlinkat),
                                  SCMP_SYS(getcwd),
                                  SCMP_SYS(ioctl),
                                  SCMP_SYS(fcntl),
                                  SCMP_SYS(uname),
                                  SCMP_SYS(sysinfo),
                                  SCMP_SYS(getdents64),
                                  SCMP_SYS(getrlimit),
                                  SCMP_SYS(sched_getaffinity)};

// On top of a reader's, until its own filter takes them away again.
constexpr std::array keeper_calls{
    SCMP_SYS(recvmsg),   SCMP_SYS(sendto),      SCMP_SYS(clone),
    SCMP_SYS(wait4),     SCMP_SYS(prctl),       SCMP_SYS(seccomp),
    SCMP_SYS(setitimer), SCMP_SYS(prlimit64),   SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),      SCMP_SYS(getppid),     SCMP_SYS(setrlimit),
    SCMP_SYS(dup2),      SCMP_SYS(rt_sigaction)};

void add(const Filter& filter, std::uint32_t action, int call) {
    // A call that this machine does not have needs no rule.
    const int error = seccomp_rule_add(filter.get(), action, call, 0);
    if (error != 0 && error != -EDOM) throw std::runtime_error("libseccomp takes no rule");
}

// Memory may hold data, never code.
void add_memory_calls(const Filter& filter) {
    const std::uint32_t allow = SCMP_ACT_ALLOW;
    const scmp_arg_cmp no_code{
        .arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0};
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
        if (seccomp_rule_add_array(filter.get(), allow, call, 1, &no_code) != 0)
            throw std::runtime_error("libseccomp takes no rule");
}

Filter filter_of_reader() {
    const std::uint32_t otherwise = sanitized ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS;
    Filter filter(seccomp_init(otherwise));
    if (!filter) throw std::runtime_error("libseccomp does not work here");
    for (const int call : reader_calls) add(filter, SCMP_ACT_ALLOW, call);
    for (const int call : denied_calls) add(filter, SCMP_ACT_ERRNO(EACCES), call);
    if (sanitized) add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sigaltstack));  // when a process exits
    add_memory_calls(filter);
    return filter;
}

std::string program_of(const Filter& filter) {
    const int file = ::memfd_create("filter", MFD_CLOEXEC);
    if (file < 0) fail(errno, "cannot make a file in memory");
    const int error = seccomp_export_bpf(filter.get(), file);
    std::string program(static_cast<std::size_t>(::lseek(file, 0, SEEK_END)), '\0');
    const ssize_t size = ::pread(file, program.data(), program.size(), 0);
    ::close(file);
    if (error != 0 || size != static_cast<ssize_t>(program.size()))
        throw std::runtime_error("libseccomp makes no program");
    return program;
}

void load(std::string& program) {
    sock_fprog instructions{
        .len = static_cast<unsigned short>(program.size() / sizeof(sock_filter)),
        .filter = reinterpret_cast<sock_filter*>(program.data())};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail(errno, "cannot refuse privileges");
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &instructions) != 0)
        fail(errno, "cannot apply a filter of system calls");
}

void limit(__rlimit_resource what, rlim_t most) {
    const rlimit limits{most, most};
    if (::setrlimit(what, &limits) != 0) fail(errno, "cannot set a limit");
}

// Pages of address space (proc(5), statm); 0 where there is no /proc.
std::uint64_t address_space() {
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    const std::unique_ptr<std::FILE, Close> file(std::fopen("/proc/self/statm", "re"));
    unsigned long pages = 0;
    if (!file || std::fscanf(file.get(), "%lu", &pages) != 1) return 0;
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// As it was when the keeper could still look: a reader begins as a copy of it.
std::uint64_t keepers_space = 0;

}  // namespace

ReaderFilter::ReaderFilter() : program_(program_of(filter_of_reader())) {}

void ReaderFilter::apply() const {
    std::string program = program_;
    load(program);
}

void restrict_keeper() {
    keepers_space = address_space();
    const Filter filter = filter_of_reader();
    for (const int call : keeper_calls) add(filter, SCMP_ACT_ALLOW, call);
    std::string program = program_of(filter);
    load(program);
}

void bound(const Bounds& bounds) {
    // Thread stacks and tables of the C library that come later, and a margin.
    constexpr std::uint64_t unforeseen = 64 << 20;
    constexpr rlim_t grace_seconds = 2;
    if (!sanitized)
        limit(RLIMIT_AS, (keepers_space != 0 ? keepers_space : address_space()) + unforeseen +
                             bounds.memory_bytes);
    limit(RLIMIT_CPU, bounds.time_ms / 1000 + grace_seconds);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NPROC, 0);
    limit(RLIMIT_NOFILE, 0);
    const itimerval once{
        .it_interval = {},
        .it_value = {.tv_sec = bounds.time_ms / 1000, .tv_usec = bounds.time_ms % 1000 * 1000}};
    if (::setitimer(ITIMER_PROF, &once, nullptr) != 0) fail(errno, "cannot set a timer");
}

}  // namespace spillway::documents
