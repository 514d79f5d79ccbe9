//! A Python environment for each judge.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Error, doing, succeed};

/// Makes the environment at `folder` if it is not there, installs `requirements`, and returns its interpreter.
pub(super) fn environment(
    folder: &Path,
    python: &str,
    minor_version: u32,
    requirements: &Path,
) -> Result<PathBuf, Error> {
    let own = folder.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    if !own.exists() {
        let is_new_enough =
            format!("import sys; sys.exit(sys.version_info < (3, {minor_version}))");
        let what = format!("find Python 3.{minor_version} or later as {python} (see --python)");
        succeed(Command::new(python).args(["-c", &is_new_enough])).map_err(doing(what))?;
        succeed(Command::new(python).args(["-m", "venv"]).arg(folder))
            .map_err(doing("make a Python environment"))?;
    }
    let mut install = Command::new(&own);
    install
        .args(["-m", "pip", "install", "--quiet", "--requirement"])
        .arg(requirements);
    succeed(&mut install).map_err(doing("install the judge"))?;
    Ok(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_python_that_is_missing_is_named_with_the_version_that_is_needed() {
        let folder = tempfile::tempdir().unwrap();
        let requirements = folder.path().join("requirements.txt");
        let error = environment(folder.path(), "no-such-python", 10, &requirements).unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("find Python 3.10 or later as no-such-python (see --python): "),
            "{text}"
        );
    }
}
