//! A mailbox (Dovecot) and a server that sends (aiosmtpd), of a test's own, on ports of its own,
//! with a certificate that is made for them.

#![allow(clippy::expect_used, clippy::print_stdout, dead_code)]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The servers, with what they keep.
pub struct Post {
    folder: tempfile::TempDir,
    /// Where the mailbox is: encrypted from the beginning, and later.
    pub imaps: u16,
    pub imap: u16,
    /// Where is sent.
    pub smtp: u16,
    /// Where tokens are had and looked up.
    pub tokens: u16,
    servers: Vec<Child>,
}

/// Returns a Python that knows a module.
pub fn python(module: &str) -> Option<PathBuf> {
    let named = std::env::var_os("SOPWRIGHT_PYTHON").map(PathBuf::from);
    let usual = ["/usr/bin/python3", "python3"].map(PathBuf::from);
    named.into_iter().chain(usual).find(|python| {
        let mut command = Command::new(python);
        command.args(["-c", &format!("import {module}")]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    })
}

/// Says that a test is skipped for want of something.
///
/// # Panics
/// If `SOPWRIGHT_REQUIRE_SERVERS` asks for it.
pub fn skipped(want: &str) {
    let required = std::env::var("SOPWRIGHT_REQUIRE_SERVERS").is_ok_and(|v| v == "1");
    assert!(
        !required,
        "{want}, and SOPWRIGHT_REQUIRE_SERVERS asks for it"
    );
    println!("skipped: {want}");
}

/// Starts both; `None`, said aloud, where one is not installed.
///
/// # Panics
/// If one is not installed and `SOPWRIGHT_REQUIRE_SERVERS` asks for it.
pub fn post() -> Option<Post> {
    let path = std::env::var_os("PATH")?;
    let mut places = std::env::split_paths(&path)
        .chain(["/usr/sbin".into()])
        .map(|folder: PathBuf| folder.join("dovecot"));
    let dovecot = places.find(|place| place.is_file());
    let (Some(dovecot), Some(python)) = (dovecot, python("aiosmtpd")) else {
        skipped("no mail servers are installed (apt install dovecot-imapd python3-aiosmtpd)");
        return None;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    open_to_all(path);
    let [imaps, imap, smtp] = [(); 3]
        .map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"))
        .map(|listener| listener.local_addr().expect("an address").port());
    run(Command::new("openssl").current_dir(path).args([
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "30",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
    ]));
    let tokens = tokens();
    fs::write(
        path.join("tokens.conf"),
        format!("tokeninfo_url = http://127.0.0.1:{tokens}/info?access_token=\nusername_attribute = email\n"),
    )
    .expect("a configuration");
    let config = path.join("dovecot.conf");
    fs::write(&config, dovecot_config(path, imaps, imap)).expect("a configuration");
    fs::create_dir(path.join("sent")).expect("a folder");
    let log = || fs::File::create(path.join("sending.log")).expect("a log");
    let servers = vec![
        Command::new(dovecot)
            .arg("-F")
            .arg("-c")
            .arg(&config)
            .stdin(Stdio::null())
            .stderr(log())
            .spawn()
            .expect("Dovecot starts"),
        Command::new(python)
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/support/sending.py"
            ))
            .arg(smtp.to_string())
            .args([
                path.join("sent"),
                path.join("cert.pem"),
                path.join("key.pem"),
            ])
            .stdin(Stdio::null())
            .stderr(log())
            .spawn()
            .expect("the server starts"),
    ];
    let post = Post {
        folder,
        imaps,
        imap,
        smtp,
        tokens,
        servers,
    };
    for port in [imaps, imap, smtp] {
        post.is_up(port);
    }
    Some(post)
}

impl Post {
    /// Returns the file with the certificate.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// Returns the emails in the folder of drafts, with the flags of each.
    pub fn drafts(&self) -> Vec<(String, String)> {
        let folder = self.folder.path().join("home/Maildir/.Entw&APw-rfe");
        let files = ["cur", "new"].map(|below| fs::read_dir(folder.join(below)));
        let files = files.into_iter().flatten().flatten().flatten();
        let mut drafts: Vec<(String, String)> = files
            .map(|file| {
                let name = file.file_name().to_string_lossy().into_owned();
                let flags = name.rsplit_once(":2,").map_or("", |(_, flags)| flags);
                let text = fs::read(file.path()).expect("a draft");
                (
                    String::from_utf8_lossy(&text).into_owned(),
                    flags.to_owned(),
                )
            })
            .collect();
        drafts.sort();
        drafts
    }

    /// Returns the emails that were sent, in their order.
    pub fn sent(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path().join("sent")).expect("a folder");
        let paths = files.map(|file| file.expect("a file").path());
        let mut paths: Vec<PathBuf> = paths
            .filter(|path| path.extension().is_some_and(|e| e == "eml"))
            .collect();
        paths.sort();
        let texts = paths
            .iter()
            .map(|path| fs::read_to_string(path).expect("an email"));
        texts.collect()
    }

    fn is_up(&self, port: u16) {
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "{}",
                self.logs()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Returns what the servers logged.
    pub fn logs(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.folder.path().join(name));
        ["dovecot.log", "sending.log"]
            .map(|name| read(name).unwrap_or_default())
            .concat()
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        for server in &mut self.servers {
            // Dovecot takes its own processes along where it is asked and not killed.
            let asked = Command::new("kill").arg(server.id().to_string()).status();
            if asked.is_err() {
                let _ = server.kill();
            }
            let _ = server.wait();
        }
    }
}

/// Starts a server that gives a token for a refresh token, and says whose a token is.
fn tokens() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut asked = [0; 4096];
            let read = stream.read(&mut asked).unwrap_or(0);
            let asked = String::from_utf8_lossy(&asked[..read]).into_owned();
            let (status, said) = match asked.split_whitespace().nth(1) {
                Some("/token") => ("200 OK", r#"{"access_token":"t0k3n","expires_in":3600}"#),
                Some("/info?access_token=t0k3n") => ("200 OK", r#"{"email":"zoe"}"#),
                _ => ("401 Unauthorized", "{}"),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}",
                said.len()
            );
            let _ =
                stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n{said}").as_bytes());
        }
    });
    port
}

/// Returns a configuration by which it keeps to its folder, run by root or by anyone else.
fn dovecot_config(path: &Path, imaps: u16, imap: u16) -> String {
    let id = |what: &str| {
        let output = Command::new("id").arg(what).output().expect("id runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let home = path.join("home");
    fs::create_dir(&home).expect("a folder");
    let is_root = id("-u") == "0";
    let (user, group) = match is_root {
        true => ("nobody".to_owned(), "nogroup".to_owned()),
        false => (id("-un"), id("-gn")),
    };
    if is_root {
        run(Command::new("chown").arg("nobody:nogroup").arg(&home));
    }
    let own = match is_root {
        true => String::new(),
        false => format!(
            "default_internal_user = {user}\ndefault_login_user = {user}\ndefault_internal_group = {group}\n"
        ),
    };
    let path = path.display();
    format!(
        "{own}base_dir = {path}/run
log_path = {path}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{path}/cert.pem
ssl_key = <{path}/key.pem
first_valid_uid = 1
mail_location = maildir:{path}/home/Maildir
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {path}/tokens.conf
}}
passdb {{
  driver = static
  args = password=s3cret
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={path}/home
}}
namespace inbox {{
  inbox = yes
  mailbox Entwürfe {{
    special_use = \\Drafts
    auto = create
  }}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
"
    )
}

fn run(command: &mut Command) {
    let output = command.output().expect("it runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[cfg(unix)]
fn open_to_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("rights");
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) {}
