//! A copy of the checkout in which a patch may be applied.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lab_stack::Error;

/// A copy of what git knows of the checkout, changes that are not committed included. It is kept between runs, and what
/// has not changed is not written anew, so that only the patched services are built each time.
#[derive(Debug)]
pub struct ScratchCopy {
    source: PathBuf,
    build: PathBuf,
}

impl ScratchCopy {
    /// Makes or renews the copy below `directory`. The current directory must be the checkout.
    pub fn of_the_checkout(directory: &Path) -> Result<ScratchCopy, Error> {
        fs::create_dir_all(directory).map_err(|cause| Error::io("make a scratch copy", cause))?;
        let directory = directory
            .canonicalize()
            .map_err(|cause| Error::io("make a scratch copy", cause))?;
        let copy = ScratchCopy {
            source: directory.join("source"),
            build: directory.join("build"),
        };
        let tracked = run(Command::new("git").args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]))?;
        for name in tracked.split('\0').filter(|name| !name.is_empty()) {
            copy.renew(Path::new(name))
                .map_err(|cause| Error::io("copy the checkout", cause))?;
        }
        Ok(copy)
    }

    /// Copies one file, unless both are the same. A file that was removed from the checkout is removed.
    fn renew(&self, name: &Path) -> io::Result<()> {
        let target = self.source.join(name);
        let Ok(content) = fs::read(name) else {
            return match fs::remove_file(&target) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
                _ => Ok(()),
            };
        };
        if fs::read(&target).is_ok_and(|old| old == content) {
            return Ok(());
        }
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(target, content)
    }

    /// Applies the patch of the mutant with this name.
    pub fn apply(&self, mutant: &str) -> Result<(), Error> {
        let patch = self
            .source
            .join("lab/faults/mutants")
            .join(format!("{mutant}.patch"));
        // The copy lies inside of a repository, whose paths are others.
        let outside = self.source.parent().unwrap_or(&self.source);
        let mut git = Command::new("git");
        git.current_dir(&self.source)
            .env("GIT_CEILING_DIRECTORIES", outside)
            .arg("apply")
            .arg(&patch);
        run(&mut git).map(drop)
    }

    /// Builds all programs, and says where this one is.
    pub fn build(&self, program: &str) -> Result<PathBuf, Error> {
        let mut cargo = Command::new("cargo");
        cargo
            .current_dir(&self.source)
            .args(["build", "--locked", "--quiet", "--workspace", "--bins"])
            .arg("--target-dir")
            .arg(&self.build);
        run(&mut cargo)?;
        Ok(self.build.join("debug").join(program))
    }
}

/// The output of a program that must succeed.
fn run(command: &mut Command) -> Result<String, Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .map_err(|cause| Error::io("run a program", cause))?;
    match status.success() {
        true => Ok(String::from_utf8_lossy(&stdout).into_owned()),
        false => Err(Error::Failed {
            program,
            output: String::from_utf8_lossy(&stderr).into_owned(),
        }),
    }
}
