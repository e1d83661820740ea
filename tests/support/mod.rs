//! A copy of the shipped workspace, and the real binary run in it.

#![allow(clippy::expect_used, dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A workspace of a test's own, with the shipped SOPs and sample data.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// Copies the shipped workspace.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        copy(&root.join("sops"), &folder.path().join("sops"));
        fs::copy(
            root.join("sopwright.toml"),
            folder.path().join("sopwright.toml"),
        )
        .expect("settings");
        Place { folder }
    }

    /// Returns an empty folder.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Place { folder }
    }

    /// Copies a folder of the shipped workspace too.
    pub fn copy_shipped(&self, name: &str) {
        copy(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(name),
            &self.file(name),
        );
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file of it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, content).expect("a file");
        path
    }

    /// Runs the command line, with no model and the clock of the sample data.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_on("2026-11-16", args)
    }

    /// Runs the command line, with no model, on a day.
    pub fn run_on(&self, day: &str, args: &[&str]) -> Ran {
        self.with(args, &["--model", "built-in", "--as-of", day])
    }

    /// Runs the command line, the model's answers taken from a recording.
    pub fn replay(&self, recording: &str, args: &[&str]) -> Ran {
        self.with(args, &["--replay", recording, "--as-of", "2026-11-16"])
    }

    fn with(&self, args: &[&str], model: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_sopwright"))
            .args(args)
            .args(model)
            .current_dir(self.path())
            .env_remove("ANTHROPIC_API_KEY")
            .env_remove("OPENAI_API_KEY")
            .env_remove("OPENAI_BASE_URL")
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .stdin(Stdio::null())
            .output()
            .expect("the binary runs");
        Ran(output)
    }
}

/// What a run of the binary gave.
pub struct Ran(Output);

impl Ran {
    /// The exit code.
    pub fn code(&self) -> i32 {
        self.0.status.code().unwrap_or(-1)
    }

    /// Standard output.
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    /// Standard error.
    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// Asserts that it went well, and returns standard output.
    pub fn ok(&self) -> String {
        assert_eq!(self.code(), 0, "{}\n{}", self.out(), self.err());
        self.out()
    }

    /// Asserts that it failed with a code, and returns standard error.
    pub fn fails(&self, code: i32) -> String {
        assert_eq!(self.code(), code, "{}\n{}", self.out(), self.err());
        self.err()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
