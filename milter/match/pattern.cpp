#include "match/pattern.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <ctime>
#include <new>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "mail/text.h"
#include "mail/utf8.h"

namespace spillway::match {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

// PCRE2 counts afresh at each position where a match may begin, so its limit bounds one position
// only. A search therefore goes in windows of beginnings, with a look at the clock in between.
constexpr std::uint32_t match_limit = 200'000;
constexpr std::uint32_t depth_limit = 20'000;  // the interpreter only, like the next
constexpr std::uint32_t heap_limit_kib = 16'384;
constexpr std::size_t window_bytes = 512;
constexpr nanoseconds time_budget = milliseconds(100);  // of this thread's CPU

struct FreeCode {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeMatchData {
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeMatchContext {
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct FreeJitStack {
    void operator()(pcre2_jit_stack* stack) const { pcre2_jit_stack_free(stack); }
};

nanoseconds thread_cpu_time() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

// The clock on the wall is the cheap one; CPU time, a system call that the many quick searches
// never make, keeps a busy machine from turning answers into cannot_tell.
class Deadline {
  public:
    explicit Deadline(steady_clock::time_point began) : began_(began) {}

    bool passed() {
        const auto on_the_wall = steady_clock::now() - began_;
        if (on_the_wall < unmeasured) return false;
        if (!cpu_began_) cpu_began_ = thread_cpu_time() - unmeasured;
        if (on_the_wall < time_budget) return false;
        return thread_cpu_time() - *cpu_began_ >= time_budget;
    }

  private:
    // What goes by before CPU time is asked for; taken to have been used up.
    static constexpr nanoseconds unmeasured = milliseconds(1);

    steady_clock::time_point began_;
    std::optional<nanoseconds> cpu_began_;
};

// The letters Perl uses; 0 for any other.
std::uint32_t option_of(char flag) {
    switch (flag) {
        case 'i':
            return PCRE2_CASELESS;
        case 's':
            return PCRE2_DOTALL;
        case 'm':
            return PCRE2_MULTILINE;
        case 'x':
            return PCRE2_EXTENDED;
        default:
            return 0;
    }
}

std::string error_text(int code) {
    std::array<PCRE2_UCHAR, 256> buffer{};
    pcre2_get_error_message(code, buffer.data(), buffer.size());
    return reinterpret_cast<const char*>(buffer.data());
}

// A backslash before a letter would be a class or an anchor, before anything else it is itself.
void append_escaped(std::string& expression, std::string_view word) {
    for (const char c : word) {
        const bool special = c > 0 && !std::isalnum(static_cast<unsigned char>(c)) && c != '_';
        if (special) expression += '\\';
        expression += c;
    }
}

// The bytes of UTF-8 at which no character begins.
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

namespace {

struct Code {
    std::unique_ptr<pcre2_code, FreeCode> code;
    bool windowed = false;
    bool keeps_places = false;  // finds the same wherever a search begins
};

struct CompileMistake {
    int error = 0;
    PCRE2_SIZE offset = 0;
};

tl::expected<Code, CompileMistake> compiled_with(std::string_view expression,
                                                 std::uint32_t options) {
    CompileMistake mistake;
    Code result;
    result.code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression.data()),
                                    expression.size(), options, &mistake.error, &mistake.offset,
                                    nullptr));
    if (!result.code) return tl::unexpected(mistake);

    // Without JIT each window would have PCRE2 check the rest of the subject for valid UTF-8, and a
    // pattern that is tied to the beginning of the subject has but one place to match.
    const bool jit = pcre2_jit_compile(result.code.get(), PCRE2_JIT_COMPLETE) == 0;
    std::uint32_t all_options = 0;
    pcre2_pattern_info(result.code.get(), PCRE2_INFO_ALLOPTIONS, &all_options);
    result.windowed = jit && (all_options & PCRE2_ANCHORED) == 0;
    // \G is where a search begins.
    result.keeps_places = expression.find("\\G") == expression.npos;
    return result;
}

}  // namespace

// Over plain ASCII, Unicode's classes and cases are those of ASCII, but cost up to twenty times as
// much to look up: such subjects are searched with a code of their own where there is one.
struct Pattern::Compiled {
    std::string expression;
    std::string flags;
    Code unicode;
    std::optional<Code> ascii;

