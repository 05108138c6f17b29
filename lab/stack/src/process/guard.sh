# Runs one server and outlives whoever asked for it, just long enough to stop it.
#
# Our standard input is a pipe that only the lab holds. When it closes, because the lab
# said so or because it died in any way at all, the server is stopped step by step.
#
# $1 the steps, "SIGNAL:seconds SIGNAL:seconds ..."   $2 a lock file, or ""
# $3 the log file                                     the rest: the server's command line
steps=$1 lock=$2 log=$3
shift 3
trap : HUP INT TERM

# Held for as long as we live: whoever removes the directory waits for it.
if [ -n "$lock" ]; then
    exec 9>"$lock"
    flock -s 9
fi

# Ten thousand sockets need as many files; the usual soft limit is a tenth of that.
files=$(ulimit -H -n)
if [ "$files" = unlimited ] || [ "$files" -gt 65536 ]; then files=65536; fi
ulimit -S -n "$files"

"$@" </dev/null >>"$log" 2>&1 9>&- &
server=$!
echo "$server"
exec >/dev/null

# `read` starts no process, so a server that dies meanwhile stays our zombie and its
# number cannot be given to a stranger.
while read -r _; do :; done

is_ours() { grep -q "^PPid:[[:space:]]*$$\$" "/proc/$server/status" 2>/dev/null; }

for step in $steps; do
    is_ours || exit 0
    kill -"${step%:*}" "$server" 2>/dev/null || exit 0
    kill -CONT "$server" 2>/dev/null # a frozen server hears nothing but KILL
    tenths=$((${step#*:} * 10))
    while is_ours && [ "$tenths" -gt 0 ]; do
        sleep 0.1
        tenths=$((tenths - 1))
    done
done
