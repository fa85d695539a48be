//! What every part of the page shares: the view, the engine's state, the picture on the stage.

use super::client::Client;
use super::consent::Consent;
use super::history;
use super::stage::{Gallery, StagePicture};
use super::state::{RequestState, Requests, Shared, UiState};
use super::throttle::throttle;
use super::view::{PictureName, Room, View};
use crate::session::protocol::{
    Abilities, BackendChoice, Command, Failure, Lane, ModelFacts, ModelName, Pixels, Reply, Request,
};
use crate::ui::memo::Memo;
use crate::world::Scene;
use leptos::prelude::*;
use std::time::Duration;
use web_sys::DataTransfer;

/// After it a typed line becomes an entry of the history.
const TYPING_PAUSE: Duration = Duration::from_millis(700);
/// Between two scenes that the engine is asked about while an object is dragged.
const DRAGGING_PAUSE: Duration = Duration::from_millis(100);

/// Our own model's folder, relative to the page's base.
const PLAYROOM: &str = "models/playroom/";

pub fn playroom() -> ModelName {
    ModelName::Playroom { url: PLAYROOM.into() }
}

/// Signals and verbs; copied freely into every view.
#[derive(Clone, Copy)]
pub struct AppContext {
    pub view: RwSignal<View>,
    /// Counts settled changes of the view: each becomes an entry of the browser's history.
    pub settled: RwSignal<u32>,
    /// What the address bar shows.
    pub address: RwSignal<String>,
    /// The picture on the stage.
    pub picture: Memo<Shared<StagePicture>>,
    /// The same, at a pace that the engine can follow while an object is dragged.
    pub steady: Memo<Shared<StagePicture>>,
    /// The visitor's own picture as the model sees it.
    pub upload: RwSignal<Option<Pixels>>,
    pub gallery: RwSignal<Shared<Gallery>>,
    /// The model that was last asked for.
    pub active_model: RwSignal<Option<ModelName>>,
    pub requests: Requests,
    /// What the model is; none while it loads.
    pub facts: Memo<Option<ModelFacts>>,
    /// What is said beside the answers of a lane.
    pub notes: Memo<Vec<(Lane, String)>>,
    /// The published model with which the engine stopped: Playroom takes its place until the visitor tries it again.
    pub stopped: RwSignal<Option<String>>,
    pub consent: Consent,
    state: RwSignal<UiState>,
    client: StoredValue<Option<Client>, LocalStorage>,
    backend: StoredValue<BackendChoice>,
    /// What the address named when the worker stopped; none while it runs.
    suspect: StoredValue<Option<String>>,
    /// Takes what is dropped on the page, where a room does so itself.
    pub drops: StoredValue<Option<Callback<DataTransfer>>, LocalStorage>,
    /// Runs while a line is being typed.
    typing: StoredValue<Option<TimeoutHandle>, LocalStorage>,
}

impl AppContext {
    /// A page that shows `view`; the engine is not started yet.
    pub fn new(view: View) -> Self {
        let state = RwSignal::new(UiState::default());
        let gallery = RwSignal::new(Shared::new(Gallery::new(view.gallery)));
        let view = RwSignal::new(view);
        let upload = RwSignal::new(None);
        // Playroom needs no look at what is kept: it is there before the first frame.
        let active_model = view.with_untracked(|view| view.model.is_empty().then(playroom));
        let requests = Requests::of(state);
        let picture = picture_of(view, upload);
        AppContext {
            view,
            settled: RwSignal::new(0),
            address: RwSignal::new(view.with_untracked(View::to_address)),
            picture,
            steady: throttle(move || picture.get(), DRAGGING_PAUSE),
            upload,
            gallery,
            active_model: RwSignal::new(active_model),
            requests,
            facts: Memo::new(move |_| requests.load.with(|load| load.value.model.clone())),
            notes: Memo::new(move |_| state.with(|state| state.notes.clone())),
            stopped: RwSignal::new(None),
            consent: Consent::new(),
            state,
            client: StoredValue::new_local(None),
            backend: StoredValue::new(BackendChoice::Auto),
            suspect: StoredValue::new(None),
            drops: StoredValue::new_local(None),
            typing: StoredValue::new_local(None),
        }
    }

    /// The context of this page.
    pub fn here() -> Self {
        expect_context()
    }

    /// Starts a worker, ending the one before, and loads the active model: Playroom, where another has stopped the worker.
    pub fn start(self, backend: BackendChoice) {
        let on_reply = move |reply: Result<Reply, String>| match reply {
            Ok(reply) => self.apply(reply),
            Err(detail) => self.crashed(&detail),
        };
        match Client::start(on_reply, move |detail| self.crashed(detail)) {
            Ok(client) => {
                self.client.set_value(Some(client));
                self.backend.set_value(backend);
                let suspect = self.suspect.try_update_value(Option::take).flatten();
                let wanted = self.view.with_untracked(|view| view.model.clone());
                if !wanted.is_empty() && suspect.as_ref() == Some(&wanted) {
                    self.state.update(UiState::change_model);
                    self.active_model.set(Some(playroom()));
                    self.stopped.set(suspect);
                }
                let requests = self.state.try_update(UiState::restart);
                self.send(requests.into_iter().flatten());
                self.load();
            }
            Err(detail) => self.crashed(&detail),
        }
    }

    /// Makes this model the active one, if another is.
    pub fn activate(self, model: ModelName) {
        if self.active_model.with_untracked(|active| active.as_ref() != Some(&model)) {
            self.state.update(UiState::change_model);
            self.active_model.set(Some(model));
            match self.suspect.with_value(Option::is_some) {
                true => self.start(self.backend.get_value()),
                false => self.load(),
            }
        }
    }

