//! `sopwright worker`

use std::net::SocketAddr;
use std::process::ExitCode;

use super::serve::stopped;
use super::{Context, args};
use crate::diag::{Error, Result};
use crate::runner::{Door, Worker};
use crate::ui;

pub(super) async fn worker(context: &Context, args: args::Worker) -> Result<ExitCode> {
    let settings = context.workspace.settings().restate.clone();
    let listen = args.listen.unwrap_or(settings.listen);
    let listen: SocketAddr = listen.parse().map_err(|_| {
        Error::usage(format!("`{listen}` is not an address to listen on"))
            .help("Write an IP address and a port, as in 127.0.0.1:9080.")
    })?;
    let door = Door {
        listen,
        advertise: args.advertise.or(settings.advertise),
        admin: settings.admin.clone(),
        identity: settings.identity,
    };
    let llm = context.llm().await?;
    let worker = Worker::new(context.workspace.clone(), context.journal()?, llm);
    worker
        .serve(door, stopped(), |url| {
            ui::out(format!(
                "The worker is up at {url} and known to Restate at {}.",
                settings.admin
            ));
        })
        .await?;
    Ok(ExitCode::SUCCESS)
}
