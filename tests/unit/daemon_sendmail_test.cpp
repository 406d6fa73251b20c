// Programs that take mail, as scripts the test writes.
#include "daemon/sendmail.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <csignal>

#include <boost/test/unit_test.hpp>

#include "system/descriptor.h"
#include "unit/daemon_folder.h"

using namespace spillway;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

struct Programs {
    Folder folder;

    std::string script(const std::string& text) const {
        folder.write("program", "#!/bin/sh\ncd " + folder.path + "\n" + text + "\n");
        ::chmod((folder / "program").c_str(), 0755);
        return folder / "program";
    }
    daemon::Attempt run(const std::string& text, const std::string& input = "",
                        std::chrono::milliseconds most = 30s) const {
        return run_words({script(text)}, input, most);
    }
    static daemon::Attempt run_words(const std::vector<std::string>& words,
                                     const std::string& input, std::chrono::milliseconds most) {
        const auto end = steady_clock::now() + most;
        return daemon::run_program(words, input, [end] {
            return std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
        });
    }
    std::string why(const daemon::Attempt& attempt) const {
        return attempt ? "" : attempt.error().why.substr((folder / "program ").size());
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_command_line_is_one_that_postfix_and_sendmail_take) {
    const auto words = daemon::sendmail_words({"/usr/sbin/sendmail", "-C", "x"}, {"a@b", "c"});
    const std::vector<std::string> expected{
        "/usr/sbin/sendmail", "-C", "x", "-i", "-f", "<>", "--", "a@b", "c"};
    BOOST_TEST(words == expected, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(the_program_gets_its_words_and_all_of_the_input, Programs) {
    const std::string letter(1'000'000, 'x');
    const auto program = script("cat > letter; echo \"$@\" > words");
    BOOST_TEST(run_words({program, "-f", "<>", "--", "a b"}, letter, 30s).has_value());
    BOOST_TEST((folder.read("letter") == letter));
    BOOST_TEST(folder.read("words") == "-f <> -- a b\n");
}

BOOST_FIXTURE_TEST_CASE(a_program_that_reads_nothing_may_still_take_the_mail, Programs) {
    BOOST_TEST(run("exit 0", std::string(1'000'000, 'x')).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_failure_is_told_with_its_code_and_words, Programs) {
    BOOST_TEST(why(run("echo queue is full >&2; exit 75")) ==
               "ended with exit code 75: queue is full");
    BOOST_TEST(why(run("exit 1")) == "ended with exit code 1");
    BOOST_TEST(why(run("kill -11 $$")) == "was ended by signal 11");
    BOOST_TEST(!run("exit 75").error().for_good);
}

BOOST_FIXTURE_TEST_CASE(endless_words_are_cut_and_hold_up_nobody, Programs) {
    const auto attempt = run("head -c 3000000 /dev/zero | tr '\\0' x; exit 3");
    BOOST_TEST(why(attempt).starts_with("ended with exit code 3: xxx"));
    BOOST_TEST(why(attempt).size() < 400U);
}

BOOST_FIXTURE_TEST_CASE(a_missing_program_is_told, Programs) {
    const auto attempt = run_words({folder / "absent"}, "", 30s);
    BOOST_TEST(attempt.error().why ==
               "cannot run " + folder.path + "/absent: No such file or directory");
}

BOOST_FIXTURE_TEST_CASE(a_hanging_program_is_ended_with_all_it_started, Programs) {
    ::mkfifo((folder / "fifo").c_str(), 0600);
    const auto begun = steady_clock::now();
    // The inner one holds the fifo open for writing: its end is seen by the reader below.
    const auto attempt =
        run("sh -c 'exec 3>fifo; exec sleep 600' & cat fifo > /dev/null", "", 300ms);
    BOOST_TEST(why(attempt) == "took too long and was ended");
    BOOST_TEST((steady_clock::now() - begun < 20s));
    const system::Descriptor fifo(::open((folder / "fifo").c_str(), O_RDONLY | O_NONBLOCK));
    char byte = 0;
    ssize_t count = -1;
    while ((count = ::read(fifo.get(), &byte, 1)) < 0 && errno == EAGAIN) continue;
    BOOST_TEST(count == 0);  // nobody has it open any more
}

BOOST_FIXTURE_TEST_CASE(what_the_program_leaves_behind_holds_up_nobody, Programs) {
    const auto begun = steady_clock::now();
    BOOST_TEST(run("sleep 60 & echo $! > pid; exit 0").has_value());
    BOOST_TEST((steady_clock::now() - begun < 20s));
    BOOST_TEST(::kill(std::stoi(folder.read("pid")), SIGKILL) == 0);  // it was left alone
}

BOOST_FIXTURE_TEST_CASE(a_program_that_closes_its_output_is_still_waited_for, Programs) {
    BOOST_TEST(why(run("exec >&- 2>&-; sleep 0.2; exit 9")) == "ended with exit code 9");
}

BOOST_FIXTURE_TEST_CASE(the_program_inherits_no_descriptor_and_no_blocked_signal, Programs) {
    const system::Descriptor open_one(::open("/dev/null", O_RDONLY));  // not close-on-exec
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    const auto old = std::signal(SIGPIPE, SIG_IGN);
    // The shell blocks signals of its own while it waits, so the last word is a program it becomes.
    const bool ran = run("ls /proc/self/fd | wc -w > fds; "
                         "exec grep -E 'Sig(Blk|Ign)' /proc/self/status > signals")
                         .has_value();
    std::signal(SIGPIPE, old);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    BOOST_TEST(ran);
    BOOST_TEST(folder.read("fds") == "4\n");  // its three, and the one ls reads with
    const std::string signals = folder.read("signals");
    BOOST_TEST(signals.starts_with("SigBlk:\t0000000000000000\nSigIgn:\t"));
    BOOST_TEST(signals.ends_with("0000000\n"));  // 1 to 28; the C library keeps 32 and 33 to itself
}
