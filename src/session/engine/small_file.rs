//! Files of small models beside Playroom's own, each fetched when it is first needed.

use super::emit::Emit;
use crate::infer::modality::SmallModelError;
use crate::io::safetensors::SafetensorsFile;
use crate::session::host::Host;
use crate::session::protocol::{Event, Failure, FetchProgress, Recovery};

/// Fetches `name` from the folder `url`; `what` says of what it is, as "encoder of sounds".
pub(super) async fn fetch(
    host: &impl Host,
    url: &str,
    name: &str,
    what: &str,
    emit: Emit<'_>,
) -> Result<SafetensorsFile, Failure> {
    let tell =
        |done, total| emit(Event::Fetching(Some(FetchProgress { what: what.to_string(), done, total })));
    tell(0, None);
    let fetched = host.fetch(&format!("{url}/{name}"), &mut |done, total| tell(done, total)).await;
    emit(Event::Fetching(None));
    let absent = |detail| Failure {
        sentence: format!("The {what} could not be downloaded."),
        detail,
        recovery: Recovery::Retry,
    };
    SafetensorsFile::new(name, fetched.map_err(absent)?).map_err(|error| damaged(what, error.to_string()))
}

/// A file that holds something else; a later download may be whole.
pub(super) fn damaged(what: &str, detail: String) -> Failure {
    Failure { sentence: format!("The {what} is damaged."), detail, recovery: Recovery::Retry }
}

/// Why a file could not be loaded.
pub(super) fn unloaded(what: &str, error: SmallModelError) -> Failure {
    match error {
        SmallModelError::Device(error) => error.into(),
        error => damaged(what, error.to_string()),
    }
}
