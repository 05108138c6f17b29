//! The bugs that the fault lab must detect are patches. A patch that no longer applies proves nothing.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use lab_faults::mutants::MUTANTS;

use crate::{assert_none, checkout};

#[test]
fn every_mutant_has_a_patch_and_every_patch_still_applies() {
    let patches: BTreeSet<String> = checkout::files(&[".patch"])
        .iter()
        .filter(|path| path.starts_with("lab/faults/mutants"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let names: BTreeSet<String> = MUTANTS
        .iter()
        .map(|mutant| mutant.name.to_owned())
        .collect();
    assert_eq!(patches, names);
    let refused = names.iter().filter_map(|name| refusal(name)).collect();
    assert_none("a mutant's patch no longer applies; make it anew", refused);
}

/// The error of git for a patch that does not apply.
fn refusal(name: &str) -> Option<String> {
    let patch = Path::new("lab/faults/mutants").join(format!("{name}.patch"));
    let output = Command::new("git")
        .current_dir(checkout::root())
        .args(["apply", "--check"])
        .arg(&patch)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    (!output.status.success()).then(|| format!("{name}: {}", said.trim()))
}
