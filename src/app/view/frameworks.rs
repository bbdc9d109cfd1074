//! The sheet of the frameworks that are known.

use super::Content;
use crate::app::desk::Desk;
use crate::session::Frameworks;

pub struct FrameworksView<'a> {
    pub known: Content<'a, &'a Frameworks>,
    /// Where the user's own dialects are.
    pub folder: String,
}

pub(super) fn frameworks(desk: &Desk) -> Option<FrameworksView<'_>> {
    Some(FrameworksView {
        known: match &desk.frameworks.as_ref()?.read {
            None => Content::Loading,
            Some(Ok(known)) => Content::Ready(known),
            Some(Err(problem)) => Content::Failed(problem),
        },
        folder: desk.folders.dialects.display().to_string(),
    })
}
