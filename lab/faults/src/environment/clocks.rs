//! Clocks that can be set, with libfaketime.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use lab_stack::Error;
use lab_stack::stack::{Instance, Options};

/// A file for each instance that contains the offset of its clock.
pub struct Clocks {
    files: HashMap<Instance, PathBuf>,
    // Removed when this value is dropped.
    _directory: tempfile::TempDir,
}

fn library() -> Option<PathBuf> {
    let places = fs::read_dir("/usr/lib").ok()?;
    let candidates =
        places.filter_map(|place| Some(place.ok()?.path().join("faketime/libfaketimeMT.so.1")));
    candidates.into_iter().find(|path| path.is_file())
}

/// Why this machine does not support them; none if it does.
pub fn unsupported_reason() -> Option<String> {
    match library() {
        Some(_) => None,
        None => Some("libfaketime is not installed (Debian package faketime)".to_owned()),
    }
}

impl Clocks {
    /// Gives each instance its own clock, which is right at first. Postgres keeps the clock of the machine, which is the one
    /// that counts.
    pub fn install(options: &mut Options) -> Result<Clocks, Error> {
        let library = library().ok_or_else(|| Error::failed("faketime", "not installed"))?;
        let directory =
            tempfile::tempdir().map_err(|cause| Error::failed("a directory for clocks", cause))?;
        let mut files = HashMap::new();
        for instance in Instance::all() {
            let file = directory.path().join(instance.to_string());
            let variables = [
                ("LD_PRELOAD", library.display().to_string()),
                ("FAKETIME_TIMESTAMP_FILE", file.display().to_string()),
                ("FAKETIME_CACHE_DURATION", "1".to_owned()),
                // Timers are not affected by a step of the wall clock.
                ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
                ("DONT_FAKE_MONOTONIC", "1".to_owned()),
            ];
            let environment = options.environment_of.entry(instance).or_default();
            environment.extend(variables.map(|(name, value)| (name.to_owned(), value)));
            files.insert(instance, file);
        }
        let clocks = Clocks {
            files,
            _directory: directory,
        };
        Instance::all().try_for_each(|instance| clocks.set(instance, 0))?;
        Ok(clocks)
    }

    /// Sets the offset of an instance's clock, in seconds.
    pub fn set(&self, instance: Instance, seconds: i64) -> Result<(), Error> {
        let Some(file) = self.files.get(&instance) else {
            return Ok(());
        };
        fs::write(file, format!("{seconds:+}s\n"))
            .map_err(|cause| Error::io(format!("write {}", file.display()), cause))
    }
}
