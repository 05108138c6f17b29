//! A copy of the checkout in which a patch may be applied.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lab_stack::Error;

/// A copy of the files that git knows of the checkout, including uncommitted changes. It is kept between runs, and unchanged
/// files are not written again, so that only the patched services are built each time.
#[derive(Debug)]
pub struct ScratchCopy {
    source: PathBuf,
    build: PathBuf,
}

impl ScratchCopy {
    /// Creates or updates the copy below `directory`. The current directory must be the checkout.
    pub fn of_the_checkout(directory: &Path) -> Result<ScratchCopy, Error> {
        ScratchCopy::of(Path::new("."), directory)
    }

    fn of(checkout: &Path, directory: &Path) -> Result<ScratchCopy, Error> {
        fs::create_dir_all(directory).map_err(|cause| Error::io("make a scratch copy", cause))?;
        let directory = directory
            .canonicalize()
            .map_err(|cause| Error::io("make a scratch copy", cause))?;
        let copy = ScratchCopy {
            source: directory.join("source"),
            build: directory.join("build"),
        };
        let mut git = Command::new("git");
        git.current_dir(checkout).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]);
        let listed = run(&mut git)?;
        let names = listed.split('\0').filter(|name| !name.is_empty());
        // Git also lists files whose deletion is not committed yet.
        let names: BTreeSet<&Path> = names
            .map(Path::new)
            .filter(|name| checkout.join(name).is_file())
            .collect();
        let failed = |cause| Error::io("copy the checkout", cause);
        for name in &names {
            copy.renew(checkout, name).map_err(failed)?;
        }
        copy.remove_others(&copy.source, &names).map_err(failed)?;
        Ok(copy)
    }

    /// Removes the files below `folder` that are no longer in the checkout.
    fn remove_others(&self, folder: &Path, names: &BTreeSet<&Path>) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                self.remove_others(&path, names)?;
            } else if path
                .strip_prefix(&self.source)
                .is_ok_and(|name| !names.contains(name))
            {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// Copies one file, unless the content is the same.
    fn renew(&self, checkout: &Path, name: &Path) -> io::Result<()> {
        let target = self.source.join(name);
        let content = fs::read(checkout.join(name))?;
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
        // The copy is inside a repository with other paths.
        let outside = self.source.parent().unwrap_or(&self.source);
        let mut git = Command::new("git");
        git.current_dir(&self.source)
            .env("GIT_CEILING_DIRECTORIES", outside)
            .arg("apply")
            .arg(&patch);
        run(&mut git).map(drop)
    }

    /// Builds all programs, and returns the path of this one.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renewed_copy_has_what_the_checkout_has_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let checkout = place.path().join("checkout");
        fs::create_dir_all(checkout.join("src")).unwrap();
        run(Command::new("git").args(["init", "--quiet"]).arg(&checkout)).unwrap();
        for name in ["src/moved.rs", "src/stays.rs"] {
            fs::write(checkout.join(name), name).unwrap();
        }
        let copy = ScratchCopy::of(&checkout, &place.path().join("scratch")).unwrap();
        assert!(copy.source.join("src/moved.rs").is_file());

        fs::rename(checkout.join("src/moved.rs"), checkout.join("here.rs")).unwrap();
        fs::write(checkout.join("src/stays.rs"), "changed").unwrap();
        let copy = ScratchCopy::of(&checkout, &place.path().join("scratch")).unwrap();
        assert!(!copy.source.join("src/moved.rs").exists());
        assert!(copy.source.join("here.rs").is_file());
        let stays = fs::read_to_string(copy.source.join("src/stays.rs")).unwrap();
        assert_eq!(stays, "changed");
    }
}
