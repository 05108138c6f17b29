//! Clocks that go wrong, through libfaketime.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use lab_stack::Error;
use lab_stack::stack::{Instance, Options};

/// A file per instance that says how wrong its clock is.
pub struct Clocks {
    files: HashMap<Instance, PathBuf>,
    // Removed with everything in it.
    _directory: tempfile::TempDir,
}

fn library() -> Option<PathBuf> {
    let places = fs::read_dir("/usr/lib").ok()?;
    let candidates =
        places.filter_map(|place| Some(place.ok()?.path().join("faketime/libfaketimeMT.so.1")));
    candidates.into_iter().find(|path| path.is_file())
}

/// Why clocks cannot be set here.
pub fn unsupported_reason() -> Option<String> {
    match library() {
        Some(_) => None,
        None => Some("libfaketime is not installed (Debian package faketime)".to_owned()),
    }
}

impl Clocks {
    /// Gives each service a clock of its own, which is right for now. Postgres keeps the
    /// machine's: its clock is the one that counts.
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
                // Timers go on as they were: a step of the wall clock does not touch them.
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

    /// From now on the instance's clock is wrong by so many seconds.
    pub fn set(&self, instance: Instance, seconds: i64) -> Result<(), Error> {
        let Some(file) = self.files.get(&instance) else {
            return Ok(());
        };
        fs::write(file, format!("{seconds:+}s\n"))
            .map_err(|cause| Error::io(format!("write {}", file.display()), cause))
    }
}
