# Removes the directory $1 once the lab is gone (our standard input, a pipe, closes)
# and every guard that has its lock has stopped its server.
trap : HUP INT TERM
while read -r _; do :; done
flock -w 60 "$1/.lock" true
rm -rf "$1"
