//! The outputs: what each reads, and where it goes.

use std::rc::Rc;

use super::Walk;
use crate::check::sites::{Role, escape};
use crate::expr::Names;
use crate::spec::{Output, OutputKind, Per};

impl Walk<'_> {
    pub(super) fn output(&mut self, output: &Output, case: &Rc<Names>, run: &Rc<Names>) {
        let id = Some(output.common.id.as_str());
        let at = self.at(&output.common.id);
        let per_run = output.common.per == Per::Run;
        let scope = if per_run { run } else { case };
        if let Some(when) = &output.common.when {
            self.sites.expression(
                format!("{at}/when"),
                id,
                Role::Condition,
                when.as_str(),
                scope,
            );
        }
        let sites = &mut self.sites;
        let mut text = |field: &str, role: Role, text: &crate::spec::Text| {
            sites.template(format!("{at}/{field}"), id, role, text.as_str(), scope);
        };
        match &output.kind {
            OutputKind::Document(document) => {
                text("file", Role::Address, &document.file);
                text("body", Role::Template, &document.body);
            }
            OutputKind::EmailDraft(email) => {
                text("to", Role::Address, &email.to);
                if let Some(cc) = &email.cc {
                    text("cc", Role::Address, cc);
                }
                text("subject", Role::Template, &email.subject);
                text("body", Role::Template, &email.body);
            }
            OutputKind::Message(message) => {
                text("to", Role::Address, &message.to);
                text("text", Role::Template, &message.text);
            }
            OutputKind::Table(table) => {
                text("file", Role::Address, &table.file);
                if let Some(only) = &table.only {
                    sites.expression(
                        format!("{at}/where"),
                        id,
                        Role::Condition,
                        only.as_str(),
                        run,
                    );
                }
                for (index, by) in table.order_by.iter().enumerate() {
                    let source = by.as_str().trim_start_matches('-');
                    sites.expression(
                        format!("{at}/order_by/{index}"),
                        id,
                        Role::Value,
                        source,
                        run,
                    );
                }
                for (name, value) in &table.columns {
                    sites.tree(
                        &format!("{at}/columns/{}", escape(name)),
                        id,
                        Role::Template,
                        value,
                        run,
                    );
                }
            }
            OutputKind::Update(update) => {
                for (name, value) in &update.key {
                    sites.tree(
                        &format!("{at}/key/{}", escape(name)),
                        id,
                        Role::Address,
                        value,
                        scope,
                    );
                }
                for (name, value) in &update.set {
                    sites.tree(
                        &format!("{at}/set/{}", escape(name)),
                        id,
                        Role::Template,
                        value,
                        scope,
                    );
                }
            }
            OutputKind::Call(call) => {
                for (name, value) in &call.arguments {
                    sites.tree(
                        &format!("{at}/with/{}", escape(name)),
                        id,
                        Role::Template,
                        value,
                        scope,
                    );
                }
            }
        }
    }
}
