// Which rules can match a message at all, told for all of them together by the scans of its texts.
//
// A rule that needs one of some expressions to be found, or a tag to be set, is "no" wherever none
// of them is: of thousands of rules only few are then asked one by one. Rules that need nothing of
// the kind are always asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "policy/condition.h"

namespace spillway::policy {

class Facts;
struct Rule;

// What the operator's rules need, by their numbers in Policy::rules. Immutable.
class Gates {
  public:
    Gates() = default;
    explicit Gates(const std::vector<Rule>& rules);

    // The texts that one set of expressions is looked for in.
    struct Texts {
        Field field;
        std::string header_name;
        bool folded;
        int set;
        std::vector<std::vector<std::uint32_t>> rules{};  // that need it, by match::Seat::number
    };
    struct Gate {
        bool always_open = true;
        std::vector<std::uint32_t> texts;  // where its expressions are looked for, by number
    };

    const std::vector<Texts>& texts() const { return texts_; }
    const std::vector<Gate>& of_rules() const { return gates_; }
    const std::vector<std::uint32_t>& that_need(const std::string& tag) const;

  private:
    std::uint32_t number_of(const Compare& compare, int set);

    std::vector<Texts> texts_;
    std::vector<Gate> gates_;
    std::map<std::string, std::vector<std::uint32_t>> of_tags_;
};

// The gates of one message, each text scanned when the first rule needs it. One message, one
// thread.
class OpenGates {
  public:
    explicit OpenGates(Facts& facts);

    // False: the rule's answer is no, now and while no more tags are set. Always true of rules of
    // folders, and with Facts::report_all.
    bool can_match(const Rule& rule);
    void set(const std::string& tag);

  private:
    bool is_open(std::size_t rule);
    void read(std::size_t texts);
    void open_all(const Gates::Texts& texts);
    void open(const std::vector<std::uint32_t>& rules);

    Facts& facts_;
    const Gates& gates_;
    std::vector<bool> read_;  // by number of Gates::texts()
    std::vector<bool> open_;  // by number of the rule
};

}  // namespace spillway::policy