    const Code& code_for(std::string_view subject) const {
        return ascii && mail::is_ascii(subject) ? *ascii : unicode;
    }
};

struct Workspace {
    Workspace() {
        if (!data || !context) throw std::bad_alloc();
        pcre2_set_match_limit(context.get(), match_limit);
        pcre2_set_depth_limit(context.get(), depth_limit);
        pcre2_set_heap_limit(context.get(), heap_limit_kib);
    }

    // The 32 kB of machine stack that JIT code takes by itself do for nearly all mail.
    void add_stack() {
        stack.reset(pcre2_jit_stack_create(64 * 1024, 4 * 1024 * 1024, nullptr));
        pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
    }

    std::unique_ptr<pcre2_match_data, FreeMatchData> data{pcre2_match_data_create(1, nullptr)};
    std::unique_ptr<pcre2_match_context, FreeMatchContext> context{
        pcre2_match_context_create(nullptr)};
    std::unique_ptr<pcre2_jit_stack, FreeJitStack> stack;
};

void FreeWorkspace::operator()(Workspace* workspace) const { delete workspace; }

namespace {

// One search or count through a subject, at the cost of a budget. Lives on the stack of the asking
// thread: the code is shared, all that PCRE2 writes to is here.
class Search {
  public:
    Search(const Code& code, std::string_view subject, Budget& budget, const Where& where = {})
        : code_(code.code.get()),
          windowed_(code.windowed),
          anywhere_(where.anywhere || !code.windowed || !code.keeps_places),
          left_(where.within),
          subject_(subject.data() == nullptr ? std::string_view("") : subject),
          budget_(budget),
          workspace_(budget.take_workspace()) {
        if (!workspace_) workspace_.reset(new Workspace);
    }
    ~Search() {
        budget_.give_back(std::move(workspace_));
        budget_.spend(steady_clock::now() - began_);
    }
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;

    // The next match that does not overlap the last one.
    Match next() {
        for (;; begun_ = true) {
            if (begun_ && deadline_.passed()) return Match::cannot_tell;
            if (!anywhere_ && !went_to_beginnings()) return Match::no;
            const std::size_t window_end = windowed_ ? end_of_window() : subject_.size() + 1;
            const int result = match(window_end - 1);
            if (result >= 0) return found();
            if (result != PCRE2_ERROR_NOMATCH) return Match::cannot_tell;
            if (window_end > subject_.size()) return Match::no;
            from_ = window_end;
            options_ = 0;
        }
    }

    // Of the last match. \K may put its beginning behind its end.
    std::size_t begin() const { return std::min(range()[0], range()[1]); }
    std::size_t end() const { return range()[1]; }

  private:
    const PCRE2_SIZE* range() const { return pcre2_get_ovector_pointer(workspace_->data.get()); }

    // To the next place where a match may begin; false when there is none. No match begins within a
    // character.
    bool went_to_beginnings() {
        for (; !left_.empty(); left_ = left_.subspan(1)) {
            std::size_t first = std::max(from_, left_.front().first);
            while (first < subject_.size() && is_continuation(subject_[first])) ++first;
            if (first > left_.front().last) continue;
            if (first > from_) options_ = 0;
            from_ = first;
            return true;
        }
        return false;
    }

    // One beyond the last beginning of this window, never within a character.
    std::size_t end_of_window() const {
        const std::size_t end = end_of_full_window();
        return anywhere_ ? end : std::min(end, left_.front().last + 1);
    }

    std::size_t end_of_full_window() const {
        std::size_t end = from_ + window_bytes;
        while (end < subject_.size() && is_continuation(subject_[end]) &&
               end < from_ + window_bytes + 3)
            ++end;
        return std::min(end, subject_.size() + 1);
    }

    int match(std::size_t last_beginning) {
        pcre2_set_offset_limit(workspace_->context.get(), windowed_ ? last_beginning : PCRE2_UNSET);
        const int result = run();
        if (result != PCRE2_ERROR_JIT_STACKLIMIT || workspace_->stack) return result;
        workspace_->add_stack();
        return run();
    }

    int run() {
        return pcre2_match(code_, reinterpret_cast<PCRE2_SPTR>(subject_.data()), subject_.size(),
                           from_, options_, workspace_->data.get(), workspace_->context.get());
    }

