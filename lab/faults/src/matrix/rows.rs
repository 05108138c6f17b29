//! The table itself. Bounds and mechanisms are those of the documentation.

use super::row::{DEFAULT_ROW, Row};
use crate::environment::EnvironmentKind;
use crate::injection::Fault;

/// All rows, in the order of the documentation.
pub const ROWS: &[Row] = &[
    Row {
        id: "F0",
        title: "nothing breaks",
        how: "load alone",
        bound_ms: 1_000,
        brief_ms: 10_000,
        long_ms: 30_000,
        full: 1,
        ..DEFAULT_ROW
    },
    Row {
        id: "F1",
        title: "a sender dies at a chosen moment",
        how: "kill -9 when the bytes pass on its connection: before the lock, after the insert, before and after the commit, before, with and after the publish",
        fault: Fault::SenderAtMoment,
        environment: EnvironmentKind::Proxied,
        bound_ms: 2_000,
        brief_ms: 300,
        long_ms: 300,
        full: 28,
        ..DEFAULT_ROW
    },
    Row {
        id: "F2",
        title: "one of two senders dies",
        how: "kill -9, started again",
        fault: Fault::KillSender,
        bound_ms: 3_000,
        brief_ms: 700,
        long_ms: 1_500,
        smoke: 3,
        full: 25,
        ..DEFAULT_ROW
    },
    Row {
        id: "F3",
        title: "one of two receivers dies",
        how: "kill -9, started again",
        fault: Fault::KillReceiver,
        bound_ms: 15_000,
        brief_ms: 700,
        long_ms: 1_500,
        smoke: 2,
        full: 25,
        ..DEFAULT_ROW
    },
    Row {
        id: "F4",
        title: "a receiver is frozen",
        how: "SIGSTOP, SIGCONT",
        fault: Fault::FreezeReceiver,
        bound_ms: 25_000,
        brief_ms: 4_000,
        long_ms: 30_000,
        smoke: 1,
        ..DEFAULT_ROW
    },
    Row {
        id: "F5",
        title: "all services are replaced",
        how: "SIGTERM to one after the other, each started again",
        fault: Fault::RollingRestart,
        bound_ms: 5_000,
        full: 4,
        attempts: Some(2),
        ..DEFAULT_ROW
    },
    Row {
        id: "F6",
        title: "Redis is stopped",
        how: "SHUTDOWN NOSAVE, started again",
        fault: Fault::StopRedis,
        brief_ms: 4_000,
        long_ms: 30_000,
        smoke: 1,
        about_redis: true,
        ..DEFAULT_ROW
    },
    Row {
        id: "F7",
        title: "Redis is frozen",
        how: "SIGSTOP; CLIENT PAUSE",
        fault: Fault::FreezeRedis,
        brief_ms: 4_000,
        long_ms: 30_000,
        about_redis: true,
        ..DEFAULT_ROW
    },
    Row {
        id: "F8",
        title: "Redis drops its subscribers every second",
        how: "CLIENT KILL TYPE pubsub",
        fault: Fault::DropSubscribers,
        brief_ms: 6_000,
        long_ms: 60_000,
        smoke: 1,
        full: 5,
        about_redis: true,
        ..DEFAULT_ROW
    },
    Row {
        id: "F9",
        title: "messages from Redis are lost, duplicated and swapped",
        how: "10 % or 50 % dropped, 5 % duplicated, 5 % swapped on the connection to each receiver",
        fault: Fault::CorruptMessages,
        environment: EnvironmentKind::Proxied,
        brief_ms: 3_000,
        long_ms: 10_000,
        about_redis: true,
        ..DEFAULT_ROW
    },
    Row {
        id: "F10",
        title: "Redis is replaced by an empty one",
        how: "kill -9, an empty server on its port",
        fault: Fault::ReplaceRedis,
        bound_ms: 5_000,
        about_redis: true,
        ..DEFAULT_ROW
    },
    Row {
        id: "F11",
        title: "Postgres is restarted",
        how: "fast, immediate, kill -9",
        fault: Fault::RestartPostgres,
        bound_ms: 7_000,
        brief_ms: 600,
        long_ms: 5_000,
        smoke: 2,
        ..DEFAULT_ROW
    },
    Row {
        id: "F12",
        title: "the primary dies, a synchronous standby takes over",
        how: "kill -9, promote, re-point; every other time the standby is cut off first",
        fault: Fault::FailOver,
        environment: EnvironmentKind::Replicated,
        bound_ms: 15_000,
        brief_ms: 3_000,
        long_ms: 3_000,
        ..DEFAULT_ROW
    },
    Row {
        id: "F13",
        title: "the primary dies with events that the standby lacks",
        how: "replication cut, kill -9, promote, re-point; every other time the receivers are frozen until the new history is longer",
        fault: Fault::FailOverWithLoss,
        environment: EnvironmentKind::Replicated,
        bound_ms: 15_000,
        brief_ms: 1_500,
        long_ms: 3_000,
        resets: &["FORKED"],
        allowed_errors: &["the history of a feed was replaced"],
        ..DEFAULT_ROW
    },
    Row {
        id: "F15",
        title: "all backends of Postgres are terminated every two seconds",
        how: "pg_terminate_backend",
        fault: Fault::EndBackends,
        bound_ms: 4_000,
        brief_ms: 4_000,
        long_ms: 60_000,
        smoke: 2,
        full: 5,
        ..DEFAULT_ROW
    },
    Row {
        id: "F16",
        title: "Postgres is frozen",
        how: "SIGSTOP to the server and all its backends",
        fault: Fault::FreezePostgres,
        bound_ms: 20_000,
        brief_ms: 3_000,
        long_ms: 15_000,
        ..DEFAULT_ROW
    },
    Row {
        id: "F17",
        title: "a chat is locked, a transaction stays open",
        how: "SELECT … FOR UPDATE held; CREATE and INSERT without COMMIT",
        fault: Fault::HoldLocks,
        bound_ms: 2_000,
        brief_ms: 3_000,
        long_ms: 10_000,
        ..DEFAULT_ROW
    },
    Row {
        id: "F18",
        title: "the disk of Postgres is full",
        how: "a file fills a small mounted file system",
        fault: Fault::FillDisk,
        environment: EnvironmentKind::SmallDisk,
        bound_ms: 15_000,
        brief_ms: 2_000,
        long_ms: 5_000,
        ..DEFAULT_ROW
    },
    Row {
        id: "F19",
        title: "the load balancer dies, cuts connections, is reloaded",
        how: "kill -9; shutdown sessions; a new process with -sf",
        fault: Fault::DisturbBalancer,
        bound_ms: 8_000,
        brief_ms: 500,
        long_ms: 1_000,
        full: 21,
        ..DEFAULT_ROW
    },
    Row {
        id: "F20",
        title: "a service is partitioned from its server",
        how: "all data is stalled: receiver or sender, one or both, Redis or Postgres",
        fault: Fault::Partition,
        environment: EnvironmentKind::Proxied,
        bound_ms: 35_000,
        brief_ms: 4_000,
        long_ms: 30_000,
        full: 24,
        ..DEFAULT_ROW
    },
    Row {
        id: "F21",
        title: "clients have a bad network",
        how: "1 Mbit/s, 5 % of packets 200 ms late, connections that break",
        fault: Fault::BadNetwork,
        bound_ms: 8_000,
        brief_ms: 2_500,
        long_ms: 5_000,
        ..DEFAULT_ROW
    },
    Row {
        id: "F22",
        title: "a device is offline for 10,000 messages",
        how: "offline, 10,000 messages (later 700), online",
        fault: Fault::LongAbsence,
        bound_ms: 5_000,
        brief_ms: 1_000,
        long_ms: 10_000,
        full: 8,
        resets: &["GAP_TOO_LARGE"],
        ..DEFAULT_ROW
    },
    Row {
        id: "F23",
        title: "twenty clients at a time do not read",
        how: "sockets whose client stops reading",
        fault: Fault::SlowReaders,
        environment: EnvironmentKind::ShortStallLimit,
        bound_ms: 5_000,
        full: 5,
        ..DEFAULT_ROW
    },
    Row {
        id: "F24",
        title: "a clock is an hour wrong",
        how: "libfaketime on one instance of any service, set and reset while it runs",
        fault: Fault::SkewClock,
        environment: EnvironmentKind::SettableClocks,
        bound_ms: 15_000,
        brief_ms: 4_000,
        long_ms: 10_000,
        ..DEFAULT_ROW
    },
    Row {
        id: "F25",
        title: "a receiver runs out of memory",
        how: "prlimit leaves it 256 KiB, and many connections are opened",
        fault: Fault::ExhaustReceiverMemory,
        bound_ms: 15_000,
        brief_ms: 500,
        long_ms: 1_000,
        ..DEFAULT_ROW
    },
    Row {
        id: "F26",
        title: "the users service is stopped",
        how: "kill -9 of both, while a receiver dies too",
        fault: Fault::StopUsers,
        bound_ms: 15_000,
        brief_ms: 3_000,
        long_ms: 30_000,
        ..DEFAULT_ROW
    },
    Row {
        id: "F27",
        title: "a participant is removed under load",
        how: "removeParticipant during 50 messages per second",
        fault: Fault::RemoveParticipant,
        bound_ms: 2_000,
        brief_ms: 2_000,
        long_ms: 4_000,
        smoke: 2,
        full: 25,
        ..DEFAULT_ROW
    },
    Row {
        id: "F28",
        title: "a session is revoked",
        how: "revokeSession from another session",
        fault: Fault::RevokeSession,
        bound_ms: 2_000,
        brief_ms: 500,
        long_ms: 1_000,
        smoke: 4,
        full: 25,
        ..DEFAULT_ROW
    },
    Row {
        id: "F29",
        title: "the same send from eight connections at once",
        how: "five messages, eight requests each, both senders",
        fault: Fault::SendEightTimes,
        bound_ms: 2_000,
        smoke: 10,
        full: 40,
        ..DEFAULT_ROW
    },
    Row {
        id: "F30",
        title: "one to three of these at once",
        how: "chosen by the seed",
        fault: Fault::Nemesis,
        environment: EnvironmentKind::Proxied,
        bound_ms: 60_000,
        brief_ms: 4_000,
        long_ms: 15_000,
        ..DEFAULT_ROW
    },
    Row {
        id: "F31",
        title: "a device returns after messages were removed",
        how: "offline; three messages sent and removed; online",
        fault: Fault::ReturnAfterRemoval,
        bound_ms: 1_000,
        brief_ms: 4_500,
        long_ms: 5_000,
        ..DEFAULT_ROW
    },
    Row {
        id: "F32",
        title: "a worker dies during an erasure",
        how: "a chat with thirty messages is removed; kill -9 of a worker; the other one or the restarted one erases it in time",
        fault: Fault::KillWorker,
        brief_ms: 1_000,
        long_ms: 5_000,
        ..DEFAULT_ROW
    },
    Row {
        id: "F33",
        title: "64 users toggle five reactions to one message, and instances are killed",
        how: "everyone adds and removes all the time through both senders; kill -9 of a sender or a receiver every four seconds",
        fault: Fault::ReactionCrowd,
        bound_ms: 15_000,
        brief_ms: 20_000,
        long_ms: 60_000,
        full: 1,
        ..DEFAULT_ROW
    },
];
