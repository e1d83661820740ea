//! Each preset against a server on this machine that answers in the shapes of the service's
//! documentation. What it answers, and what is to come of it, is in `services/NAME.json`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod described;
mod desk;
mod presets;
mod service;
mod tokens;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;

use super::Pause;

/// Notes how long is waited for, and does not wait.
#[derive(Default)]
struct Noted(Mutex<Vec<Duration>>);

#[async_trait]
impl Pause for Noted {
    async fn pause(&self, time: Duration) {
        self.0.lock().unwrap().push(time);
    }
}

impl Noted {
    fn seconds(self: &Arc<Self>) -> Vec<u64> {
        self.0
            .lock()
            .unwrap()
            .iter()
            .map(Duration::as_secs)
            .collect()
    }
}