    // After an empty match the next one may begin at the same place, but must not be empty there.
    Match found() {
        const bool empty = range()[0] >= range()[1];
        from_ = std::max(from_, range()[1]);
        options_ = empty ? PCRE2_NOTEMPTY_ATSTART : 0;
        begun_ = true;
        return Match::yes;
    }

    const pcre2_code* code_;
    const bool windowed_;
    const bool anywhere_;
    std::span<const Beginnings> left_;  // unless anywhere
    const std::string_view subject_;
    Budget& budget_;
    std::unique_ptr<Workspace, FreeWorkspace> workspace_;
    const steady_clock::time_point began_ = steady_clock::now();
    Deadline deadline_{began_};
    bool begun_ = false;  // a quick search that finds nothing never looks at the clock again
    std::size_t from_ = 0;
    std::uint32_t options_ = 0;
};

}  // namespace

Match operator!(Match value) {
    if (value == Match::cannot_tell) return value;
    return value == Match::yes ? Match::no : Match::yes;
}

tl::expected<Pattern, PatternMistake> Pattern::compile(std::string_view expression,
                                                       std::string_view flags) {
    // \C would match half a character, and JIT refuses it.
    std::uint32_t options = PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT;
    for (const char flag : flags) {
        if (option_of(flag) == 0)
            return tl::unexpected(
                PatternMistake{fmt::format("unknown flag \"{}\", expected i, s, m or x", flag), 0});
        options |= option_of(flag);
    }
    constexpr std::uint32_t unicode = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF;
    auto code = compiled_with(expression, options | unicode);
    if (!code) {
        return tl::unexpected(PatternMistake{error_text(code.error().error), code.error().offset});
    }
    const auto compiled = std::make_shared<Compiled>();
    compiled->expression = expression;
    compiled->flags = flags;
    compiled->unicode = *std::move(code);
    if (mail::is_ascii(expression)) {
        // Fails where the expression names characters beyond one byte, which is fine.
        if (auto ascii = compiled_with(expression, options)) compiled->ascii = *std::move(ascii);
    }
    return Pattern(compiled, std::string(expression));
}

Pattern Pattern::phrase(std::string_view words) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::string text = mail::readable(words);
    std::string expression;
    for (std::size_t begin = text.find_first_not_of(blanks); begin != text.npos;) {
        const std::size_t end = std::min(text.find_first_of(blanks, begin), text.size());
        expression += expression.empty() ? "(?<!\\w)" : "\\s+";
        append_escaped(expression, std::string_view(text).substr(begin, end - begin));
        begin = text.find_first_not_of(blanks, end);
    }
    expression += expression.empty() ? "(?!)" : "(?!\\w)";

    auto pattern = compile(expression, "i");
    if (!pattern) throw std::length_error("phrase too long: " + pattern.error().message);
    pattern->source_ = words;
    return *std::move(pattern);
}

const std::string& Pattern::expression() const { return compiled_->expression; }

const std::string& Pattern::flags() const { return compiled_->flags; }

Match Pattern::search(std::string_view subject, const Where& where) const {
    Budget budget;
    return search(subject, budget, where);
}

Match Pattern::search(std::string_view subject, Budget& budget, const Where& where) const {
    if (budget.used_up()) return Match::cannot_tell;
    if (where.nowhere()) return Match::no;
    return Search(compiled_->code_for(subject), subject, budget, where).next();
}

Count Pattern::count(std::string_view subject, std::int64_t enough, const Where& where) const {
    Budget budget;
    return count(subject, enough, budget, where);
}

Count Pattern::count(std::string_view subject, std::int64_t enough, Budget& budget,
                     const Where& where) const {
    if (budget.used_up()) return {0, true};
    Count count;
    if (where.nowhere()) return count;
    Search search(compiled_->code_for(subject), subject, budget, where);
    while (count.found < enough) {
        const Match match = search.next();
        count.gave_up = match == Match::cannot_tell;
        if (match != Match::yes) break;
        ++count.found;
    }
    return count;
}

bool Pattern::gave_up_finding(std::string_view subject, Budget& budget, const Places& found) const {
    if (budget.used_up()) return true;
    Search search(compiled_->code_for(subject), subject, budget);
    for (;;) {
        const Match match = search.next();
        if (match != Match::yes) return match == Match::cannot_tell;
        if (!found(search.begin(), search.end())) return false;
    }
}

}  // namespace spillway::match
