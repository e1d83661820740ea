//! The slash commands, in one table that feeds help and completion.

use std::path::Path;

use super::Chat;
use crate::builder::in_words;
use crate::diag::{Error, Result, count};
use crate::rehearse::PastFiles;
use crate::ui::{self, Style, paint};

/// The commands: name, and what it does.
pub(super) const COMMANDS: [(&str, &str); 16] = [
    ("show", "the workflow in plain language"),
    ("diagram", "the workflow as a picture"),
    ("trace", "what carries out each statement of the SOP"),
    ("check", "what the checker finds"),
    ("dry-run", "run it on sample rows; /dry-run 20 for more"),
    (
        "backtest",
        "compare with what people decided: /backtest cases.csv decided.csv",
    ),
    ("diff", "what changed since it was saved"),
    ("undo", "take the last change back"),
    (
        "history",
        "every saved version; /history 3 goes back to version 3",
    ),
    ("save", "save it as it is"),
    (
        "inbox",
        "what waits for you; /inbox show 3, approve 3, reject 3 --why …",
    ),
    ("model", "which model builds"),
    ("cost", "what this session has used"),
    ("connections", "tables and tools"),
    ("help", "this list"),
    ("quit", "leave; the session is kept"),
];

impl Chat<'_> {
    /// Carries out a slash command.
    pub(super) async fn command(&mut self, line: &str) -> Result<()> {
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        match name {
            "show" => self.show_workflow(),
            "diagram" => self.show_diagram(),
            "trace" => self.show_trace(),
            "check" => self.check()?,
            "dry-run" => self.dry_run(rest.trim()).await?,
            "backtest" => self.backtest(rest.trim()).await?,
            "diff" => self.diff()?,
            "undo" => self.undo().await?,
            "history" => self.history(rest.trim()).await?,
            "save" => self.save(rest.trim()).await?,
            "inbox" => crate::cli::inbox_command(self.context, rest.trim()).await?,
            "model" => self.model().await?,
            "cost" => self.cost(),
            "connections" => self.connections().await,
            "help" => help(),
            other => {
                let names = COMMANDS.iter().map(|(name, _)| *name);
                let near = crate::diag::nearest(other, names)
                    .map_or("/help lists them.".to_owned(), |near| {
                        format!("Did you mean /{near}?")
                    });
                return Err(Error::usage(format!("There is no command /{other}")).help(near));
            }
        }
        Ok(())
    }

    pub(super) fn builder(&mut self) -> Result<&mut crate::builder::Builder> {
        self.builder.as_mut().ok_or_else(|| {
            Error::usage("There is no workflow yet").help("Name an SOP, or paste one.")
        })
    }

    fn check(&mut self) -> Result<()> {
        let builder = self.builder()?;
        let review = builder
            .session
            .draft
            .review(&builder.session.sop, &builder.resources.catalog);
        match review {
            Some(review) => ui::out(ui::diagnostics(&review.findings)),
            None => ui::out("There is no workflow yet."),
        }
        Ok(())
    }

    async fn dry_run(&mut self, cases: &str) -> Result<()> {
        let cases = match cases {
            "" => 8,
            number => number
                .parse()
                .map_err(|_| Error::usage(format!("`{number}` is not a number of cases")))?,
        };
        let bar = ui::Progress::bar("Dry run", cases as u64);
        let outcome = self
            .builder()?
            .rehearse_now(cases, &|done, _| bar.at(done as u64))
            .await;
        bar.end();
        ui::out(ui::report(outcome?.report()));
        Ok(())
    }

    pub(super) async fn backtest(&mut self, files: &str) -> Result<()> {
        let mut words = files.split_whitespace().map(str::to_owned);
        let (Some(cases), Some(decided)) = (words.next(), words.next()) else {
            return Err(
                Error::usage("Two files are needed: past cases, and what was decided").help(
                    "Type: /backtest cases.csv decided.csv, and COLUMN=FIELD where names differ.",
                ),
            );
        };
        let named: Vec<String> = words.collect();
        self.builder()?;
        let files = PastFiles::read(Path::new(&cases), Path::new(&decided)).await?;
        let bar = ui::Progress::bar("Backtest", files.rows() as u64);
        let builder = self.builder()?;
        let report = builder
            .backtest_now(&files, &named, &|done, _| bar.at(done as u64))
            .await;
        bar.end();
        ui::out(ui::backtest(&report?, &builder.session.sop));
        Ok(())
    }

    fn diff(&mut self) -> Result<()> {
        let context = self.context;
        let builder = self.builder()?;
        let session = &builder.session;
        let Some(now) = &session.draft.document else {
            ui::out("There is no workflow yet.");
            return Ok(());
        };
        let Ok(stored) = crate::store::load(&context.workspace, &session.name) else {
            ui::out("It was not saved yet: all of it is new.");
            return Ok(());
        };
        let changes = in_words(&stored.draft.document, now);
        if stored.draft.document == *now {
            ui::out("Nothing changed since it was saved.");
        } else if changes.is_empty() {
            ui::out("It changed only in what its parts cite, or cannot be read: /check says why.");
        }
        if !changes.is_empty() {
            ui::out(ui::changes(&changes));
        }
        Ok(())
    }

    async fn save(&mut self, why: &str) -> Result<()> {
        let why = if why.is_empty() {
            "Saved by hand in chat"
        } else {
            why
        }
        .to_owned();
        let builder = self.builder()?;
        if builder.session.current_report().is_none() {
            builder.rehearse_now(8, &|_, _| {}).await?;
        }
        let line = builder.save_now(&why).await?;
        ui::out(format!("{} saved {line}", paint(Style::Good, "✓")));
        Ok(())
    }

    async fn model(&mut self) -> Result<()> {
        let chosen = self.context.model().await?;
        ui::out(format!(
            "{} builds. Start with --model to use another; `sopwright doctor` lists what was found.",
            chosen.model.name()
        ));
        Ok(())
    }

    fn cost(&self) {
        let Some(builder) = &self.builder else {
            ui::out("Nothing was used yet.");
            return;
        };
        let session = &builder.session;
        let steps = builder.resources.llm.spent();
        ui::out(format!(
            "Building: {} tokens in, {} out, ${:.4}. Dry runs: {}, ${:.4}.",
            session.usage.prompt(),
            session.usage.output,
            session.cost,
            count(
                usize::try_from(steps.calls).unwrap_or(usize::MAX),
                "model call"
            ),
            steps.cost
        ));
    }

    async fn connections(&self) {
        let catalog = match &self.builder {
            Some(builder) => (*builder.resources.catalog).clone(),
            None => self.context.connections().catalog().await,
        };
        for (name, info) in &catalog.connections {
            let parts: Vec<&str> = info
                .tables
                .keys()
                .chain(info.tools.keys())
                .map(String::as_str)
                .collect();
            let what = info.problem.clone().unwrap_or_else(|| parts.join(", "));
            ui::out(format!(
                "{} {what}",
                paint(Style::Strong, format!("{name}:"))
            ));
        }
    }
}

fn help() {
    for (name, about) in COMMANDS {
        ui::out(format!(
            "  {} {about}",
            paint(Style::Accent, format!("{:<14}", format!("/{name}")))
        ));
    }
    ui::out(
        "Everything else is said to the builder: “medium should also need two open tickets”, “every weekday at 9 in London”, “what happened to Acme?”, “undo that”.",
    );
}
