"""spillwayctl test: where a rule found what, masked."""

import base64
import io
import zipfile

import pytest
from harness.letters import encoded, letter

CARD, OTHER = "4111 1111 1111 1111", "4012888888881881"


@pytest.fixture
def hits(place, ctl):
    """What a condition hits in a message, in JSON, after a look at the text for people."""
    def run(condition, message, head=""):
        config = place.write("hits.conf", f'{head}\nrule here {{ when {condition}; reject 550 5.7.1 "no" }}\n')
        words = ("-f", config, "test", "-", "--rcpt", "bob@b.example")
        text = ctl(*words, stdin=message).stdout
        found = ctl.json(*words, stdin=message)["hits"]
        assert ("\nfound\n" in text) == bool(found), text
        for hit in found:
            assert hit["rule"] == "here" and hit["excerpt"] in text
        for secret in (CARD, OTHER, "Smith", "oldcastle"):
            assert secret not in text.partition("\nfound\n")[2] and secret not in str(found)
        return found
    return run


def parts(*bodies):
    lines = ["MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="b"']
    return letter("".join(f"--b\n{body}\n" for body in bodies) + "--b--\n", fields=lines)


def only(found):
    hit, = found
    return hit


def test_the_part_the_count_and_a_masked_excerpt(hits):
    message = parts("Content-Type: text/plain\n\nnothing", f"Content-Type: text/plain\n\nOf Ms Smith: {CARD}, {OTHER} now")
    assert only(hits("text has card-number", message)) == {
        "rule": "here", "field": "text", "what": "card-number", "part": "2", "file": "",
        "occurrences": 2, "more": False, "excerpt": "Xx Xx Xxxxx: [41…11], ################ xxx"}


def test_every_part_that_holds_it_is_told(hits):
    found = hits("text has card-number count >= 2", parts(*[f"Content-Type: text/plain\n\n{CARD}"] * 3))
    assert [(hit["part"], hit["occurrences"]) for hit in found] == [("1", 1), ("2", 1), ("3", 1)]


def test_what_stands_across_two_parts_is_told_without_a_place(hits):
    message = parts("Content-Type: text/plain\n\nthe old", "Content-Type: text/plain\n\ncastle stands")
    hit = only(hits(r"text =~ /old\s+castle/", message))
    assert (hit["part"], hit["occurrences"], hit["excerpt"]) == ("", 1, "xxx [o…e] xxxxxx")


HOUSE = parts("Content-Type: text/html\n\n<a href='https://oldcastle.example/'>go</a>"
              "<i style='display:none'>the oldcastle</i>",
              "Content-Type: text/csv; name=oldcastle.csv\n\nhouse,oldcastle\n")
HOUSE = HOUSE.replace("Subject: ", "X-House: oldcastle\nSubject: oldcastle ")


@pytest.mark.parametrize("condition, field, places", [
    ("subject", "subject", [("", "")]),
    ("header X-House", "header X-House", [("", "")]),
    ("hidden", "hidden", [("1", "")]),
    ("html", "html", [("1", "")]),
    ("links", "links", [("", "")]),
    ("raw", "raw", [("", "")]),
    ("attachment.name", "attachment.name", [("2", "oldcastle.csv")]),
    ("attachment.text", "attachment.text", [("2", "oldcastle.csv")]),
    ("any-text", "any-text", [("", ""), ("1", ""), ("2", ""), ("2", "oldcastle.csv"), ("", "")]),
])
def test_every_text_has_its_place(place, ctl, condition, field, places):
    config = place.write("a.conf", f'rule here {{ when {condition} =~ /oldcastle/; reject 550 5.7.1 "no" }}\n')
    found = ctl.json("-f", config, "test", "-", stdin=HOUSE)["hits"]
    assert {hit["field"] for hit in found} == {field}
    assert {(hit["part"], hit["file"]) for hit in found} == set(places)


def test_an_attached_text_is_found_once_in_all_texts_together(hits):
    message = parts(f"Content-Type: text/plain; name=cards.txt\n\n{CARD}",
                    f"Content-Type: text/plain\n\nname,{OTHER}")
    found = hits("any-text has card-number count >= 2", message)
    assert [(hit["part"], hit["occurrences"]) for hit in found] == [("1", 1), ("2", 1)]


def test_names_within_archives_are_found(hits):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("tower/plan.txt", "walls\n")
    body = base64.encodebytes(data.getvalue()).decode()
    message = letter(body, fields=["Content-Type: application/zip; name=a.zip", "Content-Transfer-Encoding: base64"])
    hit = only(hits("any-text =~ /tower/", message))
    assert (hit["part"], hit["file"]) == ("1", "a.zip/tower/plan.txt")


@pytest.mark.parametrize("folded", ["folded text =~ /smith/i", 'text =~ /smith/i and not text =~ /jones/'])
def test_conditions_within_others_and_folded_ones_are_told(hits, folded):
    hit = only(hits(folded, letter("Ms Smith")))
    assert (hit["what"], hit["part"]) == ("expression", "1")
    assert hit["excerpt"].lower() == "xx […]"


def test_what_is_not_there_or_too_little_is_no_hit(hits):
    assert hits("text =~ /smith/i count < 3", letter("Ms Smith")) == []
    assert hits("not text =~ /jones/", letter("Ms Smith")) == []
    assert hits("recipients > 5 or subject exists", letter("Ms Smith")) == []
    assert hits("text =~ /jones/", letter("Ms Smith")) == []


def test_words_are_told_by_the_name_of_their_list(hits):
    message = encoded("Ms Smith takes insulin, insulin and bread")
    hit = only(hits("text has drugs count >= 2", message, "words drugs inline [ insulin, aspirin ]"))
    assert (hit["what"], hit["occurrences"], hit["part"]) == ("drugs", 2, "1")


def test_near_counts_what_is_near(hits):
    text = "MRN 1234567 insulin " + "bread " * 30 + "insulin"
    hit = only(hits(r"text has drugs within 3 words of /MRN \d+/", letter(text), "words drugs inline [ insulin ]"))
    assert hit["occurrences"] == 1


def test_an_early_refusal_tells_what_it_found(hits):
    assert only(hits("subject =~ /oldcastle/", letter(subject="The oldcastle")))["excerpt"] == "Xxx [o…e]"


def test_a_hit_in_an_archive_names_the_member(hits):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("in/cards.csv", f"name,card\nann,{OTHER}\n")
    body = base64.encodebytes(data.getvalue()).decode()
    message = parts("Content-Type: text/plain\n\nhello",
                    f"Content-Type: application/zip; name=list.zip\nContent-Transfer-Encoding: base64\n\n{body}")
    hit = only(hits("any-text has card-number", message))
    assert (hit["part"], hit["file"], hit["excerpt"]) == ("2", "list.zip/in/cards.csv", "xxx,[40…81]")
