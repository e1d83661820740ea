//! A program that is asked for a secret, or given one.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long it may take: it may ask a person to unlock something.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(10);

/// Runs a program, and returns what it prints; `given` goes to its input.
///
/// # Errors
/// Why it could not be run or did not end well, with the first line that it complained in. What it
/// printed is not repeated: it may be the secret.
pub(super) fn output(
    command: &[String],
    folder: Option<&Path>,
    given: Option<&str>,
) -> Result<String, String> {
    let Some((program, arguments)) = command.split_first() else {
        return Err("the command is empty".to_owned());
    };
    let mut asked = Command::new(program);
    asked
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(folder) = folder {
        asked.current_dir(folder);
    }
    let mut child = asked
        .spawn()
        .map_err(|e| format!("`{program}` could not be started: {e}"))?;
    if let (Some(mut input), Some(given)) = (child.stdin.take(), given) {
        // One that does not read ends with a reason of its own.
        let _ = input.write_all(given.as_bytes());
    }
    let (out, err) = (reading(child.stdout.take()), reading(child.stderr.take()));
    let status = ended(&mut child).ok_or_else(|| {
        format!(
            "`{program}` did not end within {} seconds",
            PATIENCE.as_secs()
        )
    })?;
    let (out, err) = (out.join(), err.join());
    if status.success() {
        return Ok(out.unwrap_or_default());
    }
    let complaint = err.unwrap_or_default();
    let complaint = complaint
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty());
    Err(match complaint {
        Some(line) => format!("`{program}` says: {}", crate::diag::one_line(line, 200)),
        None => format!("`{program}` ended with {status}"),
    })
}

/// Reads a stream to its end beside the program.
fn reading(stream: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            let _ = stream.take(MOST).read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// No secret is longer, in bytes.
const MOST: u64 = 64 * 1024;

/// Waits for the end; a program that takes too long is ended, and nothing returned.
fn ended(child: &mut Child) -> Option<std::process::ExitStatus> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() > until {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(LOOK);
    }
}
