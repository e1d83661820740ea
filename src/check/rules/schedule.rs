//! Cron and time zone exist.

use crate::check::Context;
use crate::diag::Diagnostic;
use crate::spec::TriggerKind;
use crate::spec::cron;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Diagnostic>) {
    let TriggerKind::Schedule(schedule) = &context.workflow.trigger.kind else {
        return;
    };
    if let Err(why) = cron::parse(&schedule.cron) {
        findings.push(
            Diagnostic::error("cron", "/trigger/cron", format!("This is not a cron expression: {why}"))
                .excerpt(&schedule.cron)
                .help("Five fields: minute, hour, day of month, month, day of week. `0 8 * * MON` is Mondays at 8:00, `0 9 * * MON-FRI` weekdays at 9:00."),
        );
    }
    if let Err(nearest) = cron::timezone(&schedule.timezone) {
        findings.push(
            Diagnostic::error(
                "timezone",
                "/trigger/timezone",
                format!("There is no time zone `{}`", schedule.timezone),
            )
            .help(nearest.map_or(
                "Use an IANA name, such as Europe/London or America/New_York.".to_owned(),
                |n| format!("Did you mean `{n}`?"),
            )),
        );
    }
}
