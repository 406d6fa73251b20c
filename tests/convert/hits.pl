#!/usr/bin/perl
# What SpamAssassin's rules find in messages, without network, memory or scores: one JSON line a
# message on standard output, {"time": seconds, "hits": [names]}.
#
#   hits.pl RULES_FOLDER SITE_FOLDER STATE_FOLDER < NAMES_OF_FILES
#
# The first line tells all rules it knows: {"rules": [names]}.
use strict;
use warnings;
use JSON::PP;
use Mail::SpamAssassin;
use Time::HiRes qw(time);

my ($rules, $site, $state) = @ARGV;
$| = 1;
my $spamassassin = Mail::SpamAssassin->new({
    rules_filename      => $rules,
    site_rules_filename => $site,
    userstate_dir       => $state,
    local_tests_only    => 1,
    dont_copy_prefs     => 1,
    userprefs_filename  => "/dev/null",
});
$spamassassin->init(0);
my $conf = $spamassassin->{conf};
# Rules of score 0 are not run, and those that ask the network not here.
my @named = map { keys %{$_ || {}} } map { values %{$conf->{$_} || {}} }
    qw(head_tests body_tests uri_tests rawbody_tests full_tests);
push @named, keys %{$conf->{meta_tests} || {}};
my %known = map { $_ => 1 }
    grep { ($conf->{tflags}->{$_} || "") !~ /\bnet\b/ && ($conf->{scores}->{$_} // 1) != 0 } @named;
my $json = JSON::PP->new->canonical;
print $json->encode({ rules => [ sort keys %known ] }), "\n";
while (my $name = <STDIN>) {
    chomp $name;
    open(my $file, "<:raw", $name) or die "$name: $!";
    my @lines = <$file>;
    my $begin = time;
    my $message = $spamassassin->parse(\@lines, 1);
    my $status = $spamassassin->check($message);
    my @hits = map { split /,/ } $status->get_names_of_tests_hit(),
        $status->get_names_of_subtests_hit();
    my %hits = map { $_ => 1 } grep { $_ ne "" } @hits;
    print $json->encode({ time => time() - $begin, hits => [ sort keys %hits ] }), "\n";
    $status->finish();
    $message->finish();
}
