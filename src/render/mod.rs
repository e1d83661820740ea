//! The forms in which people's programs open what is made: Markdown as a page, a Word document or
//! the text of a chat, tables as CSV or a workbook, and emails as messages.
//!
//! Whatever stands in a text came from data, at least in part: nothing of it becomes markup, a
//! formula, a header or a mention. The same content gives the same bytes.

mod chat;
mod csv;
mod docx;
mod email;
mod markdown;
mod page;
mod readable;
mod xlsx;

pub use chat::{Style, chat};
pub(crate) use csv::cell;
pub use csv::csv;
pub use docx::docx;
pub(crate) use email::addresses;
pub use email::{Email, Message, message_id};
pub use page::page;
pub use readable::readable;
pub use xlsx::{Unwritable, xlsx};
