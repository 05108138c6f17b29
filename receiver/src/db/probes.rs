//! What health checks ask of the database.

/// Whether it compares text as we do: the function that makes names findable finds a name that we know.
pub(crate) const TEXT: &str = "SELECT probe_text()";
