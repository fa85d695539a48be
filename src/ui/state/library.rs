//! What the page knows of the checkpoints on this device.

use super::request::{AnyRequestState, Phase};
use super::ui_state::UiState;
use crate::session::protocol::{Command, Offer, Request};

impl UiState {
    /// What is to be fetched once more has not come yet, though it came before.
    pub(super) fn offered(&mut self, id: u32, offer: Offer) {
        if offer.again && self.offer.id() == id && self.download.is_settled() {
            self.download.clear();
        }
        self.offer.apply(id, Phase::Done, |value| *value = Some(offer));
    }

    /// Whether an action that is under way on the same lane ends with what this looks at, and must not be superseded by the look.
    pub(super) fn is_covered_by_action(&self, command: &Command) -> bool {
        match command {
            Command::ListModels => self.is_deleting(),
            Command::OpenAlbum { .. } => {
                self.album.is_busy() && self.album.command.as_deref() == Some(&Command::ClearAlbum)
            }
            _ => false,
        }
    }

    /// A checkpoint has come: it is in the list, and no older than its server's.
    pub(super) fn downloaded(&mut self, id: u32) -> Vec<Request> {
        self.download.apply(id, Phase::Done, |_| {});
        if let Some(Command::Download { name, .. }) = self.download.command.as_deref() {
            self.outdated.value.change(|names| names.retain(|outdated| outdated != name));
        }
        self.refresh_models()
    }

    /// Something has come that was not there when it was last looked at.
    pub(super) fn refresh_models(&mut self) -> Vec<Request> {
        if self.is_deleting() {
            return Vec::new();
        }
        self.models.command = None;
        self.ask(Command::ListModels).into_iter().collect()
    }

    pub(super) fn is_deleting(&self) -> bool {
        self.models.is_busy() && matches!(self.models.command.as_deref(), Some(Command::Delete { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::protocol::{DownloadProgress, Event, Lane, ModelKind, Reply, StoredModel};

    #[test]
    fn a_deletion_is_not_superseded_by_a_refresh() {
        let mut state = UiState::default();
        let delete = |name: &str| Command::Delete { name: name.into() };
        let first = state.ask(delete("a/b")).unwrap().id;
        assert_eq!(state.ask(Command::ListModels), None);
        assert_eq!(state.apply(Reply { id: 0, event: Event::Changed(Lane::Models) }), []);
        let second = state.ask(delete("c/d")).unwrap().id;
        let model = StoredModel { name: "a/b".into(), size: 1, stored: 1, is_persistent: true };
        assert_eq!(state.apply(Reply { id: second, event: Event::Models(vec![model.clone()]) }), []);
        assert_eq!(*state.models.value, [model]);
        let requests = state.apply(Reply { id: first, event: Event::Models(Vec::new()) });
        let [Request { id, command: Command::ListModels }] = requests[..] else { panic!("{requests:?}") };
        state.apply(Reply { id, event: Event::Models(Vec::new()) });
        assert!(state.models.value.is_empty());
    }

    #[test]
    fn what_was_downloaded_can_be_deleted_and_downloaded_again() {
        let mut state = UiState::default();
        let download = Command::Download { name: "a/b".into(), size: 10, again: false, in_memory: false };
        let first = state.ask(download.clone()).unwrap().id;
        assert_eq!(state.ask(download.clone()), None, "it is under way");
        state.apply(Reply { id: first, event: Event::Downloaded });
        let second = state.ask(download.clone()).expect("what was deleted is not here").id;
        // The one that is superseded says nothing of the new one.
        state.apply(Reply { id: first, event: Event::Downloaded });
        assert_eq!(state.download.phase, Phase::Running);
        let progress = DownloadProgress { done: 1, total: 10, rate: 1.0 };
        state.apply(Reply { id: second, event: Event::Downloading(progress) });
        assert!(state.download.is_current());
    }

    #[test]
    fn what_is_to_be_fetched_again_is_offered_as_not_fetched_yet() {
        let mut state = UiState::default();
        for again in [false, true, true] {
            let id = state.ask(Command::Offer { name: "a/b".into(), again }).expect("each press asks").id;
            state.apply(Reply { id, event: Event::Offered(offer(again)) });
            assert_eq!(state.download.phase, Phase::Unasked);
            let id = state
                .ask(Command::Download { name: "a/b".into(), size: 10, again, in_memory: false })
                .unwrap()
                .id;
            state.apply(Reply { id, event: Event::Downloaded });
            assert_eq!(state.download.phase, Phase::Done);
        }
    }

    fn offer(again: bool) -> Offer {
        Offer {
            name: "a/b".into(),
            kind: ModelKind::Clip,
            abilities: Default::default(),
            parameters: 1,
            size: 10,
            stored: 0,
            again,
            memory: [1; 3],
            obstacle: String::new(),
            shortage: String::new(),
            is_persistent: true,
        }
    }
}
