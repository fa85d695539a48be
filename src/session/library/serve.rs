//! The requests of the library's lanes.

use super::download::{DownloadRequest, download};
use super::folders::folder_of;
use super::import::{ImportLock, Piece, import};
use super::storage::storage;
use super::{models, offer};
use crate::session::host::Host;
use crate::session::protocol::{Command, Event, Lane, Reply, Request};

/// Serves a request of a lane of the library to its end.
pub async fn serve<H: Host>(host: &H, import_lock: &ImportLock<H::Lock>, request: Request) {
    let id = request.id;
    let emit = |event| host.emit(Reply { id, event });
    let event = match request.command {
        Command::Offer { name, again } => offer::offer(host, &name, again).await.map(Event::Offered),
        Command::Revalidate { names } => Ok(Event::Outdated(models::outdated(host, names).await)),
        Command::Download { name, size, again, in_memory } => {
            let request = DownloadRequest { name: &name, size, again, in_memory };
            download(host, request, &emit).await.map(|()| Event::Downloaded)
        }
        Command::Import { name, files, file, start, bytes, in_memory } => {
            let held = if in_memory { host.move_to_memory(&folder_of(&name)).await } else { Ok(()) };
            match held {
                Ok(()) => {
                    let piece =
                        Piece { name: &name, files: &files, file: file as usize, start, bytes: &bytes };
                    import(host, import_lock, piece).await
                }
                Err(error) => Err(storage(error)),
            }
        }
        Command::ListModels => models::list_models(host).await.map(Event::Models),
        Command::Delete { name } => models::delete(host, import_lock, &name).await.map(Event::Models),
        // Whoever hands requests out has ended the lane's work.
        Command::Stop { lane } => {
            if lane == Lane::Import {
                import_lock.clear();
            }
            return;
        }
        command => unreachable!("{:?} is not of the library", command.lane()),
    };
    emit(event.unwrap_or_else(Event::Failed));
}
