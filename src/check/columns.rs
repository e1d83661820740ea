//! Which column of the data an expression reads, and what its values show.

use crate::check::{Context, Site};
use crate::connect::Column;
use crate::expr::ast::{self, Node};
use crate::expr::functions::OVER_ITEMS;
use crate::spec::{FieldType, Pull, StepKind};

/// The data that `item` stands for, inside of `where(list, 'condition over item')`.
pub(super) type Item<'c> = Option<&'c Pull>;

impl<'c> Context<'c> {
    /// Goes through all of an expression, the conditions over `item` too, and tells of each part
    /// what `item` is there.
    pub(super) fn look_through(&self, node: &Node, look: &mut dyn FnMut(&Node, Item<'c>)) {
        self.look(node, None, look);
    }

    fn look(&self, node: &Node, item: Item<'c>, look: &mut dyn FnMut(&Node, Item<'c>)) {
        look(node, item);
        if let Node::Call(name, args, _) = node
            && OVER_ITEMS.contains(&name.as_str())
            && let [list, Node::Literal(condition)] = args.as_slice()
            && let Some(Ok(condition)) = condition.as_str().map(ast::expression)
        {
            self.look(list, item, look);
            return self.look(&condition, self.rows_of(list), look);
        }
        for child in node.children() {
            self.look(child, item, look);
        }
    }

    /// Returns the data that a list is taken from.
    fn rows_of(&self, list: &Node) -> Item<'c> {
        match list {
            Node::Name(name) if Some(name.as_str()) != self.workflow.item() => {
                self.workflow.data.get(name)
            }
            Node::Call(name, args, _) if matches!(name.as_str(), "where" | "sort" | "reverse") => {
                self.rows_of(args.first()?)
            }
            _ => None,
        }
    }

    /// Returns the data whose row a name is at a site.
    fn pull_of(&self, site: &Site, name: &str, item: Item<'c>) -> Item<'c> {
        let workflow = self.workflow;
        let cases = || workflow.data.get(&workflow.for_each.as_ref()?.over);
        if name == "item" {
            return item;
        }
        if workflow.item() == Some(name) {
            return cases();
        }
        let part = site.part.as_deref()?;
        if name == "row" {
            return workflow.data.get(part);
        }
        // Inside an `each` step its `as` is a row, where it goes through a table as it is.
        workflow.steps.iter().find_map(|step| match &step.kind {
            StepKind::Each(each) if each.name == name => {
                self.rows_of(&ast::expression(each.over.as_str()).ok()?)
            }
            _ => None,
        })
    }

    /// Returns the data that `account.field` is read from, and the field.
    fn read_from<'n>(
        &self,
        site: &Site,
        node: &'n Node,
        item: Item<'c>,
    ) -> Option<(&'c Pull, &'n str)> {
        let Node::Field(base, field) = node else {
            return None;
        };
        let name: &str = match &**base {
            Node::Name(name) => name,
            // Of `case.account` and `case.item` the row is that of the case.
            Node::Field(case, name) if matches!(&**case, Node::Name(n) if n == "case") => {
                if name == "item" {
                    self.workflow.item()?
                } else {
                    name
                }
            }
            _ => return None,
        };
        Some((self.pull_of(site, name, item)?, field))
    }

    /// Returns the column that `account.field` is read from, unless it is pinned as another type
    /// than its values have.
    pub(super) fn column(&self, site: &Site, node: &Node, item: Item<'c>) -> Option<&'c Column> {
        let (column, pinned) = self.pinned(site, node, item)?;
        let number = |field| matches!(field, FieldType::Number | FieldType::Integer);
        let same = pinned == column.field || (number(pinned) && number(column.field));
        same.then_some(column)
    }

    /// Returns the column that `account.field` is read from, and the type as which it is read.
    pub(super) fn pinned(
        &self,
        site: &Site,
        node: &Node,
        item: Item<'c>,
    ) -> Option<(&'c Column, FieldType)> {
        let (pull, field) = self.read_from(site, node, item)?;
        let column = self.table(&pull.from)?.columns.get(field)?;
        let pinned = pull.fields.get(field).copied();
        Some((column, pinned.unwrap_or(column.field)))
    }

    /// Returns the number of rows of the table that `account.field` is read from.
    pub(super) fn rows(&self, site: &Site, node: &Node, item: Item<'c>) -> Option<u64> {
        let (pull, _) = self.read_from(site, node, item)?;
        self.table(&pull.from)?.rows
    }
}
