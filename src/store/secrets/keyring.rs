//! The keyring of the system, asked through the program that each system has for it: the Keychain
//! of macOS, and on Linux what offers the Secret Service (GNOME Keyring, KWallet, KeePassXC).

use super::outside::output;
use crate::diag::{Error, Result};

/// What entries are filed under.
const SERVICE: &str = "sopwright";

/// Why nothing can be kept or found on other systems.
const UNKNOWN: &str = "no keyring of this system is known";

/// Returns the value of a variable.
///
/// # Errors
/// Why it cannot be had.
pub(super) fn value(name: &str) -> std::result::Result<String, String> {
    let asked = match std::env::consts::OS {
        "macos" => run(
            &[
                "security",
                "find-generic-password",
                "-s",
                SERVICE,
                "-a",
                name,
                "-w",
            ],
            None,
        ),
        "linux" => run(
            &[
                "secret-tool",
                "lookup",
                "service",
                SERVICE,
                "variable",
                name,
            ],
            None,
        ),
        _ => Err(UNKNOWN.to_owned()),
    };
    asked.map_err(|why| explained(&why, name))
}

/// Keeps the value of a variable, in the place of the one before.
///
/// # Errors
/// If the keyring cannot be used.
pub fn keep(name: &str, value: &str) -> Result<()> {
    let label = format!("--label=Sopwright {name}");
    let kept = match std::env::consts::OS {
        // On its command line others could see the value, so it goes to its input.
        "macos" => {
            let line = format!(
                "add-generic-password -U -s {SERVICE} -a {} -w {}\n",
                quoted(name),
                quoted(value)
            );
            run(&["security", "-i"], Some(&line))
        }
        "linux" => run(
            &[
                "secret-tool",
                "store",
                &label,
                "service",
                SERVICE,
                "variable",
                name,
            ],
            Some(value),
        ),
        _ => Err(UNKNOWN.to_owned()),
    };
    kept.map(|_| ()).map_err(|why| {
        Error::unavailable(format!("{name} could not be kept in the keyring"))
            .because(explained(&why, name))
            .help("Put it into the environment or into .env of the workspace instead.")
    })
}

fn run(command: &[&str], given: Option<&str>) -> std::result::Result<String, String> {
    let command: Vec<String> = command.iter().map(|&part| part.to_owned()).collect();
    output(&command, None, given)
}

/// Quotes a text as `security -i` reads it.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

fn explained(why: &str, name: &str) -> String {
    if why.contains("could not be started") && cfg!(target_os = "linux") {
        return "the program secret-tool is needed (package libsecret-tools), and a keyring that is unlocked".to_owned();
    }
    if why.contains("ended with") || why.contains("could not be found") {
        return format!(
            "the keyring has no {name}: `sopwright secrets set {name} --keyring` keeps it there"
        );
    }
    why.to_owned()
}
