//! A small disk for Postgres that can be filled.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use lab_stack::Error;
use lab_stack::stack::Options;

/// Enough for a cluster and its write-ahead log.
const DISK_SIZE: &str = "size=400m";

/// Unmounts the disk when its input ends, however this process ends.
const UNMOUNT_SCRIPT: &str = "while read -r _; do :; done; umount -l \"$1\"; rm -rf \"$2\"";

/// A file system in memory, mounted where Postgres keeps its data.
pub struct SmallDisk {
    disk: PathBuf,
    unmounter: Child,
}

/// Why this machine does not support it; none if it does.
pub fn unsupported_reason() -> Option<String> {
    let root = rustix::process::getuid().is_root();
    (!root).then(|| "mounting a small disk requires root".to_owned())
}

impl SmallDisk {
    /// Mounts the disk and configures the stack to keep its data there.
    pub fn mount(options: &mut Options) -> Result<SmallDisk, Error> {
        let data = tempfile::Builder::new()
            .prefix("antiphon-cramped-")
            .tempdir_in("/var/tmp")
            .map_err(|cause| Error::failed("a directory for a disk", cause))?
            .keep();
        let disk = data.join("postgres");
        fs::create_dir(&disk).map_err(|cause| Error::failed("a directory for a disk", cause))?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", DISK_SIZE, "antiphon-lab"])
            .arg(&disk)
            .output()
            .map_err(|cause| Error::failed("mount", cause))?;
        if !mounted.status.success() {
            let _ = fs::remove_dir_all(&data);
            return Err(Error::failed(
                "mount",
                String::from_utf8_lossy(&mounted.stderr),
            ));
        }
        let unmounter = Command::new("sh")
            .args(["-c", UNMOUNT_SCRIPT, "lab-sweep"])
            .arg(&disk)
            .arg(&data)
            .stdin(Stdio::piped())
            .spawn()
            .map_err(|cause| Error::failed("sh", cause))?;
        options.data = Some(data);
        Ok(SmallDisk { disk, unmounter })
    }

    /// Fills it to the last byte.
    pub fn fill(&self) -> Result<(), Error> {
        let path = self.filler();
        let mut file =
            File::create(&path).map_err(|cause| Error::failed("creating the filler", cause))?;
        let block = vec![0_u8; 1 << 16];
        while file.write_all(&block).is_ok() {}
        Ok(())
    }

    /// Frees the disk again.
    pub fn free(&self) -> Result<(), Error> {
        fs::remove_file(self.filler()).map_err(|cause| Error::failed("removing the filler", cause))
    }

    fn filler(&self) -> PathBuf {
        Path::new(&self.disk).join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.unmounter.stdin.take());
        // Unmounting works without us, too.
        let _ = self.unmounter.wait();
    }
}
