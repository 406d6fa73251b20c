"""spillwayctl doctor: a good Postfix has nothing wrong; each mistake is found by its name."""

import json
import pathlib
import shutil
import socket
import subprocess

import pytest
from harness.daemon import ROOT

EXAMPLES = ROOT / "postfix-examples"
MASTER = pathlib.Path("/usr/share/postfix/master.cf.dist")
POLICY = """
rule many   { when recipients > 500; reject }
rule brand  { when auth; add-header "X-Abuse-Report" "abuse@%{domain}" }
"""

pytestmark = pytest.mark.skipif(not MASTER.exists(), reason="Postfix is not installed")


class Patient:
    """A Postfix of the examples, never started, and Spillway's policy for it."""

    def __init__(self, place, ctl):
        self.ctl = ctl
        self.folder = place.folder("etc")
        self.queue = place.folder("spool")
        self.socket = place.folder("spool/spillway") / "milter.sock"
        (self.folder / "main.cf").write_text(
            "compatibility_level = 3.6\n" + (EXAMPLES / "main.cf").read_text())
        (self.folder / "master.cf").write_text(
            MASTER.read_text() + (EXAMPLES / "master.cf").read_text())
        self.set(queue_directory=self.queue)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.socket))
        self.socket.chmod(0o660)
        shutil.chown(self.socket, group="postfix")
        self.config = place.folder("spillway") / "spillway.conf"
        self.write(POLICY)

    def write(self, policy, counters="memory"):
        self.config.write_text(f"listen unix:{self.socket}\ncounters {counters}\n{policy}")

    def postconf(self, *words):
        subprocess.run(["postconf", "-c", self.folder, *words], check=True)

    def set(self, **values):
        self.postconf("-e", *(f"{name}={value}" for name, value in values.items()))

    def override(self, service, **values):
        self.postconf("-P", *(f"{service}/{name}={value}" for name, value in values.items()))

    def doctor(self, *words):
        return self.ctl("-f", self.config, "doctor", "--postfix", self.folder, *words)

    def findings(self, *words):
        return json.loads(self.doctor("--json", *words).stdout)["findings"]

    def names(self):
        return {finding["finding"] for finding in self.findings()}


@pytest.fixture
def patient(place, ctl):
    one = Patient(place, ctl)
    yield one
    one.listener.close()


def test_the_examples_have_nothing_wrong(patient):
    done = patient.doctor()
    assert (done.returncode, done.stdout) == (0, "nothing is wrong\n"), done.stdout + done.stderr


OURS = "unix:spillway/milter.sock"
MILTERS = {
    "default-action": "{ %s, default_action=accept }" % OURS,
    "signature-broken": f"unix:opendkim/opendkim.sock, {OURS}",
    "command-timeout": "{ %s, command_timeout=2s }" % OURS,
    "content-timeout": "{ %s, content_timeout=15m }" % OURS,
    "protocol": "{ %s, protocol=4 }" % OURS,
}


@pytest.mark.parametrize("name", MILTERS)
def test_each_mistake_of_the_list_of_milters_is_found(patient, name):
    patient.set(smtpd_milters=MILTERS[name])
    assert patient.names() == {name}
    for finding in patient.findings():
        assert "milters" in finding["where"] and finding["what"] and finding["mend"]
        assert finding["see"].startswith(("spillwayd(8), ", "spillwayctl(8), "))


SETTINGS = {
    "local-mail": {"non_smtpd_milters": ""},
    "recipient-limit": {"smtpd_recipient_limit": "400"},
    "milter-maps": {"smtpd_milter_maps": "cidr:/etc/postfix/some"},
    "queue-ids": {"enable_long_queue_ids": "no"},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_each_mistake_of_other_settings_is_found(patient, name):
    patient.set(**SETTINGS[name])
    assert patient.names() == {name}


def test_the_size_that_postfix_takes_must_be_above_a_rules(patient):
    patient.write(POLICY + "rule large { when size > 20M; reject }")
    assert patient.names() == {"size-limit"}
    patient.set(message_size_limit="30000000")
    assert patient.names() == set()


def test_a_signer_behind_us_or_without_edits_breaks_nothing(patient):
    patient.set(smtpd_milters=f"{OURS}, unix:opendkim/opendkim.sock")
    assert patient.names() == set()
    patient.set(smtpd_milters=f"unix:opendkim/opendkim.sock, {OURS}")
    patient.write("rule many { when recipients > 500; reject }")
    finding, = {(one["finding"], one["severity"]) for one in patient.findings()}
    assert finding == ("signer-first", "warning")
    assert patient.doctor().returncode == 0


def test_a_service_that_leaves_us_out_is_found(patient):
    patient.override("submission/inet", smtpd_milters="")
    finding, = patient.findings()
    assert finding["finding"] == "not-asked" and finding["where"] == "smtpd_milters of submission/inet"
    assert patient.doctor().returncode == 1


def test_a_way_back_from_a_content_filter_that_counts_again_is_found(patient):
    patient.override("127.0.0.1:10026/inet", receive_override_options="no_address_mappings")
    assert patient.names() == set()
    patient.set(content_filter="smtp:[127.0.0.1]:10025")
    assert patient.names() == {"seen-twice"}


def test_a_path_outside_of_the_chroot_is_found(patient):
    patient.set(smtpd_milters=f"unix:{patient.socket}", non_smtpd_milters=OURS)
    assert patient.names() == {"chroot"}


def test_tcp_is_slow(patient):
    patient.config.write_text("listen inet:127.0.0.1:7357\ncounters memory\n" + POLICY)
    patient.set(smtpd_milters="inet:127.0.0.1:7357")
    assert patient.names() == {"tcp-socket"}


def test_a_socket_that_postfix_may_not_open_is_found(patient):
    patient.socket.chmod(0o600)
    assert patient.names() == {"socket-permissions"}
    patient.socket.unlink()
    assert patient.names() == {"no-socket"}


def test_a_redis_that_forgets_is_found(patient, redis):
    redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    patient.write(POLICY, counters=redis.url)
    assert patient.names() == {"redis-eviction", "redis-persistence"}
    redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
    redis.command("CONFIG", "SET", "appendonly", "yes")
    assert patient.names() == set()
    redis.kill()
    assert patient.names() == {"redis-silent"}


def test_the_outputs_of_postconf_are_read_from_files_alike(patient, place):
    patient.set(non_smtpd_milters="")
    files = {}
    for option in ("-n", "-M", "-P"):
        done = subprocess.run(["postconf", "-c", patient.folder, option], check=True,
                              stdout=subprocess.PIPE)
        files[option] = place.write(f"postconf{option}", done.stdout.decode())
    done = patient.ctl("-f", patient.config, "--json", "doctor", "--postconf-n", files["-n"],
                       "--postconf-M", files["-M"], "--postconf-P", files["-P"])
    assert [one["finding"] for one in json.loads(done.stdout)["findings"]] == ["local-mail"]
    assert patient.ctl("doctor", "--no-policy", "--postconf-n", files["-n"]).returncode == 64


def test_without_a_policy_a_milter_of_our_name_is_ours(patient):
    assert patient.doctor("--no-policy").stdout == "nothing is wrong\n"


def test_people_read_what_is_wrong_and_how_to_mend_it(patient):
    patient.set(non_smtpd_milters="")
    done = patient.doctor()
    assert done.returncode == 1
    assert done.stdout == ("error: non_smtpd_milters: mail of sendmail(1), so of PHP and cron, is not "
                           "seen\n    mend: non_smtpd_milters = $smtpd_milters\n"
                           "    see spillwayd(8), POSTFIX (local-mail)\n")
