//! The built-in drafter.
use crate::model::*;
use async_trait::async_trait;
/// Drafts workflows without a model.
#[derive(Debug, Default)]
pub struct Drafter;
impl Drafter {
    /// Returns a drafter.
    pub fn new() -> Self {
        Drafter
    }
}
#[async_trait]
impl ChatModel for Drafter {
    fn name(&self) -> &str {
        "built-in drafter"
    }
    fn pricing(&self) -> Option<Price> {
        None
    }
    async fn complete(
        &self,
        _r: &Request,
        _d: &mut (dyn FnMut(Delta) + Send),
    ) -> Result<Reply, ModelError> {
        Err(ModelError::new(ModelErrorKind::BadRequest, "not yet"))
    }
}
