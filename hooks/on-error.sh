#!/bin/sh
# Runs after mpm wrote an error record: a tool failed, or an error ended a turn.
# It notifies no one unless you switch it on here. It reports only that there was
# an error, since messages can contain secrets.
#
# In: MPM_PROJECT, MPM_EVENT (PostToolUseFailure, StopFailure), MPM_SESSION_ID,
#     MPM_CWD. MPM_TOOL: the tool that failed. MPM_ERROR: the first line of the
#     error, redacted. MPM_RECORD: the record's file. Standard input: the
#     client's JSON, which is not redacted, so do not pass it on.
# Out: you see its output when the next session starts. It is also logged in
#     .claude-mpm/state/hooks.log.

DESKTOP=0  # 1: a notification on the desktop
WEBHOOK=0  # 1: post one line to $SLACK_WEBHOOK, if that is set

set -u
text="${MPM_EVENT:-error}${MPM_TOOL:+: $MPM_TOOL}"

# report WHAT: reports whether the previous command succeeded.
report() {
  if [ "$?" = 0 ]; then
    echo "on-error: $1"
  else
    echo "on-error: failed: $1"
  fi
}

if [ "$DESKTOP" = 1 ]; then
  if command -v notify-send >/dev/null; then
    notify-send "Claude Code" "$text"
    report "showed a notification"
  elif command -v osascript >/dev/null; then
    osascript -e 'on run argv' \
      -e 'display notification (item 1 of argv) with title "Claude Code"' \
      -e 'end run' -- "$text"
    report "showed a notification"
  else
    echo "on-error: no notify-send or osascript to show a notification with"
  fi
fi

if [ "$WEBHOOK" = 1 ] && [ -z "${SLACK_WEBHOOK:-}" ]; then
  echo "on-error: SLACK_WEBHOOK is not set"
elif [ "$WEBHOOK" = 1 ] && ! command -v curl >/dev/null; then
  echo "on-error: no curl to post with"
elif [ "$WEBHOOK" = 1 ]; then
  # Only letters, digits and a few other characters, so that JSON needs no quotes.
  safe=$(printf '%s' "$text" | tr -cd 'A-Za-z0-9 :_.-' | cut -c 1-200)
  # The address is a secret: other users would see it among the arguments.
  url=$(printf '%s' "$SLACK_WEBHOOK" | sed 's/[\\"]/\\&/g')
  printf 'url = "%s"\n' "$url" |
    curl --config - --silent --show-error --fail --max-time 10 \
      --output /dev/null --header 'Content-Type: application/json' \
      --data "{\"text\":\"Claude Code error: $safe\"}"
  report "posted to the webhook"
fi

exit 0
