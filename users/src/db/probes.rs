//! Statements of health checks.

/// Whether it compares text as we do: the function that makes names findable finds a name that we know.
pub(crate) const TEXT: &str = "SELECT probe_text()";

/// Whether a new connection can do what every write does: run a function in the language of `append_events`.
pub(crate) const WRITES: &str = "SELECT probe_writes()";
