#!/usr/bin/perl
# Runs git for git.exe: ENDED [NAME=VALUE...] -- ARGUMENTS
use strict;
use Fcntl;

# A path of Windows as Linux names it, alone or behind "=".
sub linux {
  my ($word) = @_;
  $word =~ s{^((?:[^=\\/]*=)?)([A-Za-z]):[\\/]}{$1 . (lc $2 eq "z" ? "/" : "/wine/drive_" . lc($2) . "/")}e
    and $word =~ tr{\\}{/};
  return $word;
}

my $ended = linux(shift);
my @windows;
while (defined(my $set = shift)) {
  last if $set eq "--";
  push @windows, $set;
  my ($name, $value) = split /=/, linux($set), 2;
  $ENV{$name} = $value if $name =~ /^(GIT_\w+|MPM_\w+|HOME|TZ|LC_ALL)$/;
}
# Git reads this file itself, and knows no path of Windows.
if (open my $list, "<", ".git/objects/info/alternates") {
  my ($path) = (<$list> // "") =~ /^([A-Za-z]:.*)/;
  $ENV{GIT_ALTERNATE_OBJECT_DIRECTORIES} = linux($path) if defined $path;
}
my @command = ("/usr/bin/git", map { linux($_) } @ARGV);

# A shell of Git for Windows starts programs of Windows.
my ($shell) = grep { $command[$_] eq "mpm-sh" } 0 .. $#command;
if (defined $shell) {
  my ($program) = grep { $command[$_] =~ /\.exe$/ } $shell .. $#command;
  if (defined $program) {
    my $start = $0 =~ s{[^/]*$}{start.exe}r;
    my @own = grep { !/^(SystemRoot|windir|winsysdir)=/i } @windows;
    splice @command, $program, @command - $program,
      "wine", $start, "run", ".", @own, "--", @ARGV[$program - 1 .. $#ARGV];
  }
}

# Wine's sockets do not wait, and git expects that its streams do.
for my $stream (*STDIN, *STDOUT) {
  fcntl($stream, F_SETFL, fcntl($stream, F_GETFL, 0) & ~O_NONBLOCK);
}
open my $err, "+>", "$ended.err" or die;
open STDERR, ">&", $err or die;
my $status;
if (grep { /^(rev-parse|worktree|var|--show-origin)$/ } @command) {
  open my $git, "-|", @command or exit 127;
  local $/;
  my $out = <$git> // "";
  close $git;
  $status = $?;
  $out =~ s{(^|\0|\n|file:|worktree )/}{$1Z:/}g;
  print $out;
} else {
  $status = system @command;
}
close STDOUT;
open my $new, ">", "$ended.new" or die;
seek $err, 0, 0;
local $/;
print $new ($status & 127 ? 128 + ($status & 127) : $status >> 8), "\n", <$err> // "";
close $new;
unlink "$ended.err";
rename "$ended.new", $ended;
