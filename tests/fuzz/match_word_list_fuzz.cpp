// A word file up to an empty line, then the text to look through.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "mail/text.h"
#include "mail/utf8.h"
#include "match/word_list.h"

using namespace spillway;

namespace {

// Each phrase that was taken is found in itself; a second time it says nothing new.
void check_entry(const match::WordEntry& entry, const match::WordList& list) {
    std::size_t occurrences = 0;
    list.scan(mail::readable(entry.phrase), [&](const match::Occurrence& one) {
        if (one.begin >= one.end || one.value >= list.size() || one.weight < 1) std::abort();
        ++occurrences;
        return true;
    });
    if (occurrences == 0) std::abort();
}

void check_text(const std::string& text, const match::WordList& list) {
    std::size_t last_end = 0;
    list.scan(text, [&](const match::Occurrence& one) {
        if (one.begin < last_end || one.end <= one.begin || one.end > text.size()) std::abort();
        last_end = one.end;
        // Found again where it stands alone.
        bool again = false;
        list.scan(std::string_view(text).substr(one.begin, one.end - one.begin),
                  [&](const match::Occurrence& same) {
                      again = same.begin == 0 && same.value == one.value;
                      return false;
                  });
        if (!again) std::abort();
        return true;
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    match::WordList list;
    std::vector<match::WordEntry> taken;
    while (!input.empty() && input.front() != '\n') {
        const std::string_view line = input.substr(0, input.find('\n'));
        const auto entry = match::parse_word_entry(line);
        if (entry && !entry->phrase.empty() && list.add(*entry)) taken.push_back(*entry);
        input.remove_prefix(line.size() < input.size() ? line.size() + 1 : input.size());
    }
    for (const auto& entry : taken) check_entry(entry, list);
    check_text(mail::readable(input), list);
    check_text(mail::repaired_utf8(input), list);
    return 0;
}
