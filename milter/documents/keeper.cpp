#include "documents/keeper.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "documents/office_xml.h"
#include "documents/pdf.h"
#include "documents/reading.h"
#include "documents/sandbox.h"
#include "extract/wire.h"
#include "mail/text.h"
#include "system/files.h"

namespace spillway::documents {

namespace {

using system::fail;

// Ends the reader when the daemon does not listen any more: nobody wants to know then.
void write_or_end(int fd, std::string_view bytes) {
    try {
        system::write_all(fd, bytes, "write what was read");
    } catch (const std::system_error&) {
        ::_exit(1);
    }
}

std::string_view mapped(int file, std::size_t size) {
    if (size == 0) return {};
    void* const start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (start == MAP_FAILED) fail("map the document");
    return {static_cast<const char*>(start), size};
}

Findings findings_of(const extract::Request& request, std::string_view bytes, int output) {
    Reading reading(request.limits,
                    [output](const Piece& piece) { write_or_end(output, extract::frame(piece)); });
    try {
        reading.read(
            {.path = {}, .name = request.name, .label = request.label, .bytes = bytes, .depth = 0});
    } catch (const std::bad_alloc&) {
        Findings findings = reading.findings();
        findings.trouble = Trouble::memory;
        return findings;
    }
    return reading.findings();
}

// All that a reader ever does. Nothing of what belongs to the keeper is left to it: the document,
// and the pipe, are its only descriptors.
[[noreturn]] void be_reader(const extract::ReceivedRequest& received, const ReaderFilter& filter) {
    const extract::Request& request = received.request;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int fd : {extract::control_descriptor, STDOUT_FILENO, STDERR_FILENO}) ::close(fd);
    const std::string_view bytes = mapped(received.document.get(), request.size);
    bound({.memory_bytes = request.limits.memory_bytes, .time_ms = request.limits.time_ms});
    filter.apply();
    write_or_end(received.output.get(),
                 extract::frame(findings_of(request, bytes, received.output.get())));
    ::_exit(0);
}

// The wait status of the reader.
int read_apart(extract::ReceivedRequest received, const ReaderFilter& filter) {
    const pid_t reader = ::fork();
    if (reader < 0) fail("start a reader");
    if (reader == 0) {
        try {
            be_reader(received, filter);
        } catch (...) {
            ::_exit(1);
        }
    }
    // The daemon hears that the reader has ended when nobody holds the pipe any more.
    received.document.close();
    received.output.close();
    int status = 0;
    while (::waitpid(reader, &status, 0) < 0 && errno == EINTR) continue;
    return status;
}

}  // namespace

void keep_reading() {
    mail::prepare_libraries();
    prepare_xml();
    prepare_pdf();
    const ReaderFilter filter;
    restrict_keeper();
    while (auto received = extract::receive_request(extract::control_descriptor)) {
        const int status = read_apart(std::move(*received), filter);
        extract::send_status(extract::control_descriptor, status);
    }
}

}  // namespace spillway::documents
