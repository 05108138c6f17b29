# Removes the directory $1 when the lab has ended (standard input, a pipe, closes) and
# every guard that holds its lock has stopped its server.
trap : HUP INT TERM
while read -r _; do :; done
flock -w 60 "$1/.lock" true
rm -rf "$1"
