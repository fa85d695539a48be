//! What the page knows of the checkpoints on this device.

use super::{Phase, UiState};
use crate::session::protocol::{Command, Request};

impl UiState {
    /// A checkpoint has come: it is on the shelf, and no older than its server's.
    pub(super) fn downloaded(&mut self, id: u32) -> Vec<Request> {
        self.download.hear(id, Phase::Done, |_| {});
        if let Some(Command::Download { name, .. } | Command::DownloadInMemory { name, .. }) =
            self.download.command.as_deref()
        {
            self.outdated.value.change(|names| names.retain(|outdated| outdated != name));
        }
        self.look_at_the_shelf()
    }

    /// Something has come that was not there when it was last looked at.
    pub(super) fn look_at_the_shelf(&mut self) -> Vec<Request> {
        self.shelf.command = None;
        self.ask(Command::Shelf).into_iter().collect()
    }
}
