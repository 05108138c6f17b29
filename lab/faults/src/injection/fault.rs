//! The faults by name.

/// What can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Nothing is.
    Nothing,
    /// A sender is killed at a chosen moment of a transaction.
    SenderAtMoment,
    /// A sender is killed.
    KillSender,
    /// A receiver is killed.
    KillReceiver,
    /// A receiver stands still.
    FreezeReceiver,
    /// A worker is killed.
    KillWorker,
    /// All instances are replaced, one after the other.
    RollingRestart,
    /// Redis is told to shut down.
    StopRedis,
    /// Redis stands still.
    FreezeRedis,
    /// Redis drops its subscribers.
    DropSubscribers,
    /// Messages from Redis get lost, double and swapped.
    CorruptMessages,
    /// Another Redis, which is empty.
    ReplaceRedis,
    /// Postgres is restarted.
    RestartPostgres,
    /// The primary dies, and a standby that has everything takes over.
    FailOver,
    /// The primary dies, and a standby that lacks the tail takes over.
    FailOverWithLoss,
    /// All backends are ended.
    EndBackends,
    /// Postgres stands still.
    FreezePostgres,
    /// A row is locked for long, a transaction stays open for long.
    HoldLocks,
    /// The disk is full.
    FillDisk,
    /// The load balancer dies, or cuts, or is reloaded.
    DisturbBalancer,
    /// One link is dead.
    Partition,
    /// Clients have a bad network.
    BadNetwork,
    /// A device was away, and much has happened.
    LongAbsence,
    /// Readers that do not read.
    SlowReaders,
    /// A clock goes wrong.
    SkewClock,
    /// A receiver runs out of memory.
    ExhaustReceiverMemory,
    /// All users instances are away.
    StopUsers,
    /// Someone has to go while people write.
    RemoveParticipant,
    /// A session is revoked.
    RevokeSession,
    /// One send from eight connections at once.
    SendEightTimes,
    /// A device is away while messages are written and removed.
    ReturnAfterRemoval,
    /// Many users toggle reactions to one message, and instances are killed.
    ReactionCrowd,
    /// Some of these at once.
    Nemesis,
}
