//! What the choices of a question mean in the data: how many rows each takes in.

use serde_json::Value as Json;

use super::{Resources, Weight};
use crate::connect::Scan;
use crate::engine::base_scope;
use crate::expr::{Condition, from_json};

/// The most rows that are looked through.
pub(super) const LOOKED_THROUGH: usize = 200_000;

/// Counts the rows that each choice takes in. Where that cannot be done, the question stands
/// without figures: it is no reason not to ask it.
pub(super) async fn count(weight: &mut Weight, resources: &Resources, workflow: &str) {
    weight.counted = counted(weight, resources, workflow).await;
}

async fn counted(
    weight: &Weight,
    resources: &Resources,
    workflow: &str,
) -> Option<(usize, Vec<usize>)> {
    let conditions: Vec<Condition> = weight
        .expressions
        .iter()
        .map(|source| Condition::compile(source).ok())
        .collect::<Option<_>>()?;
    let (connection, table) = weight.table.split_once('.')?;
    resources.catalog.table(&weight.table)?;
    let connection = resources.connections.get(connection)?;
    let mut rows = connection.scan(Scan::all(table)).await.ok()?;
    let mut scope = base_scope(&resources.run_info(workflow, None), &Json::Null);
    let (mut all, mut taken) = (0, vec![0; conditions.len()]);
    while let Some(chunk) = rows.next().await {
        for row in chunk.ok()? {
            all += 1;
            if all > LOOKED_THROUGH {
                return None;
            }
            scope.set("row", from_json(&Json::Object(row)));
            for (condition, taken) in conditions.iter().zip(&mut taken) {
                *taken += usize::from(condition.holds(&scope).ok()?);
            }
        }
    }
    Some((all, taken))
}
