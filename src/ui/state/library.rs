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
        if self.is_deleting() {
            return Vec::new();
        }
        self.shelf.command = None;
        self.ask(Command::Shelf).into_iter().collect()
    }

    pub(super) fn is_deleting(&self) -> bool {
        self.shelf.is_busy() && matches!(self.shelf.command.as_deref(), Some(Command::Delete { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::protocol::{Event, KeptModel, Lane, Reply};

    #[test]
    fn a_deletion_is_not_superseded_by_a_look_at_the_shelf() {
        let mut state = UiState::default();
        let delete = |name: &str| Command::Delete { name: name.into() };
        let first = state.ask(delete("a/b")).unwrap().id;
        assert_eq!(state.ask(Command::Shelf), None);
        assert_eq!(state.apply(Reply { id: 0, event: Event::Changed(Lane::Shelf) }), []);
        let second = state.ask(delete("c/d")).unwrap().id;
        let model = KeptModel { name: "a/b".into(), size: 1, kept: 1, lasts: true };
        assert_eq!(state.apply(Reply { id: second, event: Event::Shelf(vec![model.clone()]) }), []);
        assert_eq!(*state.shelf.value, [model]);
        let requests = state.apply(Reply { id: first, event: Event::Shelf(Vec::new()) });
        let [Request { id, command: Command::Shelf }] = requests[..] else { panic!("{requests:?}") };
        state.apply(Reply { id, event: Event::Shelf(Vec::new()) });
        assert!(state.shelf.value.is_empty());
    }
}