    /// Loads the active model once more: its files are other ones.
    pub fn reload_model(self) {
        self.state.update(UiState::change_model);
        self.load();
    }

    /// The visitor names a checkpoint, and thereby lets the page ask its server what it is.
    pub fn request_offer(self, name: &str, again: bool) {
        self.consent.give_for(name);
        self.ask(Command::Offer { name: name.to_string(), again });
    }

    /// Offers to fetch the checkpoint that was to speak once more.
    pub fn fetch_again(self) {
        if let Some(ModelName::Stored { name, .. }) = self.active_model.get_untracked() {
            self.go(|view| view.room = Room::Models);
            self.request_offer(&name, true);
        }
    }

    fn load(self) {
        if let Some(model) = self.active_model.get_untracked() {
            self.ask(Command::Load { backend: self.backend.get_value(), model });
        }
    }

    pub fn ask(self, command: Command) {
        let request = self.state.try_update(|state| state.ask(command));
        self.send(request.flatten());
    }

    pub fn retry(self, lane: Lane) {
        let request = self.state.try_update(|state| state.retry(lane));
        self.send(request.flatten());
    }

    /// Asks once more what has failed on a lane; what it keeps is held in memory for this visit.
    pub fn retry_in_memory(self, lane: Lane) {
        let request = self.state.try_update(|state| state.retry_in_memory(lane));
        self.send(request.flatten());
    }

    pub fn stop(self, lane: Lane) {
        let request = self.state.try_update(|state| state.stop(lane));
        self.send(request);
    }

    pub fn apply(self, reply: Reply) {
        let requests = self.state.try_update(|state| state.apply(reply));
        self.send(requests.into_iter().flatten());
    }

    /// Shows a failure that the page itself found before the engine was asked.
    pub fn refuse(self, lane: Lane, failure: Failure) {
        self.state.update(|state| state.refuse(lane, failure));
    }

    /// The worker has stopped.
    pub fn crashed(self, detail: &str) {
        self.suspect.set_value(Some(self.view.with_untracked(|view| view.model.clone())));
        self.state.update(|state| state.crash(detail.into()));
    }

    fn send(self, requests: impl IntoIterator<Item = Request>) {
        self.client.with_value(|client| {
            if let Some(client) = client {
                requests.into_iter().for_each(|request| client.send(request));
            }
        });
    }

    /// Changes the view for good: the change is in the address and Back undoes it.
    pub fn go(self, change: impl FnOnce(&mut View)) {
        self.view.update(change);
        self.settled.update(|count| *count += 1);
    }

    /// Changes the view in the midst of a gesture; [`AppContext::go`] follows at its end.
    pub fn preview(self, change: impl FnOnce(&mut View)) {
        self.view.update(change);
    }

    /// Changes the view as something that has come about by itself: the address tells it, and Back does not undo it.
    pub fn note(self, change: impl FnOnce(&mut View)) {
        self.view.update(change);
        self.view.with_untracked(|view| history::replace(view, self.address));
    }

    /// Changes the view letter by letter; it settles when the visitor pauses.
    pub fn adjust(self, change: impl FnOnce(&mut View)) {
        self.stop_typing();
        self.preview(change);
        self.typing.set_value(set_timeout_with_handle(move || self.settle(), TYPING_PAUSE).ok());
    }

    /// The change is complete: it becomes an entry of the history.
    pub fn settle(self) {
        self.stop_typing();
        self.go(|_| {});
    }

    fn stop_typing(self) {
        if let Some(timer) = self.typing.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    /// Changes the scene on the stage, of which the picture is a function. The visitor's own picture has none.
    pub fn edit(self, change: impl FnOnce(&mut Scene)) {
        let Some(mut scene) = self.picture.with_untracked(|picture| picture.scene.clone()) else { return };
        change(&mut scene);
        if let Ok(code) = scene.to_code() {
            self.preview(|view| view.picture = PictureName::Coded(code));
        }
    }

    /// Whether an answer is about the picture on the stage as it is now: while an object is dragged, what is shown may
    /// still be said of the picture before, and must not be compared with this one.
    pub fn is_of_stage<T>(self, request: &RequestState<T>) -> bool {
        let seen = request.answered.as_ref().and_then(|command| command.picture());
        self.picture.with(|picture| seen == Some(&picture.pixels))
    }

    /// Whether the model is able to; while it loads everything is taken for possible.
    pub fn can(self, ability: fn(&Abilities) -> bool) -> Memo<bool> {
        Memo::new(move |_| {
            self.facts.with(|facts| facts.as_ref().is_none_or(|facts| ability(&facts.abilities)))
        })
    }

    /// A part of the view that wakes its readers only when it changes itself.
    pub fn pick<T: PartialEq + Send + Sync + 'static>(self, part: fn(&View) -> T) -> Memo<T> {
        Memo::new(move |_| self.view.with(part))
    }
}

/// The picture that the view names; the first of the gallery where the visitor's own has gone.
fn picture_of(view: RwSignal<View>, upload: RwSignal<Option<Pixels>>) -> Memo<Shared<StagePicture>> {
    let name = Memo::new(move |_| view.with(|view| view.picture.clone()));
    Memo::new(move |_| {
        let picture = upload.with(|upload| StagePicture::find(&name.get(), upload.as_ref()));
        let picture = picture.or_else(|| StagePicture::find(&View::default().picture, None));
        Shared::new(picture.expect("the default picture is a scene"))
    })
}
