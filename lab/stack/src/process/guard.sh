# Runs one server, and outlives the lab just long enough to stop it.
#
# Standard input is a pipe that only the lab holds. When it closes, because the lab closed
# it or because the lab died in any way, the server is stopped step by step.
#
# $1 the steps, "SIGNAL:seconds SIGNAL:seconds ..."   $2 a lock file, or ""
# $3 the log file                                     the rest: the server's command line
steps=$1 lock=$2 log=$3
shift 3
trap : HUP INT TERM

# Held as long as this script runs: the script that removes the directory waits for it.
if [ -n "$lock" ]; then
    exec 9>"$lock"
    flock -s 9
fi

# Ten thousand sockets need as many files. The usual soft limit is a tenth of that.
files=$(ulimit -H -n)
if [ "$files" = unlimited ] || [ "$files" -gt 65536 ]; then files=65536; fi
ulimit -S -n "$files"

"$@" </dev/null >>"$log" 2>&1 9>&- &
server=$!
echo "$server"
exec >/dev/null

# `read` starts no process, so a server that dies meanwhile stays our zombie and its
# process id cannot be reused.
while read -r _; do :; done

is_ours() { grep -q "^PPid:[[:space:]]*$$\$" "/proc/$server/status" 2>/dev/null; }

for step in $steps; do
    is_ours || exit 0
    kill -"${step%:*}" "$server" 2>/dev/null || exit 0
    kill -CONT "$server" 2>/dev/null # a stopped process only reacts to KILL
    tenths=$((${step#*:} * 10))
    while is_ours && [ "$tenths" -gt 0 ]; do
        sleep 0.1
        tenths=$((tenths - 1))
    done
done
